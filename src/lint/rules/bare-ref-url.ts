// SPDX-License-Identifier: Apache-2.0
import type { Finding, Rule } from '../rule.ts';
import { fileUrls, shownRef } from '../url/written-urls.ts';

/** A URL that does not say whether it is pinned. */
export const bareRefUrl: Rule = {
  id: 'bare-ref-url',
  severity: 'info',
  checks: 'what `url` names can be told to be a commit or a tag without asking its server',
  why: 'The name may be a tag, which stays, or a branch, which moves and breaks the checksum with the next commit. No reviewer can see which; of real names like release-v2.6.0, some are branches. The files of a release can be replaced, too.',
  mend: 'Write the full hash of the commit; or, for a tag, refs/tags/NAME, which a branch cannot be.',
  check: (module) =>
    fileUrls(module).flatMap(({ entry, at, forge }): Finding[] => {
      if (forge?.refKind !== 'bare' || forge.ref === undefined) return [];
      const name = shownRef(forge.ref);
      if (forge.kind === 'release')
        return [
          {
            entry,
            at,
            message: `the URL leads to a file of the release ${name}, which its owner can replace`,
            hint: 'a file in the repository, by the full hash of a commit, cannot be replaced',
          },
        ];
      return [
        {
          entry,
          at,
          message: `nobody can tell from the URL whether ${name} is a tag or a branch`,
          hint: 'put the full hash of the commit in its place',
        },
      ];
    }),
};
