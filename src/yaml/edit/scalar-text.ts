// SPDX-License-Identifier: Apache-2.0

/** How a string can be written on one line. */
export type ScalarStyle = 'plain' | 'single' | 'double';

// What a reader of YAML 1.1 or 1.2 takes for a number, truth value, null, date, merge or value key; rather too much.
const NO_STRING = [
  /^(?:|~|null|y|n|yes|no|true|false|on|off|<<|=)$/i,
  /^[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-f_]+)$/i,
  /^[-+]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:e[-+]?[0-9]+)?$/i,
  /^[-+]?[0-9][0-9_]*(?::[0-9]+)+(?:\.[0-9_]*)?$/,
  /^[-+]?\.(?:inf|nan)$/i,
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}/,
];

// What stands for itself in a plain or single-quoted scalar, whoever reads it.
const PRINTABLE =
  /^[\x20-\x7e\u00a0-\u200d\u2010-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u;

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/**
 * `value` as a YAML scalar on one line, which YAML 1.1 and 1.2 both read as this string: in the style that is wanted
 * where it allows that, else in double quotes. A plain one that would be taken for something else gets `quotes`.
 * Undefined for a lone surrogate, which UTF-8 cannot hold.
 */
export function findScalarText(
  value: string,
  {
    style,
    quotes,
    isInFlow,
  }: { readonly style: ScalarStyle; readonly quotes: 'single' | 'double'; readonly isInFlow: boolean },
): string | undefined {
  if (/\p{Cs}/u.test(value)) return undefined;
  if (style === 'plain' && isPlain(value, isInFlow)) return value;
  const wanted = style === 'plain' ? quotes : style;
  return wanted === 'single' && PRINTABLE.test(value) ? `'${value.replaceAll("'", "''")}'` : quoted(value);
}

function isPlain(value: string, isInFlow: boolean): boolean {
  return (
    PRINTABLE.test(value) &&
    !NO_STRING.some((pattern) => pattern.test(value)) &&
    !/^[-?:,[\]{}#&*!|>'"%@`\s]|\s$|:$|:\s|\s#/.test(value) &&
    !(isInFlow && /[,[\]{}:#]/.test(value))
  );
}

function quoted(value: string): string {
  const text = [...value].map((c) => {
    if (ESCAPES[c] !== undefined) return ESCAPES[c];
    if (PRINTABLE.test(c)) return c;
    const code = c.codePointAt(0) ?? 0;
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `"${text.join('')}"`;
}
