// SPDX-License-Identifier: Apache-2.0
import { toText } from './conversions.ts';
import { findIntegerProblem, findIntegerValueProblem, formatInteger } from './format-integer.ts';
import type { FormatSpec } from './format-spec.ts';
import { findStringProblem, formatString } from './format-string.ts';
import type { FormatValue } from './python-value.ts';

/** Why no value of any kind could be formatted with `spec`; undefined when some could. */
export function findSpecProblem(spec: FormatSpec): string | undefined {
  const numberProblem = findIntegerProblem(spec);
  if (numberProblem === undefined) return undefined;
  const textProblem = findStringProblem(spec);
  return spec.type === 's' ? textProblem : textProblem && numberProblem;
}

/**
 * Why Python would refuse to format `value` with `spec`, with an example that works for a field of this `name`;
 * undefined when it would not.
 */
export function findValueProblem(
  value: FormatValue,
  spec: FormatSpec,
  name: string,
): { problem: string; hint: string } | undefined {
  if (spec.text === '') return undefined;
  switch (value.kind) {
    case 'missing':
      return undefined;
    case 'path':
      return {
        problem: 'a path takes no format spec, unless "!s" makes it text first',
        hint: `try "{${name}!s:>60}"`,
      };
    case 'string':
      return withHint(findStringProblem(spec), `for text, try "{${name}:<30}" or "{${name}:.8}"`);
    case 'boolean':
      return withHint(
        findIntegerProblem(spec) ?? findIntegerValueProblem(toInteger(value), spec),
        `True and False count as 1 and 0 here; for the words, try "{${name}!s:>5}"`,
      );
    case 'integer':
      return withHint(
        findIntegerProblem(spec) ?? findIntegerValueProblem(toInteger(value), spec),
        `for a number, try "{${name}:>12,}" or "{${name}:#x}"`,
      );
  }
}

function withHint(problem: string | undefined, hint: string): { problem: string; hint: string } | undefined {
  return problem === undefined ? undefined : { problem, hint };
}

/** `value` formatted with `spec`, after {@link findValueProblem} found none. */
export function formatValue(value: FormatValue, spec: FormatSpec): string {
  if (spec.text === '') return toText(value);
  switch (value.kind) {
    case 'missing':
      return spec.fill.repeat(spec.width);
    case 'string':
    case 'path':
      return formatString(value.value, spec);
    case 'integer':
    case 'boolean':
      return formatInteger(toInteger(value), spec);
  }
}

function toInteger(value: FormatValue & { kind: 'integer' | 'boolean' }): bigint {
  return BigInt(value.value);
}
