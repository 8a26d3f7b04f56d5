// SPDX-License-Identifier: Apache-2.0
import { describeTarget } from '../../binary/elf-target.ts';
import { count } from '../../core/text.ts';
import { memberLabel, presentLibraries } from '../present-files.ts';
import type { Finding, Rule } from '../rule.ts';

export const mixedArchitecture: Rule = {
  id: 'mixed-architecture',
  severity: 'error',
  checks: 'all members of an archive are made for the same architecture and ABI',
  why: 'Objects of different architectures, endianness or floating-point ABI cannot be linked into one program: whichever member the linker takes, it stops at the other.',
  mend: 'Publish an archive for each target.',
  async check({ entries }, tools) {
    return (await presentLibraries(entries, tools)).flatMap(({ entry, file: { targets } }): Finding[] => {
      if (targets.length < 2) return [];
      return [
        {
          entry,
          at: ['path'],
          message: `the archive mixes members for ${targets.length} targets`,
          facts: targets.map(
            ({ target, count: objects, member }) =>
              `${describeTarget(target)}: ${count(objects, 'member')}, first ${memberLabel(member)}`,
          ),
        },
      ];
    });
  },
};
