// SPDX-License-Identifier: Apache-2.0
import {
  categoryMembers,
  characterSource,
  type Flags,
  MAX_COUNT,
  PatternProblem,
  PatternScanner,
  positionSource,
  type Range,
  readEscape,
  readFlags,
  readOctal,
  readRange,
  readSet,
} from './regex-characters.ts';

/**
 * What `re.compile(pattern).fullmatch(text) is not None` says in Python 3.11. A problem, in words for people, if
 * Python refuses the pattern, or if it asks for what JavaScript's engine does not have.
 *
 * Translating takes time linear in the pattern. Matching backtracks, as it does in Python.
 */
export function compilePythonRegex(
  pattern: string,
): { readonly matches: (text: string) => boolean } | { readonly problem: string } {
  try {
    const expression = new RegExp(`^${new Translator(pattern).translate()}$`, 'u');
    return { matches: (text) => expression.test(text) };
  } catch (error) {
    if (error instanceof PatternProblem) return { problem: error.message };
    throw error;
  }
}

/** The JavaScript for a part of the pattern, and how many characters it takes. */
interface Item extends Range {
  readonly source: string;
  readonly kind: 'position' | 'repetition' | 'other';
}

interface Context {
  readonly flags: Flags;
  readonly depth: number;
  readonly isInLookbehind: boolean;
}

/** Of a pattern, and of its translation: the engine takes seconds for some that are longer, and fails for others. */
const MAX_LENGTH = 10_000;
const TOO_LONG = 'patterns of this length are not supported';
/** Python's recursion ends at about as many groups inside each other. */
const MAX_DEPTH = 450;

const CHARACTER = { least: 1, most: 1, kind: 'other' } as const;
const POSITION = { least: 0, most: 0, kind: 'position' } as const;

/** What makes a group of another kind; behind a bare "?" stand flags. */
const GROUP_KINDS = ['?:', '?P<', '?P=', '?=', '?!', '?<=', '?<!', '?#', '?(', '?>', '?'] as const;

class Translator {
  readonly #scanner: PatternScanner;
  readonly #globalFlags = new Set<string>();
  /** By number, which is 0 for the whole pattern; undefined for one that is open. */
  readonly #groups: (Item | undefined)[] = [undefined];
  readonly #groupNumbers = new Map<string, number>();
  /**
   * The groups that took part in any match that has come to this place, in the order in which they closed. For
   * others a reference fails in Python, but matches "" in JavaScript.
   */
  readonly #certain: number[] = [];

  constructor(pattern: string) {
    if (pattern.length > MAX_LENGTH) throw new PatternProblem(TOO_LONG);
    this.#scanner = new PatternScanner(pattern);
  }

