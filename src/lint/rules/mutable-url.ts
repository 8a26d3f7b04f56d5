// SPDX-License-Identifier: Apache-2.0
import type { Finding, Rule } from '../rule.ts';
import { findMovingRef, type MovingRef } from '../url/moving-ref.ts';
import { fileUrls, shownRef } from '../url/written-urls.ts';

/** A URL whose bytes change with the next commit. */
export const mutableUrl: Rule = {
  id: 'mutable-url',
  severity: 'error',
  checks: '`url` names no branch, no HEAD and no "latest", which lead to other bytes tomorrow',
  why: 'The first commit on the branch changes the file, so that its checksum fails for everybody at once, also for old revisions of the module. This broke CI for all of Zephyr in 2026. Of 406 real module.yml files, 173 had such URLs.',
  mend: 'Put the full hash of the commit in place of the branch: git ls-remote prints what it is at now.',
  check: (module) =>
    fileUrls(module).flatMap(({ entry, at, parsed, forge }): Finding[] => {
      const moving = findMovingRef(parsed, forge);
      if (moving === undefined) return [];
      return [
        {
          entry,
          at,
          message: `the URL leads to whatever ${describe(moving)} holds on the day of the download`,
          hint: hintFor(moving),
        },
      ];
    }),
};

function describe({ ref, kind }: MovingRef): string {
  if (ref === 'HEAD') return 'the default branch';
  if (ref === 'latest') return kind === 'release' ? 'the latest release' : '"latest"';
  return `the branch ${shownRef(ref.replace(/^refs\/heads\//, ''))}`;
}

function hintFor({ ref, kind }: MovingRef): string {
  return ref === 'latest' && kind === 'release'
    ? 'name one release, or better a commit by its full hash'
    : 'put the full hash of a commit in its place';
}
