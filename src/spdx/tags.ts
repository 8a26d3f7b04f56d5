// SPDX-License-Identifier: Apache-2.0
import { MAX_EXPRESSION_CHARACTERS } from './expression.ts';

const TAG = 'SPDX-License-Identifier:';
const MAX_TAGS = 100;
// Of which expressions are made (SPDX 2.3, annex D); "*/" and other ends of comments are not in it.
const EXPRESSION = /^[A-Za-z0-9.+():\- \t]*/;
// What a tool is to pass over (REUSE specification 3.2, "Ignoring parts of a file"); split, so that it is not taken for one here.
const IGNORE_START = ['REUSE', 'IgnoreStart'].join('-');
const IGNORE_END = ['REUSE', 'IgnoreEnd'].join('-');

/**
 * The licence expressions of the `SPDX-License-Identifier` tags in a text, in order, each once, as they are written there:
 * they need not be valid.
 */
export function findSpdxTags(text: string): string[] {
  const found = new Set<string>();
  for (const part of heeded(text)) {
    for (let at = part.indexOf(TAG); at !== -1 && found.size < MAX_TAGS; at = part.indexOf(TAG, at + 1)) {
      const begin = at + TAG.length;
      const [expression = ''] = EXPRESSION.exec(part.slice(begin, begin + MAX_EXPRESSION_CHARACTERS)) ?? [];
      const trimmed = trimEnd(expression.trim());
      if (trimmed !== '') found.add(trimmed);
    }
  }
  return [...found];
}

/** Without the hyphens that "-->" leaves. */
function trimEnd(expression: string): string {
  let end = expression.length;
  while (/[\s-]/.test(expression.charAt(end - 1))) end -= 1;
  return expression.slice(0, end);
}

function* heeded(text: string): Generator<string> {
  for (let begin = 0; ; ) {
    const start = text.indexOf(IGNORE_START, begin);
    yield text.slice(begin, start === -1 ? undefined : start);
    const end = start === -1 ? -1 : text.indexOf(IGNORE_END, start);
    if (end === -1) return;
    begin = end + IGNORE_END.length;
  }
}
