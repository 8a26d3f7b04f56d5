// SPDX-License-Identifier: Apache-2.0
import type { ScalarStyle } from './spell.ts';

/** A piece of a scalar's source, and what it means. */
export interface Part {
  readonly source: string;
  /** Nothing for what continues a line and stands for no character. */
  readonly value: string;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};

const FOLD = /[ \t]*\r?\n(?:[ \t]*\r?\n)*[ \t]*/y;
const CONTINUATION = /\\\r?\n[ \t]*/y;
const CODE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/y;

/**
 * The parts of a flow scalar (YAML 1.2 §7.3) without its quotes, in order: each character, escape, and line break. Undefined
 * for what is too rare to be told apart here.
 */
export function readParts(body: string, style: ScalarStyle): Part[] | undefined {
  const parts: Part[] = [];
  for (let at = 0; at < body.length; ) {
    const part = partAt(body, at, style);
    if (part === undefined) return undefined;
    parts.push(part);
    at += part.source.length;
  }
  return parts;
}

/** What `parts` mean together. */
export function joinValues(parts: readonly Part[]): string {
  return parts.map(({ value }) => value).join('');
}

function partAt(body: string, at: number, style: ScalarStyle): Part | undefined {
  const fold = match(FOLD, body, at)?.[0];
  if (fold !== undefined) {
    const breaks = fold.split('\n').length - 1;
    return { source: fold, value: breaks === 1 ? ' ' : '\n'.repeat(breaks - 1) };
  }
  const character = String.fromCodePoint(body.codePointAt(at) ?? 0);
  if (style === 'single' && character === "'") return { source: "''", value: "'" };
  if (style !== 'double' || character !== '\\') return { source: character, value: character };
  const continuation = match(CONTINUATION, body, at)?.[0];
  if (continuation !== undefined) {
    // An empty line behind it would be a line feed.
    const isSure = !/[\r\n]/.test(body[at + continuation.length] ?? '');
    return isSure ? { source: continuation, value: '' } : undefined;
  }
  const [source, ...codes] = match(CODE, body, at) ?? [];
  if (source !== undefined) {
    const code = Number.parseInt(codes.find((one) => one !== undefined) ?? '', 16);
    return code > 0x10ffff ? undefined : { source, value: String.fromCodePoint(code) };
  }
  const escaped = body[at + 1] ?? '';
  const value = Object.hasOwn(ESCAPES, escaped) ? ESCAPES[escaped] : undefined;
  return value === undefined ? undefined : { source: `\\${escaped}`, value };
}

function match(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}
