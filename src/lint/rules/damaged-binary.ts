// SPDX-License-Identifier: Apache-2.0
import { memberLabel, presentLibraries } from '../present-files.ts';
import type { Finding, Rule } from '../rule.ts';

export const damagedBinary: Rule = {
  id: 'damaged-binary',
  severity: 'warning',
  checks: 'an archive or ELF object that is there can be read to its end',
  why: 'A library that was cut off, or whose tables lead outside the file, cannot be linked, and hides what else is wrong with it.',
  mend: 'Compare the file with the one that the vendor built; if it is the same, tell the vendor.',
  async check({ entries }, tools) {
    return (await presentLibraries(entries, tools)).flatMap(({ entry, file }): Finding[] => {
      if (file.damages.length === 0) return [];
      const what = file.kind === 'archive' ? 'archive' : 'ELF object';
      return [
        {
          entry,
          at: ['path'],
          message: `the ${what} cannot be read whole`,
          facts: file.damages.map(({ member, problem }) =>
            member === undefined ? problem : `${memberLabel(member)}: ${problem}`,
          ),
        },
      ];
    });
  },
};
