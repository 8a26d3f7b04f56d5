// SPDX-License-Identifier: Apache-2.0
import { readYaml11Scalar } from '../yaml11-scalar.ts';
import type { Quotes } from './text-habits.ts';

/** How a flow scalar is written (YAML 1.2 §7.3). */
export type ScalarStyle = 'plain' | Quotes;

// What the core schema of YAML 1.2 (§10.3.2) takes for something else than a string.
const YAML12_OTHER =
  /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?[0-9]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)?$/;

// Booleans, dates and sexagesimal numbers of YAML 1.1 that PyYAML does not know, but other readers may.
const DOUBTFUL = /^(?:[yYnN]|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[-+]?[0-9][0-9_]*(?::[0-9]+)+(?:\.[0-9_]*)?)$/;

// What cannot stand raw in a scalar of one line, that editors may hide, or that makes them show the rest in another order.
const NEEDS_ESCAPE =
  /[\u0000-\u001f\u007f-\u00a0\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]|\p{Surrogate}/u;

/**
 * Whether `text` may stand without quotes: it is then the same string for readers of YAML 1.1 (PyYAML) and 1.2. Says no
 * where in doubt.
 */
export function isSafePlain(text: string, inFlow: boolean): boolean {
  if (NEEDS_ESCAPE.test(text) || text.trim() !== text) return false;
  if (YAML12_OTHER.test(text) || DOUBTFUL.test(text)) return false;
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

/** Where a scalar is to stand. */
export interface ScalarPlace {
  /** How it is to be written, if it can be. */
  readonly style: ScalarStyle;
  /** What it gets where it cannot be plain. */
  readonly quotes: Quotes;
  readonly inFlow: boolean;
}

/** A whole scalar with the value `text`, on one line; in double quotes where the quotes that are wanted cannot hold it. */
export function spell(text: string, { style, quotes, inFlow }: ScalarPlace): string {
  // Older readers take no colon there, and some no "#".
  const mayBePlain = isSafePlain(text, inFlow) && !(inFlow && /[:#]/.test(text));
  if (style === 'plain' && mayBePlain) return text;
  const wanted = style === 'plain' ? quotes : style;
  const single = wanted === 'single' ? encode(text, 'single') : undefined;
  return single === undefined ? `"${encode(text, 'double')}"` : `'${single}'`;
}

function toEscape(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
