// SPDX-License-Identifier: Apache-2.0
import { WHITE_SPACE } from './white-space.ts';

/** The letters of the flags that hold at one place of a pattern. */
export type Flags = ReadonlySet<string>;

/** What is wrong with a pattern; caught by `compilePythonRegex`. */
export class PatternProblem extends Error {}

/** Walks through a pattern in Python's tokens: a character, or a backslash and the character behind it. */
export class PatternScanner {
  /** The number of the next token. */
  index = 0;
  readonly #tokens: readonly string[];

  /** @throws PatternProblem for a backslash with nothing behind it */
  constructor(pattern: string) {
    this.#tokens = pattern.match(/\\?./gsu) ?? [];
    if (this.#tokens.at(-1) === '\\') throw this.problem('an unfinished escape', this.#tokens.length - 1);
  }

  /** The next token; "" at the end. */
  peek(): string {
    return this.#tokens[this.index] ?? '';
  }

  /** Takes the characters of `text` if they are next, and says whether they were. */
  match(text: string): boolean {
    const isNext = [...text].every((character, offset) => this.#tokens[this.index + offset] === character);
    if (isNext) this.index += text.length;
    return isNext;
  }

  /** Takes as many tokens as match `kind`, at most `limit`. */
  takeWhile(kind: RegExp, limit = Infinity): string {
    const start = this.index;
    const end = Math.min(this.#tokens.length, start + limit);
    while (this.index < end && kind.test(this.peek())) this.index++;
    return this.#tokens.slice(start, this.index).join('');
  }

  /** A problem with the token of the number `index`, named by its position in Python's characters. */
  problem(what: string, index: number): PatternProblem {
    return new PatternProblem(`${what} at position ${[...this.#tokens.slice(0, index).join('')].length}`);
  }
}

/**
 * Takes the flags of a group and the ":" behind them, or flags for the whole pattern and their ")".
 *
 * @throws PatternProblem
 */
export function readFlags(scanner: PatternScanner): {
  readonly added: string;
  readonly removed: string;
  readonly isGlobal: boolean;
} {
  const start = scanner.index;
  const letters = scanner.takeWhile(/^[-a-z]$/);
  const [, added = '', removed = ''] = /^([aimsux]*)(?:-([imsx]+))?$/.exec(letters) ?? [];
  const isGlobal = removed === '' && scanner.match(')');
  if (added + removed === '' || !(isGlobal || scanner.match(':'))) {
    throw scanner.problem('an unknown kind of group, or bad flags,', start);
  }
  if (/a.*u|u.*a/.test(added) || [...removed].some((flag) => added.includes(flag))) {
    throw scanner.problem('flags that exclude each other', start);
  }
  return { added, removed, isGlobal };
}

/** How often something is repeated, or how many characters it takes. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** Python counts no further. */
export const MAX_COUNT = 0xffff_ffff;

/**
 * The counts of the quantifier that begins with `token`, which was just taken; undefined, and no more taken, for none.
 *
 * @throws PatternProblem
 */
export function readRange(scanner: PatternScanner, token: string): Range | undefined {
  if (token === '*') return { least: 0, most: Infinity };
  if (token === '+') return { least: 1, most: Infinity };
  if (token === '?') return { least: 0, most: 1 };
  if (token !== '{' || scanner.peek() === '}') return undefined;
  const start = scanner.index;
  const low = scanner.takeWhile(/^[0-9]$/);
  const high = scanner.match(',') ? scanner.takeWhile(/^[0-9]$/) : low;
  if (!scanner.match('}')) {
    scanner.index = start;
    return undefined;
  }
  const range = { least: Number(low), most: high === '' ? Infinity : Number(high) };
  if (range.least >= MAX_COUNT || Number(high) >= MAX_COUNT) {
    throw scanner.problem('a repetition number that is too large', start - 1);
  }
  if (range.most < range.least) throw scanner.problem('a minimum above its maximum', start - 1);
  return range;
}

const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/**
 * The character of an escape whose backslash and `letter` were just taken, if it is for one, and not octal.
 *
 * @throws PatternProblem
 */
export function readEscape(scanner: PatternScanner, letter: string): number {
  const start = scanner.index - 1;
  const control = CONTROLS[letter];
  if (control !== undefined) return control;
  if (letter === 'N') throw scanner.problem('characters by name are not supported: \\N', start);
  const wanted = HEX_DIGITS[letter];
  if (wanted !== undefined) {
    const digits = scanner.takeWhile(/^[0-9a-f]$/i, wanted);
    const code = Number.parseInt(digits, 16);
    if (digits.length === wanted && code <= 0x10ffff) return code;
  }
  if (/[0-9A-Za-z]/.test(letter)) throw scanner.problem(`a bad escape \\${letter}`, start);
  return codeOf(letter);
}

/** The character of an octal escape of which `digits` were taken. @throws PatternProblem above `\377` */
export function readOctal(scanner: PatternScanner, digits: string): number {
  const start = scanner.index - 1;
  const code = Number.parseInt(digits + scanner.takeWhile(/^[0-7]$/, 3 - digits.length), 8);
  if (code > 0o377) throw scanner.problem('an octal escape above \\377', start);
  return code;
}

/** A part of a set: the members of a category, or a range of characters. */
type SetItem = string | { readonly low: number; readonly high: number };

/** Translates the set whose "[" was just taken. @throws PatternProblem */
export function readSet(scanner: PatternScanner, flags: Flags): string {
  const start = scanner.index - 1;
  const isNegated = scanner.match('^');
  const items: SetItem[] = [];
  while (items.length === 0 || !scanner.match(']')) {
    const here = scanner.index;
    const low = readSetItem(scanner, flags, start);
    if (!scanner.match('-')) {
      items.push(low);
      continue;
    }
    if (scanner.match(']')) return setSource([...items, low, single(codeOf('-'))], isNegated, flags);
    const high = readSetItem(scanner, flags, start);
    if (typeof low === 'string' || typeof high === 'string' || high.low < low.low) {
      throw scanner.problem('a bad character range', here);
    }
    items.push({ low: low.low, high: high.low });
  }
  return setSource(items, isNegated, flags);
}

function readSetItem(scanner: PatternScanner, flags: Flags, start: number): SetItem {
  const token = scanner.takeWhile(/^/, 1);
  if (token === '') throw scanner.problem('an unterminated character set', start);
  if (!token.startsWith('\\')) return single(codeOf(token));
  const letter = token.slice(1);
  if (/^[dsw]$/i.test(letter)) return categoryMembers(letter, flags);
  if (/^[0-7]$/.test(letter)) return single(readOctal(scanner, letter));
  return single(letter === 'b' ? 8 : readEscape(scanner, letter));
}

function single(code: number): SetItem {
  return { low: code, high: code };
}

function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

// By Python's str.isdecimal, isspace and isalnum. JavaScript's \s and \w are others.
const UNICODE_CATEGORIES: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  s: WHITE_SPACE,
  S: '\\0-\\x08\\x0e-\\x1b!-\\x84\\x86-\\x9f\\xa1-\\u167f\\u1681-\\u1fff\\u200b-\\u2027\\u202a-\\u202e\\u2030-\\u205e\\u2060-\\u2fff\\u3001-\\u{10ffff}',
  w: '\\p{L}\\p{N}_',
  // All but letters and numbers, and of Pc all but "_".
  W: '\\p{C}\\p{M}\\p{S}\\p{Z}\\p{Pd}\\p{Pe}\\p{Pf}\\p{Pi}\\p{Po}\\p{Ps}\\u203f\\u2040\\u2054\\ufe33\\ufe34\\ufe4d-\\ufe4f\\uff3f',
};
const ASCII_CATEGORIES: Readonly<Record<string, string>> = {
  d: '0-9',
  D: '\\0-/:-\\u{10ffff}',
  s: '\\t-\\r ',
  S: '\\0-\\x08\\x0e-\\x1f!-\\u{10ffff}',
  w: '0-9A-Z_a-z',
  W: '\\0-/:-@\\[-\\^`\\{-\\u{10ffff}',
};

/** What a set holds for the category `\d`, `\D`, `\s`, `\S`, `\w` or `\W`, given its letter. */
export function categoryMembers(letter: string, flags: Flags): string {
  return (flags.has('a') ? ASCII_CATEGORIES : UNICODE_CATEGORIES)[letter] ?? '';
}

/** Translates the position `\A`, `\Z`, `\b` or `\B`, given its letter; an empty text has no `\B` in Python 3.11. */
export function positionSource(letter: string, flags: Flags): string {
  if (letter === 'A') return '^';
  if (letter === 'Z') return '$';
  const word = `[${categoryMembers('w', flags)}]`;
  if (letter === 'b') return `(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`;
  return `(?!^$)(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`;
}

/** Translates one character, given its code point, or as a string of one. */
export function characterSource(character: number | string, flags: Flags): string {
  return setSource([single(typeof character === 'string' ? codeOf(character) : character)], false, flags);
}

function setSource(items: readonly SetItem[], isNegated: boolean, flags: Flags): string {
  const parts = items.flatMap((item) => {
    if (typeof item === 'string') return item;
    const range = item.low === item.high ? '' : `-${codeSource(item.high)}`;
    const others = flags.has('i') ? findCases(item.low, item.high, flags.has('a') ? 0x7f : LAST_CASED) : [];
    return [codeSource(item.low) + range, ...others.map(codeSource)];
  });
  const source = parts.join('');
  return !isNegated && /^(?:\w|\\u\{\w+\})$/.test(source) ? source : `[${isNegated ? '^' : ''}${source}]`;
}

/** By number where it may mean something else, or is half of a character that might find its other half. */
function codeSource(code: number): string {
  const character = String.fromCodePoint(code);
  return /\w/.test(character) ? character : `\\u{${code.toString(16)}}`;
}

/** No character beyond has cases. */
const LAST_CASED = 0x1ffff;
let knownCases: ReadonlyMap<number, readonly number[]> | undefined;

/** The characters up to `last`, outside of `low` to `high`, that equal one inside but for case. */
function findCases(low: number, high: number, last: number): number[] {
  knownCases ??= listCases();
  const known = knownCases;
  const codes = low === high ? [low] : [...known.keys()].filter((code) => low <= code && code <= high);
  const cases = codes.flatMap((code) => (code <= last ? (known.get(code) ?? []) : []));
  return [...new Set(cases)].filter((code) => code <= last && (code < low || code > high));
}

/**
 * Each character that has cases, with all that equal it but for case: Python takes two for equal if their lower
 * cases have one upper case. JavaScript's flag `i` has another rule, by which "ı" is no "i".
 */
function listCases(): ReadonlyMap<number, readonly number[]> {
  const byUpper = new Map<string, number[]>();
  for (let code = 0; code <= LAST_CASED; code++) {
    const character = String.fromCodePoint(code);
    if (!/\p{Changes_When_Casemapped}/u.test(character)) continue;
    const upper = String.fromCodePoint(codeOf(character.toLowerCase())).toUpperCase();
    byUpper.set(upper, [...(byUpper.get(upper) ?? []), code]);
  }
  return new Map([...byUpper.values()].flatMap((codes) => codes.map((code) => [code, codes])));
}
