// SPDX-License-Identifier: Apache-2.0
import { findTrackedFiles } from '../../workspace/git/tracked-files.ts';
import { askGit, findGitBlobs } from '../git-blobs.ts';
import type { Finding, Rule } from '../rule.ts';

export const trackedBlob: Rule = {
  id: 'tracked-blob',
  severity: 'error',
  checks: 'no blob is committed to git',
  why: 'The blob policy: the Zephyr project hosts no binary blobs in its repositories. What was committed once stays in the history of everybody who clones it.',
  mend: 'Run "git rm --cached" for the file, ignore zephyr/blobs in .gitignore, and take it out of the history before it is pushed.',
  check(module, tools) {
    const blobs = findGitBlobs(module, tools);
    if (blobs === undefined) return [];
    const { entries, run } = blobs;
    return askGit(async () => {
      const isWanted = (path: Buffer) => entries.has(path.toString());
      const tracked = await findTrackedFiles({ ...run, isWanted });
      return [...new Set(tracked.map((path) => entries.get(path.toString())))].flatMap((entry): Finding[] =>
        entry === undefined
          ? []
          : [
              {
                entry,
                at: ['path'],
                message: 'the blob is committed to git',
                hint: 'run "git rm --cached" for it',
              },
            ],
      );
    });
  },
};
