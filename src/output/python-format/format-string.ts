// SPDX-License-Identifier: Apache-2.0
import type { FormatSpec } from './format-spec.ts';

/** Why Python would refuse to format a `str` with `spec`; undefined when it would not. */
export function findStringProblem(spec: FormatSpec): string | undefined {
  if (spec.type !== undefined && spec.type !== 's') return `text takes the type "s", not "${spec.type}"`;
  if (spec.sign !== undefined) return `a sign ("${spec.sign}") is for numbers, not for text`;
  if (spec.coercesNegativeZero) return 'the option "z" is for numbers, not for text';
  if (spec.alternate) return 'the option "#" is for numbers, not for text';
  if (spec.grouping !== undefined) return `grouping ("${spec.grouping}") is for numbers, not for text`;
  if (spec.align === '=') return 'the alignment "=" is for numbers, not for text';
  return undefined;
}

/**
 * `text` cut to the precision and padded to the width of `spec`, as Python 3.11 formats a `str`: sizes are in
 * code points, and a `0` before the width is a fill only. `spec` has passed {@link findStringProblem}.
 */
export function formatString(text: string, spec: FormatSpec): string {
  if (spec.width === 0 && spec.precision === undefined) return text;
  const characters = [...text].slice(0, spec.precision);
  const padding = Math.max(0, spec.width - characters.length);
  const before = spec.align === '>' ? padding : spec.align === '^' ? Math.floor(padding / 2) : 0;
  return spec.fill.repeat(before) + characters.join('') + spec.fill.repeat(padding - before);
}
