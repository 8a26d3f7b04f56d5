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
  let states = reach(tokens, new Set([prefix.length]));
  for (let at = prefix.length; at < path.length; at++) {
    budget.steps -= states.size + 1;
    if (budget.steps < 0 || states.size === 0) return false;
    const character = path.charAt(at);
    const next = new Set<number>();
    for (const state of states) {
      const token = tokens[state];
      if (token === undefined) continue;
      if (token === 'all' || (token === 'segment' && character !== '/')) next.add(state);
      else if (token === 'any' || (typeof token === 'object' && token.character === character))
        next.add(state + 1);
    }
    states = reach(tokens, next);
  }
  return states.has(tokens.length);
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

/** `states`, and those that are reached from them without a character. */
function reach(tokens: readonly Token[], states: Set<number>): Set<number> {
  for (const state of states) {
    const token = tokens[state];
    if (token === 'segment' || token === 'all') states.add(state + 1);
  }
  return states;
}
