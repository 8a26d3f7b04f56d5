// SPDX-License-Identifier: Apache-2.0
import type { Inspection } from '../../binary/inspect.ts';
import { count } from '../../core/text.ts';
import { memberLabel, presentLibraries } from '../present-files.ts';
import type { Finding, Rule } from '../rule.ts';

export const unusualArchive: Rule = {
  id: 'unusual-archive',
  severity: 'info',
  otherwise: { warning: 'thin archives' },
  checks: "an archive is in GNU's format, with its members in it, and all of them ELF objects",
  why: "A thin archive holds the names of object files, not the files, so that nobody else can link it. BSD's format and members that are no ELF objects are what some linkers pass over in silence.",
  mend: 'Build the archive with GNU ar or llvm-ar (--format=gnu), without "T" (thin).',
  async check({ entries }, tools) {
    return (await presentLibraries(entries, tools)).flatMap(({ entry, file }) =>
      findOddities(file).map((oddity): Finding => ({ entry, at: ['path'], ...oddity })),
    );
  },
};

function findOddities({ archive, damages }: Inspection): Pick<Finding, 'message' | 'hint' | 'severity'>[] {
  if (archive === undefined || damages.some(({ member }) => member === undefined)) return [];
  const { flavour, memberCount, strangers } = archive;
  if (flavour === 'thin')
    return [
      {
        severity: 'warning',
        message: `the archive is thin: it names ${count(memberCount, 'object file')} and holds none`,
        hint: 'build it without the letter T of ar',
      },
    ];
  if (memberCount === 0) return [{ message: 'the archive has no members' }];
  const oddities: Pick<Finding, 'message'>[] = [];
  if (flavour === 'bsd') oddities.push({ message: "the archive is in BSD's format" });
  // Where none is one, that is an error of another rule.
  if (strangers !== undefined && strangers.count < memberCount) {
    const { count: number, member } = strangers;
    oddities.push({
      message: `${number} of its ${count(memberCount, 'member')} ${number === 1 ? 'is no ELF object' : 'are no ELF objects'}, first ${memberLabel(member)}`,
    });
  }
  return oddities;
}
