// SPDX-License-Identifier: Apache-2.0
import {
  categorySource,
  characterSource,
  type Flags,
  PatternProblem,
  PatternScanner,
  readEscape,
  readFlags,
  readOctal,
  readSet,
} from './regex-characters.ts';

/**
 * What `re.compile(pattern).fullmatch(text) is not None` says in Python 3.11. A problem, in words for people, if
 * Python refuses the pattern, or if it asks for what cannot be said to JavaScript's engine.
 *
 * Translating takes time linear in the pattern. Matching backtracks, as it does in Python.
 */
export function compilePythonRegex(
  pattern: string,
): { readonly matches: (text: string) => boolean } | { readonly problem: string } {
  try {
    const expression = new RegExp(`^(?:${new Translator(pattern).translate()})$`, 'v');
    return { matches: (text) => expression.test(text) };
  } catch (error) {
    if (error instanceof PatternProblem) return { problem: error.message };
    throw error;
  }
}

/** The JavaScript for a part of the pattern, and how many characters it takes. */
interface Piece {
  readonly source: string;
  readonly least: number;
  readonly most: number;
  /** Whether it repeats what can be empty: both engines try the same ways to match then, but in other orders. */
  readonly hasEmptyTurns: boolean;
}

interface Item extends Piece {
  readonly kind: 'position' | 'repeat' | 'character' | 'group';
}

interface Context {
  readonly flags: Flags;
  readonly depth: number;
  /** How many groups there were when the outermost lookbehind around this place began. */
  readonly groupsBeforeLookbehind: number;
  /** Whether JavaScript matches from right to left here. */
  readonly isBackward: boolean;
}

const MAX_LENGTH = 10_000;
const MAX_DEPTH = 450;
const MAX_REPEAT = 0xffff_ffff;
const START: Context = { flags: new Set(), depth: 0, groupsBeforeLookbehind: Infinity, isBackward: false };

class Translator {
  readonly #scanner: PatternScanner;
  readonly #globalFlags = new Set<string>();
  readonly #groupNumbers = new Map<string, number>();
  /** By number; undefined while it is open. Number 0 is the whole pattern. */
  readonly #groups: (Piece | undefined)[] = [undefined];
  /** The groups that have taken part in any match that comes to this place, in the order in which they closed. */
  readonly #certain: number[] = [];
  #atomicGroups = 0;

  constructor(pattern: string) {
    if (pattern.length > MAX_LENGTH) {
      throw new PatternProblem(`patterns of more than ${MAX_LENGTH} characters are not supported`);
    }
    this.#scanner = new PatternScanner(pattern);
  }

  translate(): string {
    const { source } = this.#alternatives({ ...START, flags: this.#globalFlags });
    if (this.#scanner.peek() !== undefined) throw this.#problem('an unbalanced parenthesis');
    return source;
  }

  #problem(what: string, index = this.#scanner.index): PatternProblem {
    return this.#scanner.problem(what, index);
  }

