// SPDX-License-Identifier: Apache-2.0
import type { Finding, Rule } from '../rule.ts';
import { fileUrls, shownRef } from '../url/written-urls.ts';

/** A URL that names a tag for what it is. */
export const tagUrl: Rule = {
  id: 'tag-url',
  severity: 'info',
  checks: '`url` names a commit by its hash, not by a tag (refs/tags/…)',
  why: 'A tag is nearly pinned: nobody should move it, but who owns the repository can, and then the checksum fails.',
  mend: 'Put the full hash of the commit in place of the tag, and the name of the tag into `version`.',
  check: (module) =>
    fileUrls(module).flatMap(({ entry, at, forge }): Finding[] => {
      if (forge?.refKind !== 'refs-tags' || forge.ref === undefined) return [];
      const tag = shownRef(forge.ref.replace(/^refs\/tags\//, ''));
      return [
        {
          entry,
          at,
          message: `the URL names the tag ${tag}, which its owner can move`,
          hint: 'the full hash of the commit cannot be moved',
        },
      ];
    }),
};
