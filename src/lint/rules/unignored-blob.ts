// SPDX-License-Identifier: Apache-2.0
import { parentsOf } from '../../module/blob-path.ts';
import type { ModuleFiles } from '../../module/module-files.ts';
import { findIgnoredPaths } from '../../workspace/git/ignored-paths.ts';
import { askGit, findGitBlobs } from '../git-blobs.ts';
import { filesBeside } from '../module-files.ts';
import type { Finding, Rule } from '../rule.ts';

export const unignoredBlob: Rule = {
  id: 'unignored-blob',
  severity: 'warning',
  checks: 'git ignores the place of each blob, by a .gitignore of the repository',
  why: 'A fetched blob that git does not ignore is one "git add ." away from being committed, and makes each work tree look changed.',
  mend: 'Add a line "/zephyr/blobs/" to .gitignore; the licence files below it that are tracked stay tracked.',
  check(module, tools) {
    const blobs = findGitBlobs(module, tools);
    if (blobs === undefined) return [];
    const { files } = filesBeside(module);
    const asked = new Map(
      [...blobs.entries].filter(([, { value }]) => !liesBelowLink(files, `zephyr/blobs/${value['path']}`)),
    );
    return askGit(async () => {
      const ignored = await findIgnoredPaths({ ...blobs.run, paths: [...asked.keys()] });
      return [...asked].flatMap(([path, entry]): Finding[] =>
        ignored.has(path)
          ? []
          : [
              {
                entry,
                at: ['path'],
                message: 'git does not ignore the place of the blob',
                hint: 'add a line "/zephyr/blobs/" to .gitignore',
              },
            ],
      );
    });
  },
};

/** Git refuses to say anything where one of the paths does. */
function liesBelowLink(files: ModuleFiles, path: string): boolean {
  return parentsOf(path).some((parent) => files.kindOf(parent) === 'other');
}
