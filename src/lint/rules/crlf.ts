// SPDX-License-Identifier: Apache-2.0
import { count } from '../../core/text.ts';
import type { Rule } from '../rule.ts';

export const crlf: Rule = {
  id: 'crlf',
  severity: 'info',
  checks: 'no line ends with CR LF',
  why: 'Zephyr keeps its files with LF. A mixture is not seen in most editors, shows up in every diff, and comes back with each edit on Windows.',
  mend: 'Save the file with LF; "* text=auto eol=lf" in .gitattributes keeps it so.',
  check({ document: { text } }) {
    const found = text.match(/\r\n/g)?.length ?? 0;
    if (found === 0) return [];
    const before = text.slice(0, text.indexOf('\r\n'));
    const line = before.split('\n').length;
    const all = text.split('\n').length - 1;
    return [
      {
        message: `${count(found, 'line')} of ${all} ${found === 1 ? 'ends' : 'end'} with CR LF`,
        place: { line, column: before.length - before.lastIndexOf('\n') },
        hint: 'save the file with LF',
      },
    ];
  },
};
