// SPDX-License-Identifier: Apache-2.0
import { readYaml11Scalar } from '../yaml11-scalar.ts';

/** How a flow scalar is written (YAML 1.2 §7.3). */
export type ScalarStyle = 'plain' | 'single' | 'double';

// What the core schema of YAML 1.2 (§10.3.2) takes for something else than a string.
const YAML12_OTHER =
  /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?[0-9]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)?$/;

// Booleans of YAML 1.1 that PyYAML does not know, but other readers do.
const SHORT_BOOLEAN = /^[yYnN]$/;

// What cannot stand raw in a scalar of one line, or that editors may hide.
const NEEDS_ESCAPE = /[\u0000-\u001f\u007f-\u00a0\u2028\u2029\ufeff\ufffe\uffff]|\p{Surrogate}/u;

/**
 * Whether `text` may stand without quotes: it is then the same string for readers of YAML 1.1 (PyYAML) and 1.2. Says no
 * where in doubt.
 */
export function isSafePlain(text: string, inFlow: boolean): boolean {
  if (NEEDS_ESCAPE.test(text) || text.trim() !== text) return false;
  if (YAML12_OTHER.test(text) || SHORT_BOOLEAN.test(text)) return false;
  // One that PyYAML fails for is none either.
  if (readYaml11Scalar(text).kind !== 'string') return false;
  if (/^[-?:,[\]{}#&*!|>'"%@`]|^\.{3}|: | #|:$/.test(text)) return false;
  return !inFlow || !/[,?[\]{}]/.test(text);
}

/** `text` as it stands inside a scalar of this style; undefined where it cannot stand there, at least not in one line. */
export function encode(text: string, style: ScalarStyle): string | undefined {
  if (style === 'double')
    return text.replace(/["\\]/g, '\\$&').replace(new RegExp(NEEDS_ESCAPE, 'gu'), toEscape);
  if (NEEDS_ESCAPE.test(text)) return undefined;
  return style === 'single' ? text.replaceAll("'", "''") : text;
}

/** A whole scalar with the value `text`, in this style if it can be. */
export function spell(text: string, style: ScalarStyle, inFlow: boolean): string {
  if (style === 'plain' && isSafePlain(text, inFlow)) return text;
  const single = style === 'double' ? undefined : encode(text, 'single');
  return single === undefined ? `"${encode(text, 'double')}"` : `'${single}'`;
}

function toEscape(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