  #alternatives(context: Context): Piece {
    const certain = this.#certain.length;
    const options = [this.#sequence(context, context.depth === 0)];
    while (this.#scanner.match('|')) {
      this.#certain.length = certain;
      options.push(this.#sequence(context, false));
    }
    if (options.length > 1) this.#certain.length = certain;
    return {
      source: options.map(({ source }) => source).join('|'),
      least: Math.min(...options.map(({ least }) => least)),
      most: Math.max(...options.map(({ most }) => most)),
      hasEmptyTurns: options.some(({ hasEmptyTurns }) => hasEmptyTurns),
    };
  }

  #sequence(context: Context, isFirst: boolean): Piece {
    const items: Item[] = [];
    let certainBefore = 0;
    for (;;) {
      const start = this.#scanner.index;
      const token = this.#scanner.peek();
      if (token === undefined || token === '|' || token === ')') break;
      this.#scanner.index++;
      if (context.flags.has('x') && this.#skipBlank(token)) continue;
      const range = this.#readRange(token);
      if (range !== undefined) {
        items.push(this.#repeat(items.pop(), { ...range, start }, context));
        if (range.least === 0) this.#certain.length = certainBefore;
        continue;
      }
      const certain = this.#certain.length;
      const item = this.#item(token, context, isFirst && items.length === 0);
      if (item === undefined) continue;
      items.push(item);
      certainBefore = certain;
    }
    return {
      source: items.map(({ source }) => source).join(''),
      least: items.reduce((sum, { least }) => sum + least, 0),
      most: items.reduce((sum, { most }) => sum + most, 0),
      hasEmptyTurns: items.some(({ hasEmptyTurns }) => hasEmptyTurns),
    };
  }

  /** Whether `token`, which was just taken, means nothing in a verbose pattern; a comment is taken whole. */
  #skipBlank(token: string): boolean {
    if (token === '#') {
      this.#scanner.takeWhile(/^[^\n]/);
      return true;
    }
    return /^[ \t\n\r\v\f]$/.test(token);
  }

  /** The counts of a quantifier whose first token was just taken. Undefined, and nothing taken, for none. */
  #readRange(token: string): { readonly least: number; readonly most: number } | undefined {
    if (token === '*') return { least: 0, most: Infinity };
    if (token === '+') return { least: 1, most: Infinity };
    if (token === '?') return { least: 0, most: 1 };
    if (token !== '{' || this.#scanner.peek() === '}') return undefined;
    const start = this.#scanner.index;
    const low = this.#scanner.takeWhile(/^[0-9]$/);
    const high = this.#scanner.match(',') ? this.#scanner.takeWhile(/^[0-9]$/) : low;
    if (!this.#scanner.match('}')) {
      this.#scanner.index = start;
      return undefined;
    }
    const least = Number(low);
    const most = high === '' ? Infinity : Number(high);
    if (least >= MAX_REPEAT || (high !== '' && most >= MAX_REPEAT)) {
      throw this.#problem('a repetition number that is too large', start - 1);
    }
    if (most < least) throw this.#problem('a repetition whose maximum is below its minimum', start - 1);
    return { least, most };
  }

  #repeat(
    item: Item | undefined,
    range: { readonly least: number; readonly most: number; readonly start: number },
    context: Context,
  ): Item {
    const { least, most, start } = range;
    if (item === undefined || item.kind === 'position') throw this.#problem('nothing to repeat', start);
    if (item.kind === 'repeat') throw this.#problem('a repetition of a repetition', start);
    const isLazy = this.#scanner.match('?');
    const isPossessive = !isLazy && this.#scanner.match('+');
    const count = `{${least},${most === Infinity ? '' : most}}${isLazy ? '?' : ''}`;
    // Python goes back into no turn of a possessive repetition.
    const source = `(?:${isPossessive ? this.#atomic(item, context, start) : item.source})${count}`;
    const hasEmptyTurns = item.hasEmptyTurns || (item.least === 0 && most > least);
    const piece: Item = {
      source,
      least: product(item.least, least),
      most: product(item.most, most),
      hasEmptyTurns,
      kind: 'repeat',
    };
    if (!isPossessive) return piece;
    const whole = { ...piece, hasEmptyTurns: false };
    return { ...whole, source: this.#atomic(whole, context, start) };
  }

  /** What JavaScript lacks: a group that, once left, is not tried in another way. */
  #atomic(body: Piece, context: Context, start: number): string {
    if (body.hasEmptyTurns) {
      throw this.#problem('repeating what can be empty is not supported in an atomic group', start);
    }
    // In a lookbehind all widths are fixed, and there is no other way that would end elsewhere.
    if (context.isBackward) return `(?:${body.source})`;
    const name = `atomic${++this.#atomicGroups}`;
    return `(?:(?=(?<${name}>${body.source}))\\k<${name}>)`;
  }

