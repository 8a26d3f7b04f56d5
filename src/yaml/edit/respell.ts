// SPDX-License-Identifier: Apache-2.0
import { joinValues, type Part, readParts } from './parts.ts';
import { encode, isSafePlain, type ScalarStyle } from './spell.ts';

// Choosing the place of a line break costs the square of it; no real value comes near.
const MAX_CHARACTERS = 4_000;

/** What a scalar means, and what it is to mean. */
export interface ValueChange {
  readonly from: string;
  readonly to: string;
}

/**
 * The source of a flow scalar with another value, of which everything stays that need not change: quotes, escapes, and
 * where its lines are broken. Undefined where that cannot be.
 */
export function respellFlow(
  source: string,
  change: ValueChange,
  { style, inFlow }: { readonly style: ScalarStyle; readonly inFlow: boolean },
): string | undefined {
  const { from, to } = change;
  if (from.length > MAX_CHARACTERS || to.length > MAX_CHARACTERS) return undefined;
  const quote = { plain: '', single: "'", double: '"' }[style];
  const body = source.slice(quote.length, source.length - quote.length);
  const parts = readParts(body, style);
  if (parts === undefined || joinValues(parts) !== from) return undefined;
  if (style === 'plain' && !isSafePlain(to, inFlow)) return undefined;
  const changed = replaceParts(parts, to, style);
  // A blank at the edge of a line would be lost.
  const read = changed === undefined ? undefined : readParts(changed, style);
  return read !== undefined && joinValues(read) === to ? `${quote}${changed}${quote}` : undefined;
}

function replaceParts(parts: readonly Part[], to: string, style: ScalarStyle): string | undefined {
  let head = 0;
  let begin = 0;
  for (const { value } of parts) {
    if (!to.startsWith(value, begin)) break;
    head += 1;
    begin += value.length;
  }
  let tail = parts.length;
  let end = to.length;
  while (tail > head) {
    const value = parts[tail - 1]?.value ?? '';
    if (end - value.length < begin || !to.startsWith(value, end - value.length)) break;
    tail -= 1;
    end -= value.length;
  }
  const pieces: (string | undefined)[] = parts.slice(0, head).map(({ source }) => source);
  const middle = parts.slice(head, tail);
  const [before, after] = [joinValues(middle), to.slice(begin, end)];
  let at = 0;
  let passed = 0;
  for (const { source, value } of middle) {
    const isBreak = source.includes('\n');
    const next = isBreak ? bestSplit(before, after, { value, passed, from: at }) : undefined;
    passed += value.length;
    if (next === undefined) continue;
    pieces.push(encode(after.slice(at, next), style), source);
    at = next + value.length;
  }
  pieces.push(encode(after.slice(at), style), ...parts.slice(tail).map(({ source }) => source));
  return pieces.includes(undefined) ? undefined : pieces.join('');
}

/**
 * Where in `after` a break is best kept that means `value` and stood behind `passed` characters of `before`: where most
 * of what is around it is the same. Undefined where it cannot be kept.
 */
function bestSplit(
  before: string,
  after: string,
  { value, passed, from }: { readonly value: string; readonly passed: number; readonly from: number },
): number | undefined {
  let best: number | undefined;
  let bestCommon = -1;
  for (let at = from; at <= after.length; at++) {
    if (!after.startsWith(value, at)) continue;
    let common = 0;
    while (at + common < after.length && after[at + common] === before[passed + common]) common += 1;
    let back = 0;
    while (back < at && back < passed && after[at - back - 1] === before[passed - back - 1]) back += 1;
    // Where nothing is the same, what is new comes first.
    if (common + back < bestCommon || (common + back === bestCommon && bestCommon > 0)) continue;
    best = at;
    bestCommon = common + back;
  }
  return best;
}

/** As {@link respellFlow} for a block scalar (§8.1), where one word of it changes. */
export function respellBlock(source: string, { from, to }: ValueChange): string | undefined {
  const header = source.indexOf('\n') + 1;
  const [body, before, after] = [source.slice(header), from, to].map((text) => text.split(/([ \t\r\n]+)/));
  if (body === undefined || before === undefined || before.length !== after?.length) return undefined;
  const changed = before.flatMap((word, index) => (word === after[index] ? [] : [index]));
  const [index = -1] = changed;
  if (changed.length !== 1 || before[index]?.trim() === '' || after[index] === '') return undefined;
  // Breaking lines and indenting them makes no other words, but may put blanks before the first one.
  const shift = (body[0] === '' ? 2 : 0) - (before[0] === '' ? 2 : 0);
  if (body[index + shift] !== before[index]) return undefined;
  body[index + shift] = after[index] ?? '';
  return source.slice(0, header) + body.join('');
}
