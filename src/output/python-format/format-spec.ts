// SPDX-License-Identifier: Apache-2.0
import { quote } from './format-error.ts';

export type Alignment = '<' | '>' | '=' | '^';

/** A format spec taken apart, before it is known what it formats. */
export interface FormatSpec {
  /** The spec as written; empty means "no spec", which every kind of value takes. */
  readonly text: string;
  /** One code point. */
  readonly fill: string;
  readonly align: Alignment | undefined;
  /** A `0` before the width and no fill of its own: pads numbers between the sign and the digits. */
  readonly zeroPadded: boolean;
  readonly sign: '+' | '-' | ' ' | undefined;
  /** The `z` option. */
  readonly coercesNegativeZero: boolean;
  /** The `#` option. */
  readonly alternate: boolean;
  /** In code points; 0 when not given. */
  readonly width: number;
  readonly grouping: ',' | '_' | undefined;
  readonly precision: number | undefined;
  readonly type: string | undefined;
}

/** The largest width or precision: wider than any terminal, and a template cannot eat memory with it. */
const MAX_SIZE = 1_000;

const SPEC =
  /^(?:(?<fill>.)(?=[<>=^]))?(?<align>[<>=^])?(?<sign>[-+ ])?(?<z>z)?(?<alternate>#)?(?<width>\p{Nd}+)?(?<grouping>[,_])?(?:\.(?<precision>\p{Nd}+))?(?<type>.)?$/su;

const TYPES = 'bcdeEfFgGnosxX%';

/**
 * Takes a format spec apart by the grammar of Python 3.11's "Format Specification Mini-Language"; like Python,
 * it accepts the decimal digits of every script. Returns a description of the problem instead where the text
 * is no spec, names no type, or exceeds this program's limit on width and precision.
 */
export function parseFormatSpec(text: string): FormatSpec | string {
  const groups = SPEC.exec(text)?.groups;
  if (groups === undefined) {
    return 'a spec is [[fill]align][sign][z][#][0][width][, or _][.precision][type]';
  }
  const type = groups['type'];
  if (type === '.') return 'digits have to follow the "." of a precision';
  if (type !== undefined && !TYPES.includes(type)) return `there is no type ${quote(type)}`;

  const zeroPadded = groups['fill'] === undefined && (groups['width']?.startsWith('0') ?? false);
  const width = readDecimal(groups['width'] ?? '0');
  const precision = groups['precision'] === undefined ? undefined : readDecimal(groups['precision']);
  if (width > MAX_SIZE) return `the width is over the limit of ${MAX_SIZE}`;
  if (precision !== undefined && precision > MAX_SIZE)
    return `the precision is over the limit of ${MAX_SIZE}`;

  return {
    text,
    fill: groups['fill'] ?? (zeroPadded ? '0' : ' '),
    align: groups['align'] as Alignment | undefined,
    zeroPadded,
    sign: groups['sign'] as FormatSpec['sign'],
    coercesNegativeZero: groups['z'] !== undefined,
    alternate: groups['alternate'] !== undefined,
    width,
    grouping: groups['grouping'] as FormatSpec['grouping'],
    precision,
    type,
  };
}

/** The number that decimal digits of any script spell; only its order matters beyond the limit. */
function readDecimal(digits: string): number {
  let value = 0;
  for (const digit of digits) value = Math.min(value * 10 + digitValue(digit), MAX_SIZE + 1);
  return value;
}

/** Unicode assigns decimal digits (Nd) in runs of ten that begin with zero, and such runs may touch. */
function digitValue(digit: string): number {
  const codePoint = digit.codePointAt(0) ?? 0;
  let start = codePoint;
  while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start--;
  return (codePoint - start) % 10;
}
