// SPDX-License-Identifier: Apache-2.0

/**
 * What Python calls white space in text, as members of a regular expression's set. JavaScript's `\s` has U+FEFF beside,
 * and lacks some control characters.
 */
export const WHITE_SPACE =
  '\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const AROUND = new RegExp(`^[${WHITE_SPACE}]+|[${WHITE_SPACE}]+$`, 'g');

/** Python's `str.strip()`. */
export function strip(text: string): string {
  return text.replace(AROUND, '');
}
