// SPDX-License-Identifier: Apache-2.0
import { MAX_EXPRESSION_CHARACTERS } from './expression.ts';

const TAG = 'SPDX-License-Identifier:';
/** What a text says in more tags is not known. */
export const MAX_TAGS = 100;
// One more than an expression may have, so that it is none.
const MAX_VALUE_CHARACTERS = MAX_EXPRESSION_CHARACTERS + 1;
// Comments of several languages, and frames of them.
const COMMENT_ENDS = ['*', '#', '--', '#}', '%>', '?>', ']]', '}}', '*)', '"', "'", '`'];
// "dnl" and "rem" are words that begin comments.
const COMMENT_BEGIN = /^(?:[^\p{L}\p{N}]|dnl\s|rem\s)*$/iu;
const MAX_SIGNS = 200;
const PLACEHOLDER = /^<[^<>]*>$/;
// What a tool is to pass over (REUSE specification 3.2, "Ignoring parts of a file"); split, so that it is not taken for one here.
const IGNORE_START = ['REUSE', 'IgnoreStart'].join('-');
const IGNORE_END = ['REUSE', 'IgnoreEnd'].join('-');

/**
 * The licence expressions of the `SPDX-License-Identifier` tags in a text, in order, each once, as they are written there:
 * they need not be valid. A tag begins its line, behind signs of a comment at most, and its expression ends with the line or
 * the comment; where there is one, those inside of lines count, too, so that nothing said there is passed over. Of more than
 * {@link MAX_TAGS}, one more.
 */
export function findSpdxTags(text: string): string[] {
  const found = new Set<string>();
  let begins = false;
  for (const part of heeded(text)) {
    for (let at = part.indexOf(TAG); at !== -1 && found.size <= MAX_TAGS; at = part.indexOf(TAG, at + 1)) {
      const begin = at + TAG.length;
      const value = toExpression(part.slice(begin, begin + MAX_VALUE_CHARACTERS));
      if (value === '') continue;
      found.add(value);
      begins ||= beginsLine(part, at);
    }
  }
  return begins ? [...found] : [];
}

function beginsLine(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - MAX_SIGNS), at);
  const line = before.slice(Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r')) + 1);
  return line.length < MAX_SIGNS && COMMENT_BEGIN.test(line);
}

/** Without what ends the comment that it stands in; '' for a placeholder. */
function toExpression(text: string): string {
  const [line = ''] = text.split(/[\r\n]|\*\/|-->/, 1);
  let value = line.trim();
  for (let end = findEnd(value); end !== undefined; end = findEnd(value))
    value = value.slice(0, -end.length).trimEnd();
  return PLACEHOLDER.test(value) ? '' : value;
}

function findEnd(value: string): string | undefined {
  return COMMENT_ENDS.find((end) => value.endsWith(end));
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
