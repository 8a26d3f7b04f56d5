// SPDX-License-Identifier: Apache-2.0
import type { FormatSpec } from './format-spec.ts';

/** A formatted number in the parts that sign, grouping and padding treat differently. */
export interface NumberParts {
  readonly negative: boolean;
  /** `0b`, `0o`, `0x`, `0X` or nothing. */
  readonly prefix: string;
  /** The digits that grouping applies to. */
  readonly digits: string;
  /** Everything behind them: decimal point, fraction, exponent, percent sign. */
  readonly rest: string;
}

/** Digits to a group. */
interface Grouping {
  readonly separator: string;
  readonly size: number;
}

/**
 * Puts a number together as Python 3.11 does: sign, prefix, grouped digits, rest, padded to the width of `spec`.
 * Zeros that pad between sign and digits are grouped with the digits, and never begin with a separator.
 */
export function layOutNumber(parts: NumberParts, spec: FormatSpec): string {
  const { prefix, rest } = parts;
  const sign = parts.negative ? '-' : spec.sign === '+' || spec.sign === ' ' ? spec.sign : '';
  const align = spec.align ?? (spec.zeroPadded ? '=' : '>');
  const fixedWidth = sign.length + prefix.length + [...rest].length;
  const zeroWidth = spec.fill === '0' && align === '=' ? spec.width - fixedWidth : 0;
  const digits = groupDigits(parts.digits, findGrouping(spec), zeroWidth);

  const padding = Math.max(0, spec.width - fixedWidth - digits.length);
  const fill = (length: number) => spec.fill.repeat(length);
  const half = Math.floor(padding / 2);
  switch (align) {
    case '<':
      return sign + prefix + digits + rest + fill(padding);
    case '^':
      return fill(half) + sign + prefix + digits + rest + fill(padding - half);
    case '=':
      return sign + prefix + fill(padding) + digits + rest;
    case '>':
      return fill(padding) + sign + prefix + digits + rest;
  }
}

/** PEP 378 and PEP 515: thousands, but groups of four in base 2, 8 and 16. */
function findGrouping(spec: FormatSpec): Grouping | undefined {
  if (spec.grouping === undefined) return undefined;
  const isDecimal = spec.type === undefined || !'boxX'.includes(spec.type);
  return { separator: spec.grouping, size: isDecimal ? 3 : 4 };
}

/** `digits` with leading zeros up to `minWidth` (separators counted) and separators between groups. */
function groupDigits(digits: string, grouping: Grouping | undefined, minWidth: number): string {
  if (digits === '') return '';
  if (grouping === undefined) return digits.padStart(minWidth, '0');
  const { separator, size } = grouping;
  // A separator can't come first, so a width that would end on one takes a further zero.
  const fullGroups = Math.floor(minWidth / (size + 1));
  const zeroDigits = fullGroups * size + Math.max(minWidth % (size + 1), minWidth > 0 ? 1 : 0);
  const padded = digits.padStart(zeroDigits, '0');
  const first = padded.length % size || size;
  const groups = [padded.slice(0, first)];
  for (let index = first; index < padded.length; index += size)
    groups.push(padded.slice(index, index + size));
  return groups.join(separator);
}
