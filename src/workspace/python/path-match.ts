// SPDX-License-Identifier: Apache-2.0

/** A path as Python's pathlib divides it; an absolute one has its anchor as its first part. */
interface PathParts {
  /** "" for a relative path, or "/", or "//" for exactly two slashes. */
  readonly anchor: string;
  readonly parts: readonly string[];
}

/** What a set in brackets holds, by code points. */
interface CharacterSet {
  readonly isNegated: boolean;
  readonly ranges: readonly { readonly low: number; readonly high: number }[];
}

/** What stands for one character, or "*" for any number of them. */
type Wildcard = '*' | '?' | number | CharacterSet;

/**
 * What `PurePosixPath(path).match(pattern)` says in Python 3.11; undefined where Python refuses the pattern, which
 * is one without parts. A comparison takes at most time proportional to the path times the pattern.
 */
export function compilePathPattern(pattern: string): ((path: string) => boolean) | undefined {
  const wanted = partsOf(pattern);
  if (wanted.parts.length === 0) return undefined;
  const isAbsolute = wanted.anchor !== '';
  const wildcards = wanted.parts.slice(isAbsolute ? 1 : 0).map(parseWildcards);
  return (path) => {
    const { anchor, parts } = partsOf(path);
    if (isAbsolute && (anchor !== wanted.anchor || parts.length !== wanted.parts.length)) return false;
    if (parts.length < wildcards.length) return false;
    const first = parts.length - wildcards.length;
    return wildcards.every((part, index) => matchesPart(part, parts[first + index] ?? ''));
  };
}

function partsOf(path: string): PathParts {
  const slashes = /^\/*/.exec(path)?.[0] ?? '';
  const anchor = slashes.length > 2 ? '/' : slashes;
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  return { anchor, parts: anchor === '' ? names : [anchor, ...names] };
}

function parseWildcards(pattern: string): Wildcard[] {
  const characters = [...pattern];
  const lastEnd = characters.lastIndexOf(']');
  const wildcards: Wildcard[] = [];
  for (let index = 0; index < characters.length; index++) {
    const character = characters[index] ?? '';
    const end = character === '[' && index < lastEnd ? endOfSet(characters, index + 1) : undefined;
    if (end !== undefined) {
      wildcards.push(parseSet(characters.slice(index + 1, end)));
      index = end;
    } else if (character === '?') {
      wildcards.push('?');
    } else if (character !== '*') {
      wildcards.push(codeOf(character));
    } else if (wildcards.at(-1) !== '*') {
      wildcards.push('*');
    }
  }
  return wildcards;
}

/** Where the "]" stands that ends the set whose content begins at `start`; a first "]" does not end it. */
function endOfSet(characters: readonly string[], start: number): number | undefined {
  const first = characters[start] === '!' ? start + 1 : start;
  const end = characters.indexOf(']', characters[first] === ']' ? first + 1 : first);
  return end === -1 ? undefined : end;
}

/**
 * The set with this content, by the rules of Python's fnmatch: a range whose ends are the wrong way round
 * vanishes, and what is then at the front decides whether the set is negated.
 */
function parseSet(content: readonly string[]): Wildcard {
  const chunks = withoutEmptyRanges(splitAtRanges(content));
  const isNegated = chunks[0]?.[0] === '!';
  if (isNegated) chunks[0]?.shift();
  if (isNegated && chunks.length === 1 && chunks[0]?.length === 0) return '?';
  return { isNegated, ranges: rangesOf(chunks) };
}

/** Divides the content of a set at each "-" that stands for a range. */
function splitAtRanges(content: readonly string[]): string[][] {
  const chunks: string[][] = [];
  let start = 0;
  let hyphen = content.indexOf('-', content[0] === '!' ? 2 : 1);
  while (hyphen !== -1) {
    chunks.push(content.slice(start, hyphen));
    start = hyphen + 1;
    hyphen = content.indexOf('-', hyphen + 3);
  }
  if (start < content.length || chunks.length === 0) chunks.push(content.slice(start));
  else chunks.at(-1)?.push('-');
  return chunks;
}

function withoutEmptyRanges(chunks: readonly string[][]): string[][] {
  // From the right, as in Python: what is left of both sides is compared with what stands before them.
  const kept: string[][] = [];
  for (const chunk of chunks.toReversed()) {
    const next = kept.at(-1);
    const isEmpty = next !== undefined && codeOf(chunk.at(-1)) > codeOf(next[0]);
    if (isEmpty) kept[kept.length - 1] = [...chunk.slice(0, -1), ...next.slice(1)];
    else kept.push(chunk);
  }
  return kept.reverse();
}

/** Chunks that stand beside each other are joined by a range; other characters stand for themselves. */
function rangesOf(chunks: readonly string[][]): CharacterSet['ranges'] {
  const ranges = chunks.flat().map((character) => ({ low: codeOf(character), high: codeOf(character) }));
  for (const [index, chunk] of chunks.entries()) {
    const next = chunks[index + 1];
    if (next === undefined) break;
    // Without a character before it, a "-" is one itself.
    const low = codeOf(chunk.at(-1) ?? '-');
    ranges.push(chunk.length === 0 ? { low, high: low } : { low, high: codeOf(next[0]) });
  }
  return ranges;
}

function matchesPart(pattern: readonly Wildcard[], part: string): boolean {
  const codes = [...part].map(codeOf);
  let at = 0;
  // The last "*" that was met, and what it stands for so far: up to `resume`.
  let star: number | undefined;
  let resume = 0;
  for (let index = 0; index < codes.length; ) {
    const wildcard = pattern[at];
    if (wildcard === '*') {
      star = at++;
      resume = index;
    } else if (wildcard !== undefined && matchesOne(wildcard, codes[index] ?? 0)) {
      at++;
      index++;
    } else if (star !== undefined) {
      at = star + 1;
      index = ++resume;
    } else {
      return false;
    }
  }
  return at === pattern.length || (at === pattern.length - 1 && pattern[at] === '*');
}

function matchesOne(wildcard: Exclude<Wildcard, '*'>, code: number): boolean {
  if (wildcard === '?') return true;
  if (typeof wildcard === 'number') return wildcard === code;
  return wildcard.ranges.some(({ low, high }) => low <= code && code <= high) !== wildcard.isNegated;
}

function codeOf(character: string | undefined): number {
  return character?.codePointAt(0) ?? 0;
}
