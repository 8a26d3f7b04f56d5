// SPDX-License-Identifier: Apache-2.0
import { shorten } from '../../core/text.ts';
import { parentsOf } from '../../module/blob-path.ts';
import { foldName } from '../find-meant-file.ts';
import { soundEntries } from '../lint-module.ts';
import type { Finding, Rule } from '../rule.ts';

const MAX_SHOWN_CHARACTERS = 120;

/** Two that are the same as they are spelt are duplicate-path's. */
export const pathCaseCollision: Rule = {
  id: 'path-case-collision',
  severity: 'error',
  checks: 'no two paths, and no path and directory, differ only by case or Unicode normalisation',
  why: 'On Windows and macOS they are one file: the second blob overwrites the first, and one of them is always reported as wrong.',
  mend: 'Rename one of them.',
  check({ allEntries }) {
    const files = new Map<string, string>();
    const directories = new Map<string, string>();
    return soundEntries(allEntries).flatMap((entry): Finding[] => {
      const { path } = entry.blob;
      const folded = foldName(path);
      const parents = parentsOf(folded);
      const rival =
        files.get(folded) ??
        directories.get(folded) ??
        parents.map((parent) => files.get(parent)).find((file) => file !== undefined);
      if (!files.has(folded)) files.set(folded, path);
      for (const parent of parents) if (!directories.has(parent)) directories.set(parent, path);
      if (rival === undefined) return [];
      return [
        {
          entry,
          at: ['path'],
          message: `"path" differs only by case or Unicode normalisation from "${shorten(rival, MAX_SHOWN_CHARACTERS)}", or from a directory of it`,
          hint: 'rename one of them',
        },
      ];
    });
  },
};
