// SPDX-License-Identifier: Apache-2.0
import { findTrailingBlanks } from '../../yaml/comments.ts';
import type { Finding, Rule } from '../rule.ts';

const MAX_FINDINGS = 1_000;

export const trailingWhitespace: Rule = {
  id: 'trailing-whitespace',
  severity: 'info',
  checks: 'no line ends with blanks or tabs',
  why: 'Nobody sees them, editors remove them by the way, and then a change shows lines that it is not about.',
  mend: 'Remove them; --fix does, but for those within a value, which may depend on them.',
  isFixable: true,
  check({ document: { text } }) {
    let line = 1;
    let begin = 0;
    return findTrailingBlanks(text)
      .slice(0, MAX_FINDINGS)
      .map(({ start, end, isInScalar }): Finding => {
        for (let feed = text.indexOf('\n', begin); feed !== -1 && feed < start; ) {
          line += 1;
          begin = feed + 1;
          feed = text.indexOf('\n', begin);
        }
        const place = { line, column: start - begin + 1 };
        return isInScalar
          ? { message: 'the line ends with white space, within a value', place }
          : { message: 'the line ends with white space', place, fix: { remove: { start, end } } };
      });
  },
};