  /** The item that begins with `token`, which was just taken; undefined for a comment or global flags. */
  #item(token: string, context: Context, isAtStart: boolean): Item | undefined {
    const { flags } = context;
    if (token === '(') return this.#group(context, isAtStart);
    if (token === '[') return character(readSet(this.#scanner, flags));
    if (token === '.') return character(flags.has('s') ? '[^]' : '[^\\n]');
    if (token === '^') return position(flags.has('m') ? '(?<![^\\n])' : '^');
    if (token === '$') return position(flags.has('m') ? '(?![^\\n])' : '(?=\\n?$)');
    if (token.startsWith('\\')) return this.#escape(token.slice(1), context);
    return character(characterSource(token.codePointAt(0) ?? 0, flags));
  }

  #escape(letter: string, context: Context): Item {
    const { flags } = context;
    const word = categorySource('w', flags);
    if (letter === 'A') return position('^');
    if (letter === 'Z') return position('$');
    if (letter === 'b') return position(`(?:(?<=${word})(?!${word})|(?<!${word})(?=${word}))`);
    if (letter === 'B') return position(`(?!^$)(?:(?<=${word})(?=${word})|(?<!${word})(?!${word}))`);
    if (/^[dsw]$/i.test(letter)) return character(categorySource(letter, flags));
    if (/^[1-9]$/.test(letter)) return this.#numbered(letter, context);
    const code = letter === '0' ? readOctal(this.#scanner, letter) : readEscape(this.#scanner, letter);
    return character(characterSource(code, flags));
  }

  /** A backslash and the digit `first`: three octal digits are a character, one or two digits a reference. */
  #numbered(first: string, context: Context): Item {
    const start = this.#scanner.index - 1;
    const digits = first + this.#scanner.takeWhile(/^[0-9]$/, 1);
    if (/^[0-7]{2}$/.test(digits) && /^[0-7]$/.test(this.#scanner.peek() ?? '')) {
      return character(characterSource(readOctal(this.#scanner, digits), context.flags));
    }
    return this.#reference(Number(digits), context, start);
  }

  #reference(number: number | undefined, context: Context, start: number): Item {
    if (number === undefined || number >= this.#groups.length) {
      throw this.#problem('a reference to an unknown group', start);
    }
    const group = this.#groups[number];
    if (group === undefined || number >= context.groupsBeforeLookbehind) {
      throw this.#problem('a reference to a group that is not closed yet', start);
    }
    if (context.flags.has('i')) throw this.#problem('references that ignore case are not supported', start);
    if (!this.#certain.includes(number)) {
      throw this.#problem('a reference to a group that may not have matched is not supported', start);
    }
    return { ...group, source: `\\k<group${number}>`, hasEmptyTurns: false, kind: 'group' };
  }

  #group(context: Context, isAtStart: boolean): Item | undefined {
    const start = this.#scanner.index - 1;
    if (!this.#scanner.match('?')) return this.#capture(undefined, context, start);
    const token = this.#scanner.take() ?? '';
    switch (token) {
      case '#':
        if (this.#scanner.takeUntil(')') === undefined) throw this.#problem('an unterminated comment', start);
        return undefined;
      case 'P':
        return this.#named(context, start);
      case '(':
        throw this.#problem('conditional groups are not supported', start);
      case ':':
        return this.#body(context, start);
      case '>': {
        const body = this.#body(context, start);
        return { ...body, source: this.#atomic(body, context, start) };
      }
      case '=':
      case '!':
        return this.#look(token, context, start);
      case '<':
        if (this.#scanner.match('=')) return this.#look('<=', context, start);
        if (this.#scanner.match('!')) return this.#look('<!', context, start);
        throw this.#problem('an unknown kind of group', start);
      default:
        return this.#flagged(token, context, isAtStart);
    }
  }

  #flagged(first: string, context: Context, isAtStart: boolean): Item | undefined {
    const start = this.#scanner.index - 3;
    const { added, removed, isGlobal } = readFlags(this.#scanner, first);
    if (!isGlobal) {
      const kept = [...context.flags].filter((flag) => !/[au]/.test(flag) || !/[au]/.test(added));
      const flags = [...kept, ...added].filter((flag) => !removed.includes(flag));
      return this.#body({ ...context, flags: new Set(flags) }, start);
    }
    if (!isAtStart) throw this.#problem('global flags that are not at the start', start);
    for (const flag of added) this.#globalFlags.add(flag);
    if (this.#globalFlags.has('a') && this.#globalFlags.has('u')) {
      throw this.#problem('the flags "a" and "u" exclude each other', start);
    }
    return undefined;
  }

  /** What is behind "(?P": a named group, or a reference to one. */
  #named(context: Context, start: number): Item {
    const isGroup = this.#scanner.match('<');
    if (!isGroup && !this.#scanner.match('=')) throw this.#problem('an unknown kind of group', start);
    const name = this.#scanner.takeUntil(isGroup ? '>' : ')') ?? '';
    if (!/^[\p{XIDS}_]\p{XIDC}*$/u.test(name)) throw this.#problem('a bad group name', start);
    const number = this.#groupNumbers.get(name);
    if (!isGroup) return this.#reference(number, context, start);
    if (number !== undefined) throw this.#problem('a group name that is used twice', start);
    return this.#capture(name, context, start);
  }

  #capture(name: string | undefined, context: Context, start: number): Item {
    const number = this.#groups.push(undefined) - 1;
    if (name !== undefined) this.#groupNumbers.set(name, number);
    const body = this.#body(context, start);
    this.#groups[number] = body;
    this.#certain.push(number);
    return { ...body, source: `(?<group${number}>${body.source})` };
  }

  #look(kind: '=' | '!' | '<=' | '<!', context: Context, start: number): Item {
    const certain = this.#certain.length;
    const isBackward = kind.startsWith('<');
    const groups = isBackward ? this.#groups.length : Infinity;
    const groupsBeforeLookbehind = Math.min(groups, context.groupsBeforeLookbehind);
    const body = this.#body({ ...context, isBackward, groupsBeforeLookbehind }, start);
    if (isBackward && (body.least !== body.most || body.least > MAX_REPEAT)) {
      throw this.#problem('a lookbehind without a fixed width', start);
    }
    if (kind !== '=' || body.hasEmptyTurns) this.#certain.length = certain;
    return { ...position(`(?${kind}${body.source})`), kind: 'group' };
  }

  /** What a group holds, up to its end. */
  #body(context: Context, start: number): Item {
    if (context.depth >= MAX_DEPTH) throw this.#problem('groups that are nested too deeply', start);
    const body = this.#alternatives({ ...context, depth: context.depth + 1 });
    if (!this.#scanner.match(')')) throw this.#problem('an unterminated group', start);
    return { ...body, source: `(?:${body.source})`, kind: 'group' };
  }
}

function character(source: string): Item {
  return { source, least: 1, most: 1, hasEmptyTurns: false, kind: 'character' };
}

function position(source: string): Item {
  return { source, least: 0, most: 0, hasEmptyTurns: false, kind: 'position' };
}

/** A width that is repeated; nothing stays nothing, however often it is. */
function product(width: number, count: number): number {
  return width === 0 || count === 0 ? 0 : width * count;
}
