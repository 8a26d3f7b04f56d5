// SPDX-License-Identifier: Apache-2.0

interface FloatOptions {
  /** One of `e E f F g G`. */
  readonly type: string;
  /** Default 6. */
  readonly precision: number | undefined;
  /** The `#` option: keep the decimal point, and the trailing zeros of `g`. */
  readonly alternate: boolean;
}

const DEFAULT_PRECISION = 6;

/**
 * A whole, non-negative double (or infinity) in one of Python's floating-point types, without sign and padding.
 * The double's exact value is rounded half to even, as Python 3.11 does; JavaScript's toExponential and
 * toPrecision round half up and end at 100 digits.
 */
export function formatFloat(value: number, options: FloatOptions): string {
  const type = options.type.toLowerCase();
  const text = value === Number.POSITIVE_INFINITY ? 'inf' : formatFinite(value, type, options);
  return type === options.type ? text : text.toUpperCase();
}

function formatFinite(value: number, type: string, options: FloatOptions): string {
  const { precision = DEFAULT_PRECISION, alternate } = options;
  const digits = BigInt(value).toString();
  if (type === 'f') return withFraction(digits, '0'.repeat(precision), alternate);

  const significant = type === 'e' ? precision + 1 : Math.max(precision, 1);
  const rounded = roundToDigits(digits, significant);
  const wholeDigits = type === 'g' && rounded.exponent < significant ? rounded.exponent + 1 : 1;
  const whole = rounded.digits.slice(0, wholeDigits);
  const fraction = rounded.digits.slice(wholeDigits);
  const kept = type === 'g' && !alternate ? fraction.replace(/0+$/, '') : fraction;
  const mantissa = withFraction(whole, kept, alternate);
  if (type === 'g' && rounded.exponent < significant) return mantissa;
  return `${mantissa}e+${String(rounded.exponent).padStart(2, '0')}`;
}

/** The first `count` digits of a whole number, rounded half to even, and the power of ten of the first. */
function roundToDigits(digits: string, count: number): { digits: string; exponent: number } {
  const exponent = digits.length - 1;
  if (count >= digits.length) return { digits: digits.padEnd(count, '0'), exponent };
  const unit = 10n ** BigInt(digits.length - count);
  const quotient = BigInt(digits) / unit;
  const twiceRest = (BigInt(digits) % unit) * 2n;
  const roundsUp = twiceRest > unit || (twiceRest === unit && quotient % 2n === 1n);
  const rounded = (roundsUp ? quotient + 1n : quotient).toString();
  return { digits: rounded.slice(0, count), exponent: exponent + rounded.length - count };
}

function withFraction(whole: string, fraction: string, alternate: boolean): string {
  return fraction === '' && !alternate ? whole : `${whole}.${fraction}`;
}
