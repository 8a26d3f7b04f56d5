// SPDX-License-Identifier: Apache-2.0

/** The letters of the flags that hold at one place of a pattern. */
export type Flags = ReadonlySet<string>;

/** What is wrong with a pattern; caught by `compilePythonRegex`. */
export class PatternProblem extends Error {}

/** Walks through a pattern in Python's tokens: a character, or a backslash and the character behind it. */
export class PatternScanner {
  /** Where the next token stands. */
  index = 0;
  readonly #tokens: readonly string[];

  /** @throws PatternProblem for a backslash with nothing behind it */
  constructor(pattern: string) {
    this.#tokens = pattern.match(/\\?./gsu) ?? [];
    if (this.#tokens.at(-1) === '\\') throw new PatternProblem('a backslash ends the pattern');
  }

  /** The next token; undefined at the end. */
  peek(): string | undefined {
    return this.#tokens[this.index];
  }

  /** Takes the next token; undefined at the end. */
  take(): string | undefined {
    const token = this.peek();
    this.index++;
    return token;
  }

  /** Takes the next token if it is `token`, and says whether it was. */
  match(token: string): boolean {
    const isNext = this.peek() === token;
    if (isNext) this.index++;
    return isNext;
  }

  /** Takes as many tokens as match `kind`, at most `limit`. */
  takeWhile(kind: RegExp, limit = Infinity): string {
    const start = this.index;
    while (this.index - start < limit && kind.test(this.peek() ?? '')) this.index++;
    return this.#tokens.slice(start, this.index).join('');
  }

  /** Takes everything up to `terminator`, and that too; undefined if it is missing. */
  takeUntil(terminator: string): string | undefined {
    const start = this.index;
    while (!this.match(terminator)) {
      if (this.take() === undefined) return undefined;
    }
    return this.#tokens.slice(start, this.index - 1).join('');
  }

  /** A problem with the token at `index`, named by its position in Python's characters. */
  problem(what: string, index: number): PatternProblem {
    const before = this.#tokens.slice(0, index).join('');
    return new PatternProblem(`${what} at position ${[...before].length}`);
  }
}

/**
 * Reads the flags of a group up to its ":", or to the ")" behind flags for the whole pattern; `first` was just taken.
 *
 * @throws PatternProblem
 */
export function readFlags(
  scanner: PatternScanner,
  first: string,
): { readonly added: string; readonly removed: string; readonly isGlobal: boolean } {
  const start = scanner.index - 1;
  const [, added, removed = ''] =
    /^([aimsux]*)(?:-([imsx]+))?$/.exec(first + scanner.takeWhile(/^[-a-z]$/)) ?? [];
  const isGlobal = removed === '' && scanner.match(')');
  if (first === '' || added === undefined || (!isGlobal && !scanner.match(':'))) {
    throw scanner.problem('an unknown kind of group, or bad flags,', start);
  }
  if (/a.*u|u.*a/.test(added) || [...removed].some((flag) => added.includes(flag))) {
    throw scanner.problem('flags that exclude each other', start);
  }
  return { added, removed, isGlobal };
}

const CONTROLS: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/**
 * The code point that the escape which was just taken, a backslash and `letter`, stands for. Octal numbers,
 * categories and positions are the caller's.
 *
 * @throws PatternProblem
 */
export function readEscape(scanner: PatternScanner, letter: string): number {
  const start = scanner.index - 1;
  const control = CONTROLS[letter];
  if (control !== undefined) return control;
  if (letter === 'N') throw scanner.problem('named characters are not supported: \\N', start);
  const wanted = HEX_DIGITS[letter];
  if (wanted !== undefined) {
    const digits = scanner.takeWhile(/^[0-9a-f]$/i, wanted);
    const code = Number.parseInt(digits, 16);
    if (digits.length === wanted && code <= 0x10ffff) return code;
  }
  if (/[0-9A-Za-z]/.test(letter)) throw scanner.problem(`a bad escape \\${letter}`, start);
  return letter.codePointAt(0) ?? 0;
}

/** The code point of an octal escape whose first digits are `digits`. @throws PatternProblem above 0o377 */
export function readOctal(scanner: PatternScanner, digits: string): number {
  const start = scanner.index - 1;
  const code = Number.parseInt(digits + scanner.takeWhile(/^[0-7]$/, 3 - digits.length), 8);
  if (code > 0o377) throw scanner.problem('an octal escape above \\377', start);
  return code;
}

/** A part of a class: a range, which is one character if both ends are equal, or a category's source. */
type SetItem = { readonly low: number; readonly high: number } | string;

/**
 * Translates the class whose "[" was just taken.
 *
 * @throws PatternProblem
 */
export function readSet(scanner: PatternScanner, flags: Flags): string {
  const start = scanner.index - 1;
  const isNegated = scanner.match('^');
  const first = scanner.index;
  const items: SetItem[] = [];
  for (;;) {
    const here = scanner.index;
    if (here > first && scanner.match(']')) return setSource(items, isNegated, flags);
    const low = readSetItem(scanner, flags, start);
    if (!scanner.match('-')) {
      items.push(low);
    } else if (scanner.match(']')) {
      return setSource([...items, low, { low: 0x2d, high: 0x2d }], isNegated, flags);
    } else {
      const high = readSetItem(scanner, flags, start);
      if (typeof low === 'string' || typeof high === 'string' || high.low < low.low) {
        throw scanner.problem('a bad character range', here);
      }
      items.push({ low: low.low, high: high.low });
    }
  }
}

function readSetItem(scanner: PatternScanner, flags: Flags, start: number): SetItem {
  const token = scanner.take();
  if (token === undefined) throw scanner.problem('an unterminated character class', start);
  const letter = token.slice(1);
  if (!token.startsWith('\\')) return single(token.codePointAt(0) ?? 0);
  if (/^[dsw]$/i.test(letter)) return categorySource(letter, flags);
  if (/^[0-7]$/.test(letter)) return single(readOctal(scanner, letter));
  return single(letter === 'b' ? 8 : readEscape(scanner, letter));
}

function single(code: number): SetItem {
  return { low: code, high: code };
}

// What Python's str.isdecimal, isspace and isalnum say. JavaScript's own \s and \w differ.
const UNICODE_CATEGORIES: Readonly<Record<string, string>> = {
  d: '\\p{Nd}',
  s: '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000',
  w: '\\p{L}\\p{N}_',
};
const ASCII_CATEGORIES: Readonly<Record<string, string>> = { d: '0-9', s: '\\t-\\r\\x20', w: '0-9A-Za-z_' };

/** One character of the category `\d`, `\D`, `\s`, `\S`, `\w` or `\W`, given its letter. */
export function categorySource(letter: string, flags: Flags): string {
  const category = letter.toLowerCase();
  const members = (flags.has('a') ? ASCII_CATEGORIES : UNICODE_CATEGORIES)[category];
  return `[${letter === category ? '' : '^'}${members}]`;
}

/** One character: `code`, or one that differs from it by case alone if that is ignored. */
export function characterSource(code: number, flags: Flags): string {
  return setSource([{ low: code, high: code }], false, flags);
}

function setSource(items: readonly SetItem[], isNegated: boolean, flags: Flags): string {
  const parts = items.map((item) => {
    if (typeof item === 'string') return item;
    const others = flags.has('i') ? findOtherCases(item.low, item.high, flags.has('a')) : [];
    const range = `${codeSource(item.low)}${item.low < item.high ? `-${codeSource(item.high)}` : ''}`;
    return range + others.map(codeSource).join('');
  });
  const source = parts.join('');
  return /^\w$/.test(source) && !isNegated ? source : `[${isNegated ? '^' : ''}${source}]`;
}

/** Never raw but for letters, digits and "_", so that nothing has a second meaning and no surrogates join. */
function codeSource(code: number): string {
  const character = String.fromCodePoint(code);
  return /^\w$/.test(character) ? character : `\\u{${code.toString(16)}}`;
}

/** The characters that are equal to one of the range `low` to `high`, but for case. */
function findOtherCases(low: number, high: number, isAscii: boolean): number[] {
  const classes = caseClasses();
  const found = new Set<number>();
  const codes = high - low < classes.size ? rangeOf(low, high) : classes.keys();
  for (const code of codes) {
    if (code < low || code > high || (isAscii && code >= 0x80)) continue;
    for (const other of classes.get(code) ?? []) {
      if (!isAscii || other < 0x80) found.add(other);
    }
  }
  return [...found];
}

function* rangeOf(low: number, high: number): Generator<number> {
  for (let code = low; code <= high; code++) yield code;
}

/** No letter beyond this has two cases. */
const LAST_CASED = 0x1ffff;
let cachedClasses: ReadonlyMap<number, readonly number[]> | undefined;

/**
 * Each character that has cases, with all that Python takes for equal to it when case is ignored: those whose
 * lower cases have one upper case. Not the `i` of JavaScript, for which "ı" is no "i".
 */
function caseClasses(): ReadonlyMap<number, readonly number[]> {
  if (cachedClasses !== undefined) return cachedClasses;
  const byUpper = new Map<string, number[]>();
  for (const code of rangeOf(0, LAST_CASED)) {
    const character = String.fromCodePoint(code);
    const lower = String.fromCodePoint(character.toLowerCase().codePointAt(0) ?? code);
    const upper = lower.toUpperCase();
    if (upper === character && lower === character) continue;
    const members = byUpper.get(upper);
    if (members === undefined) byUpper.set(upper, [code]);
    else members.push(code);
  }
  cachedClasses = new Map([...byUpper.values()].flatMap((codes) => codes.map((code) => [code, codes])));
  return cachedClasses;
}
