// SPDX-License-Identifier: Apache-2.0

/** What PyYAML's SafeLoader makes of a plain scalar. */
export interface Yaml11Scalar {
  /** "merge" is `<<` and "value" is `=`, which PyYAML takes as the key of a map alone. */
  readonly kind: 'string' | 'integer' | 'float' | 'boolean' | 'null' | 'timestamp' | 'merge' | 'value';
  /** Python's `str()` of a number, boolean or null; else, or if the scalar is invalid, its source. */
  readonly text: string;
  /** Whether PyYAML fails for this source, or `str()` for its value, since it has too many digits. */
  readonly invalid?: true;
}

// The resolvers of PyYAML, in its order. Their tables of first characters rule out nothing that matches.
const BOOLEAN = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const INTEGER =
  /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const NULL = /^(?:~|null|Null|NULL)?$/;
const TIMESTAMP =
  /^(\d{4})-(?=\d\d-\d\d$|[\s\S]*:)(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.\d*)?(?:[ \t]*(?:Z|[-+](\d\d?)(?::(\d\d))?))?)?$/;

/** Python refuses to read or write more decimal digits. */
const MAX_DIGITS = 4300;
/** More digits than that, in base 2 or a larger one, make more decimal digits than Python writes. */
const MAX_BINARY_DIGITS = 14_285;
/** More sexagesimal places than that make more decimal digits than Python writes. */
const MAX_INTEGER_PLACES = 2420;
/** From this place on, the base is above any float. */
const MAX_FLOAT_PLACES = 174;

/**
 * What PyYAML's SafeLoader (YAML 1.1) makes of a plain scalar with this source. Takes time linear in its length;
 * numbers that are too long are not computed.
 */
export function readYaml11Scalar(source: string): Yaml11Scalar {
  if (BOOLEAN.test(source)) {
    return { kind: 'boolean', text: /^(?:yes|true|on)$/i.test(source) ? 'True' : 'False' };
  }
  if (FLOAT.test(source)) return numberScalar('float', source, readFloat(source));
  if (INTEGER.test(source)) return numberScalar('integer', source, readInteger(source));
  if (source === '<<') return { kind: 'merge', text: source };
  if (NULL.test(source)) return { kind: 'null', text: 'None' };
  if (source === '=') return { kind: 'value', text: source };
  const fields = TIMESTAMP.exec(source)?.slice(1);
  if (fields === undefined) return { kind: 'string', text: source };
  const isValid = isTimestampValid(fields.map((field = '0') => Number(field)));
  return { kind: 'timestamp', text: source, ...(isValid ? {} : { invalid: true }) };
}

function numberScalar(kind: 'integer' | 'float', source: string, text: string | undefined): Yaml11Scalar {
  return text === undefined ? { kind, text: source, invalid: true } : { kind, text };
}

/** Sign and digits of a number, without its underscores. */
function signAndDigits(source: string): { readonly isNegative: boolean; readonly digits: string } {
  return {
    isNegative: source.startsWith('-'),
    digits: source.replace(/^[-+]/, '').replaceAll('_', '').toLowerCase(),
  };
}

function readInteger(source: string): string | undefined {
  const { isNegative, digits } = signAndDigits(source);
  const value = digits.includes(':') ? sexagesimalInteger(digits) : plainInteger(digits);
  if (value === undefined) return undefined;
  const text = String(value);
  if (text.length > MAX_DIGITS) return undefined;
  return isNegative && value !== 0n ? `-${text}` : text;
}

function plainInteger(text: string): bigint | undefined {
  const [, prefix = '', digits = ''] = /^(0[bx]?)?0*(.*)$/.exec(text) ?? [];
  const isEmpty = digits === '' && !text.endsWith('0');
  if (isEmpty || digits.length > (prefix === '' ? MAX_DIGITS : MAX_BINARY_DIGITS)) return undefined;
  return BigInt(`${prefix === '0' ? '0o' : prefix}0${digits}`);
}

function sexagesimalInteger(text: string): bigint | undefined {
  const places = text.split(':');
  if (places.length > MAX_INTEGER_PLACES || (places[0] ?? '').length > MAX_DIGITS) return undefined;
  return places.reduce((value, place) => value * 60n + BigInt(place), 0n);
}

function readFloat(source: string): string | undefined {
  const { isNegative, digits } = signAndDigits(source);
  if (digits === '.nan') return 'nan';
  const value =
    digits === '.inf' ? Infinity : digits.includes(':') ? sexagesimalFloat(digits) : Number(digits);
  return value === undefined ? undefined : floatText(isNegative ? -value : value);
}

/** Added up as PyYAML does, from the last place on: another order would be rounded in another way. */
function sexagesimalFloat(text: string): number | undefined {
  const places = text.split(':').reverse();
  if (places.length > MAX_FLOAT_PLACES) return undefined;
  let value = 0;
  let base = 1n;
  for (const place of places) {
    value += Number(place) * Number(base);
    base *= 60n;
  }
  return value;
}

/** Python's `str()` of a float: the fewest digits that are exact, with an exponent below -4 and from 16 on. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  // JavaScript writes no exponent between 1e-6 and 1e21.
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}

/** Whether Python's `datetime` takes these: year to second, then the hours and minutes of the time zone. */
function isTimestampValid(fields: readonly number[]): boolean {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, zoneHours = 0, zoneMinutes = 0] =
    fields;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isDate = year > 0 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isDate && hour < 24 && minute < 60 && second < 60 && zoneHours * 60 + zoneMinutes < 24 * 60;
}
