// SPDX-License-Identifier: Apache-2.0

/** One way to log in that a server offers (RFC 9110 §11.6.1). */
export interface Challenge {
  /** In lower case, such as `bearer`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const MAX_CHARACTERS = 8_192;

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;
// A single value of letters in place of parameters, as other schemes have it.
const TOKEN68 = /[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))/y;

/**
 * What WWW-Authenticate headers offer, in order. Reading ends at what is malformed or too much.
 */
export function parseChallenges(headers: readonly string[]): Challenge[] {
  const challenges: Challenge[] = [];
  let left = MAX_CHARACTERS;
  for (const header of headers) {
    left -= header.length;
    if (left < 0) break;
    challenges.push(...parseHeader(header));
  }
  return challenges;
}

function parseHeader(text: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    if (found) at = pattern.lastIndex;
    return found;
  };
  for (;;) {
    take(/[\s,]*/y);
    const name = take(TOKEN)?.[0];
    if (name === undefined) return challenges;
    if (take(/\s*=\s*/y)) {
      const quoted = take(QUOTED)?.[1]?.replace(/\\(.)/g, '$1');
      const value = quoted ?? take(TOKEN)?.[0];
      const current = challenges.at(-1);
      if (value === undefined || current === undefined) return challenges;
      // The first counts: nobody adds to what stands there.
      const key = name.toLowerCase();
      if (!current.parameters.has(key)) current.parameters.set(key, value);
    } else {
      challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
      if (take(/\s+/y)) take(TOKEN68);
    }
  }
}