  translate(): string {
    const { source } = this.#alternatives({ flags: this.#globalFlags, depth: 0, isInLookbehind: false });
    if (this.#scanner.match(')')) throw this.#scanner.problem('an unbalanced ")"', this.#scanner.index - 1);
    if (source.length > MAX_LENGTH) throw new PatternProblem(TOO_LONG);
    return source;
  }

  #alternatives(context: Context): Item {
    const certain = this.#certain.length;
    const items = [this.#sequence(context, context.depth === 0)];
    while (this.#scanner.match('|')) {
      this.#certain.length = certain;
      items.push(this.#sequence(context, false));
    }
    if (items.length > 1) this.#certain.length = certain;
    const least = Math.min(...items.map((item) => item.least));
    const most = Math.max(...items.map((item) => item.most));
    return { source: `(?:${items.map(({ source }) => source).join('|')})`, least, most, kind: 'other' };
  }

  #sequence(context: Context, isFirst: boolean): Item {
    const items: Item[] = [];
    let certainBefore = 0;
    for (;;) {
      const start = this.#scanner.index;
      const certain = this.#certain.length;
      const token = this.#scanner.peek();
      if (token === '' || token === '|' || token === ')') break;
      this.#scanner.index++;
      if (context.flags.has('x') && this.#skipBlank(token)) continue;
      const range = readRange(this.#scanner, token);
      if (range !== undefined) {
        const item = this.#repeat(items.pop(), range, start);
        items.push(item);
        // Of turns that match nothing, Python keeps what their groups have matched, and JavaScript does not.
        if (item.least === 0) this.#certain.length = certainBefore;
        continue;
      }
      const item = this.#item(token, context, isFirst && items.length === 0);
      if (item === undefined) continue;
      items.push(item);
      certainBefore = certain;
    }
    const least = items.reduce((sum, item) => sum + item.least, 0);
    const most = items.reduce((sum, item) => sum + item.most, 0);
    return { source: items.map(({ source }) => source).join(''), least, most, kind: 'other' };
  }

  /** Whether `token`, which was just taken, means nothing in a verbose pattern; a comment is taken whole. */
  #skipBlank(token: string): boolean {
    if (token === '#') this.#scanner.takeWhile(/^[^\n]/);
    return /^[# \t\n\r\v\f]$/.test(token);
  }

  #repeat(item: Item | undefined, { least, most }: Range, start: number): Item {
    const problem = (what: string): PatternProblem => this.#scanner.problem(what, start);
    if (item === undefined || item.kind === 'position') throw problem('nothing to repeat');
    if (item.kind === 'repetition') throw problem('a repetition of a repetition');
    const isLazy = this.#scanner.match('?');
    if (!isLazy && this.#scanner.match('+')) throw problem('possessive repetitions are not supported');
    return {
      source: `(?:${item.source}){${least},${most === Infinity ? '' : most}}${isLazy ? '?' : ''}`,
      // Nothing, however often, is nothing, not NaN.
      least: item.least * least || 0,
      most: item.most * most || 0,
      kind: 'repetition',
    };
  }

  /** The item that begins with `token`, which was just taken; undefined for a comment or global flags. */
  #item(token: string, context: Context, isAtStart: boolean): Item | undefined {
    const { flags } = context;
    if (token === '(') return this.#group(context, isAtStart);
    if (token === '[') return { ...CHARACTER, source: readSet(this.#scanner, flags) };
    if (token === '.') return { ...CHARACTER, source: flags.has('s') ? '[^]' : '[^\\n]' };
    if (token === '^') return { ...POSITION, source: flags.has('m') ? '(?<![^\\n])' : '^' };
    if (token === '$') return { ...POSITION, source: flags.has('m') ? '(?![^\\n])' : '(?=\\n?$)' };
    if (token.startsWith('\\')) return this.#escape(token.slice(1), context);
    return { ...CHARACTER, source: characterSource(token, flags) };
  }

  #escape(letter: string, context: Context): Item {
    const { flags } = context;
    if (/^[ABZb]$/.test(letter)) return { ...POSITION, source: positionSource(letter, flags) };
    if (/^[dsw]$/i.test(letter)) return { ...CHARACTER, source: `[${categoryMembers(letter, flags)}]` };
    if (/^[1-9]$/.test(letter)) return this.#numbered(letter, context);
    const code = letter === '0' ? readOctal(this.#scanner, letter) : readEscape(this.#scanner, letter);
    return { ...CHARACTER, source: characterSource(code, flags) };
  }

  /** A backslash and digits, the first of which was just taken: three octal ones are a character, others a reference. */
  #numbered(first: string, context: Context): Item {
    const start = this.#scanner.index - 1;
    const digits = first + this.#scanner.takeWhile(/^[0-9]$/, 1);
    if (/^[0-7]{3}/.test(digits + this.#scanner.peek())) {
      return { ...CHARACTER, source: characterSource(readOctal(this.#scanner, digits), context.flags) };
    }
    return this.#reference(Number(digits), context, start);
  }

  #reference(number: number, context: Context, start: number): Item {
    const problem = (what: string): PatternProblem => this.#scanner.problem(what, start);
    const group = this.#groups[number];
    if (number >= this.#groups.length) throw problem('a reference to an unknown group');
    if (group === undefined) throw problem('a reference to an open group');
    if (context.flags.has('i')) throw problem('references that ignore case are not supported');
    if (this.#certain.includes(number)) return { ...group, source: `\\k<group${number}>` };
    throw problem('references to a group that may not have matched are not supported');
  }

  #group(context: Context, isAtStart: boolean): Item | undefined {
    const start = this.#scanner.index - 1;
    const kind = GROUP_KINDS.find((text) => this.#scanner.match(text));
    if (kind === undefined) return this.#capture(context, start);
    if (kind === '?:') return this.#body(context, start);
    if (kind === '?') return this.#flagged(context, isAtStart, start);
    if (kind === '?P<' || kind === '?P=') return this.#named(kind, context, start);
    if (kind === '?>') throw this.#scanner.problem('atomic groups are not supported', start);
    if (kind === '?(') throw this.#scanner.problem('conditional groups are not supported', start);
    if (kind !== '?#') return this.#look(kind, context, start);
    this.#scanner.takeWhile(/^[^)]/);
    if (!this.#scanner.match(')')) throw this.#scanner.problem('an unterminated comment', start);
    return undefined;
  }

  /** A group with flags of its own, or flags for the whole pattern. */
  #flagged(context: Context, isAtStart: boolean, start: number): Item | undefined {
    const { added, removed, isGlobal } = readFlags(this.#scanner);
    if (!isGlobal) {
      const isReplaced = (flag: string): boolean => /[au]/.test(flag) && /[au]/.test(added);
      const kept = [...context.flags].filter((flag) => !removed.includes(flag) && !isReplaced(flag));
      return this.#body({ ...context, flags: new Set([...kept, ...added]) }, start);
    }
    if (!isAtStart) throw this.#scanner.problem('global flags that are not at the start', start);
    for (const flag of added) this.#globalFlags.add(flag);
    if (!this.#globalFlags.has('a') || !this.#globalFlags.has('u')) return undefined;
    throw this.#scanner.problem('flags that exclude each other', start);
  }

  #named(kind: '?P<' | '?P=', context: Context, start: number): Item {
    const end = kind === '?P<' ? '>' : ')';
    const name = this.#scanner.takeWhile(kind === '?P<' ? /^[^>]/ : /^[^)]/);
    const isName = /^[\p{XIDS}_]\p{XIDC}*$/u.test(name);
    if (!this.#scanner.match(end) || !isName) throw this.#scanner.problem('a bad group name', start);
    const number = this.#groupNumbers.get(name);
    if (kind === '?P=') return this.#reference(number ?? Infinity, context, start);
    if (number !== undefined) throw this.#scanner.problem('a group name that is used twice', start);
    this.#groupNumbers.set(name, this.#groups.length);
    return this.#capture(context, start);
  }

  #capture(context: Context, start: number): Item {
    const number = this.#groups.push(undefined) - 1;
    const body = this.#body(context, start);
    this.#groups[number] = body;
    // In a lookbehind, Python refuses a reference to one of its own groups.
    if (!context.isInLookbehind) this.#certain.push(number);
    return { ...body, source: `(?<group${number}>${body.source})` };
  }

  #look(kind: '?=' | '?!' | '?<=' | '?<!', context: Context, start: number): Item {
    const certain = this.#certain.length;
    const isBehind = kind.startsWith('?<');
    const body = this.#body({ ...context, isInLookbehind: context.isInLookbehind || isBehind }, start);
    if (isBehind && (body.least !== body.most || body.most > MAX_COUNT)) {
      throw this.#scanner.problem('a lookbehind without a fixed width', start);
    }
    this.#certain.length = certain;
    return { ...POSITION, source: `(${kind}${body.source})`, kind: 'other' };
  }

  /** What a group holds, with its closing parenthesis. */
  #body(context: Context, start: number): Item {
    if (context.depth >= MAX_DEPTH) throw this.#scanner.problem('groups that are nested too deeply', start);
    const body = this.#alternatives({ ...context, depth: context.depth + 1 });
    if (!this.#scanner.match(')')) throw this.#scanner.problem('an unterminated group', start);
    return body;
  }
}
