// SPDX-License-Identifier: Apache-2.0
import type { FormatValue } from './python-value.ts';

/** `s`: str(), `r`: repr(), `a`: ascii(). */
export type Conversion = 's' | 'r' | 'a';

/** Whether `text` is the letter of a conversion. */
export function isConversion(text: string): text is Conversion {
  return text === 's' || text === 'r' || text === 'a';
}

/** `value` as Python's str() writes it; a missing value is the empty string. */
export function toText(value: FormatValue): string {
  switch (value.kind) {
    case 'string':
    case 'path':
      return value.value;
    case 'integer':
      return BigInt(value.value).toString();
    case 'boolean':
      return value.value ? 'True' : 'False';
    case 'missing':
      return '';
  }
}

/** `value` through `!s`, `!r` or `!a`; a path is repr()ed as west does on POSIX systems. */
export function convert(value: FormatValue, conversion: Conversion): string {
  const text = toText(value);
  if (conversion === 's' || value.kind === 'integer' || value.kind === 'boolean') return text;
  const quoted = reprString(text);
  const repr = value.kind === 'path' ? `PosixPath(${quoted})` : quoted;
  return conversion === 'r' ? repr : repr.replace(NOT_ASCII, escapeCodePoint);
}

// What str.isprintable() refuses: the categories "other" (lone surrogates among them) and "separator".
const NOT_PRINTABLE = /(?! )[\p{C}\p{Z}]/gu;
const NOT_ASCII = /[^\0-\x7f]/gu;

/**
 * Python 3.11's repr() of a `str`. Which code points are assigned, and so printable, is as the running Node.js
 * knows it: a later Unicode version than Python's 14.
 */
function reprString(text: string): string {
  const delimiter = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll(delimiter, `\\${delimiter}`)
    .replace(NOT_PRINTABLE, escapeCodePoint);
  return delimiter + escaped + delimiter;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function escapeCodePoint(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  const codePoint = character.codePointAt(0) ?? 0;
  const digits = codePoint.toString(16);
  if (codePoint <= 0xff) return `\\x${digits.padStart(2, '0')}`;
  return codePoint <= 0xffff ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}
