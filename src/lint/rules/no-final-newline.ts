// SPDX-License-Identifier: Apache-2.0
import type { Rule } from '../rule.ts';

export const noFinalNewline: Rule = {
  id: 'no-final-newline',
  severity: 'info',
  checks: 'the last line ends with a line feed',
  why: 'The next entry that somebody appends changes this line too, and tools that join files run two lines together.',
  mend: 'Add a line feed at the end of the file.',
  check({ document: { text } }) {
    if (text === '' || text.endsWith('\n')) return [];
    const lines = text.split('\n');
    const last = lines.at(-1) ?? '';
    return [
      {
        message: 'the last line has no line end',
        place: { line: lines.length, column: last.length + 1 },
        hint: 'add a line feed at the end of the file',
      },
    ];
  },
};
