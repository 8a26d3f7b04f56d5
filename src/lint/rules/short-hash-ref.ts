// SPDX-License-Identifier: Apache-2.0
import type { Finding, Rule } from '../rule.ts';
import { fileUrls, shownRef } from '../url/written-urls.ts';

/** A commit by a part of its hash. */
export const shortHashRef: Rule = {
  id: 'short-hash-ref',
  severity: 'warning',
  checks: 'a commit in `url` is named by its whole hash, not by 7 to 39 digits of it',
  why: 'A part of a hash means one commit only until another one begins alike, and a branch or a tag of that name would count before it.',
  mend: 'Write the full hash; git rev-parse prints it.',
  check: (module) =>
    fileUrls(module).flatMap(({ entry, at, forge }): Finding[] => {
      if (forge?.refKind !== 'short-hash' || forge.ref === undefined) return [];
      return [
        {
          entry,
          at,
          message: `the URL names a commit by ${forge.ref.length} digits of its hash: ${shownRef(forge.ref)}`,
          hint: 'write the full hash, which no other commit can have',
        },
      ];
    }),
};
