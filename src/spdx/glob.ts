// SPDX-License-Identifier: Apache-2.0

/** A character, any but a slash, any number but slashes, or any number of any. */
type Token = { readonly character: string } | 'any' | 'segment' | 'all';

/** A path pattern, ready to be compared. */
export interface Glob {
  /** What every path that fits begins with. */
  readonly prefix: string;
  readonly tokens: readonly Token[];
}

/** How many steps comparisons may take together; one step is one token looked at for one character. */
export interface GlobBudget {
  steps: number;
}

/** A pattern of REUSE.toml (REUSE specification 3.2): `*` stops at slashes, `**` does not, a backslash escapes. */
export function parseReuseGlob(pattern: string): Glob {
  return parse(pattern, (rest) => {
    if (rest.startsWith('**')) return ['all', 2];
    return rest.startsWith('*') ? ['segment', 1] : undefined;
  });
}

/** A pattern of .reuse/dep5 (Debian's copyright format 1.0): `*` and `?` match slashes too, a backslash escapes. */
export function parseDep5Glob(pattern: string): Glob {
  return parse(pattern, (rest) => {
    if (rest.startsWith('*')) return ['all', 1];
    return rest.startsWith('?') ? ['any', 1] : undefined;
  });
}

/** Whether `path` fits as a whole. Takes time in proportion to both lengths; false once the budget is spent. */
export function matchesGlob({ prefix, tokens }: Glob, path: string, budget: GlobBudget): boolean {
  if (!path.startsWith(prefix)) return false;
  const { length } = tokens;
  // Whether what was read so far fits the tokens before each place.
  let fits = new Uint8Array(length + 1);
  fits[prefix.length] = 1;
  skipStars(tokens, fits);
  for (let at = prefix.length; at < path.length; at++) {
    budget.steps -= length;
    if (budget.steps < 0) return false;
    const character = path.charAt(at);
    const next = new Uint8Array(length + 1);
    for (let place = prefix.length; place < length; place++) {
      if (fits[place] === 0) continue;
      const token = tokens[place];
      if (token === 'all' || (token === 'segment' && character !== '/')) next[place] = 1;
      else if (token === 'any' || (typeof token === 'object' && token.character === character))
        next[place + 1] = 1;
    }
    skipStars(tokens, next);
    fits = next;
  }
  return fits[length] === 1;
}

/** A star fits nothing, too. */
function skipStars(tokens: readonly Token[], fits: Uint8Array): void {
  for (let place = 0; place < tokens.length; place++) {
    const token = tokens[place];
    if (fits[place] === 1 && (token === 'segment' || token === 'all')) fits[place + 1] = 1;
  }
}

function parse(pattern: string, findWildcard: (rest: string) => [Token, number] | undefined): Glob {
  const tokens: Token[] = [];
  let prefix = '';
  for (let at = 0; at < pattern.length; ) {
    const [wildcard, length] = findWildcard(pattern.slice(at, at + 2)) ?? [];
    if (wildcard !== undefined && length !== undefined) {
      tokens.push(wildcard);
      at += length;
      continue;
    }
    if (pattern.charAt(at) === '\\' && at + 1 < pattern.length) at += 1;
    const character = pattern.charAt(at);
    if (prefix.length === tokens.length) prefix += character;
    tokens.push({ character });
    at += 1;
  }
  return { prefix, tokens };
}
