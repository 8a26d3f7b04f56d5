// SPDX-License-Identifier: Apache-2.0
import { formatFloat } from './format-float.ts';
import type { FormatSpec } from './format-spec.ts';
import { layOutNumber } from './lay-out-number.ts';

const RADIX: Readonly<Record<string, number>> = { b: 2, o: 8, x: 16, X: 16 };
const FLOAT_TYPES = 'eEfFgG%';
const MAX_CODE_POINT = 0x10ffffn;

/** Why Python would refuse to format any `int` with `spec`; undefined when it would not. */
export function findIntegerProblem(spec: FormatSpec): string | undefined {
  const type = spec.type ?? 'd';
  if (type === 's') return 'a number takes one of the types b c d n o x X e E f F g G %, not "s"';
  if (spec.grouping !== undefined && ('cn'.includes(type) || (spec.grouping === ',' && type in RADIX))) {
    return `the type "${type}" cannot be grouped with "${spec.grouping}"`;
  }
  if (FLOAT_TYPES.includes(type)) return undefined;
  if (spec.precision !== undefined) return `the type "${type}" takes no precision; "f" does`;
  if (spec.coercesNegativeZero) return `the option "z" is for the types ${[...FLOAT_TYPES].join(' ')}`;
  if (type === 'c' && spec.sign !== undefined) return 'the type "c" takes no sign';
  if (type === 'c' && spec.alternate) return 'the type "c" takes no "#"';
  return undefined;
}

/** Why Python would refuse this one `value`, of which it would take others; undefined when it would not. */
export function findIntegerValueProblem(value: bigint, spec: FormatSpec): string | undefined {
  if (spec.type === 'c' && (value < 0n || value > MAX_CODE_POINT)) {
    return 'the type "c" needs a code point between 0 and 0x10ffff';
  }
  if (spec.type !== undefined && FLOAT_TYPES.includes(spec.type) && !Number.isFinite(Number(value))) {
    return `the number is too large for the type "${spec.type}"`;
  }
  return undefined;
}

/**
 * `value` as Python 3.11 formats an `int`: in a radix, as a character, or converted to a double first (`e E f F
 * g G %`). `n` is `d`, as in Python's default locale. `spec` and `value` have passed the two checks above.
 */
export function formatInteger(value: bigint, spec: FormatSpec): string {
  const type = spec.type ?? 'd';
  if (type === 'c') {
    const rest = String.fromCodePoint(Number(value));
    return layOutNumber({ negative: false, prefix: '', digits: '', rest }, spec);
  }
  const negative = value < 0n;
  const magnitude = negative ? -value : value;
  if (FLOAT_TYPES.includes(type)) {
    const body =
      type === '%'
        ? `${formatFloat(Number(magnitude) * 100, { ...spec, type: 'f' })}%`
        : formatFloat(Number(magnitude), { ...spec, type });
    const digits = /^\d*/.exec(body)?.[0] ?? '';
    return layOutNumber({ negative, prefix: '', digits, rest: body.slice(digits.length) }, spec);
  }
  const digits = magnitude.toString(RADIX[type] ?? 10);
  return layOutNumber(
    {
      negative,
      prefix: spec.alternate && type in RADIX ? `0${type}` : '',
      digits: type === 'X' ? digits.toUpperCase() : digits,
      rest: '',
    },
    spec,
  );
}
