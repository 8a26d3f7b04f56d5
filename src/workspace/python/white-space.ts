// SPDX-License-Identifier: Apache-2.0

/**
 * What Python calls white space in text, as members of a regular expression's set. JavaScript's `\s` has U+FEFF beside,
 * and lacks some control characters.
 */
export const WHITE_SPACE =
  '\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const LEADING = new RegExp(`^[${WHITE_SPACE}]*`);
const NOT_SPACE = new RegExp(`[^${WHITE_SPACE}]`);

/** How many characters of white space `text` begins with. */
export function indentationOf(text: string): number {
  return LEADING.exec(text)?.[0].length ?? 0;
}

/** Python's `str.strip()`. */
export function strip(text: string): string {
  return stripEnd(text.slice(indentationOf(text)));
}

/** Python's `str.rstrip()`. */
export function stripEnd(text: string): string {
  // A regular expression anchored at the end would be quadratic on long runs of blanks inside the text.
  let end = text.length;
  while (end > 0 && !NOT_SPACE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
