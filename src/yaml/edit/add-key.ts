// SPDX-License-Identifier: Apache-2.0
import { isScalar, type Node, type YAMLMap } from 'yaml';
import { endOf, findPair, lineStart, styleOf } from './locate.ts';
import { spell } from './spell.ts';
import type { Splice } from './splice.ts';
import type { TextHabits } from './text-habits.ts';

export interface NewKey {
  readonly key: string;
  /** As it is to be spelt. */
  readonly source: string;
  /** The key that it goes behind; the last one where that is absent. */
  readonly after: string | undefined;
  readonly inFlow: boolean;
  readonly habits: TextHabits;
}

/** What writes a new key into `map`, in a line of its own unless that is a flow map; undefined for a map without keys. */
export function addKey(
  text: string,
  map: YAMLMap,
  { key, source, after, inFlow, habits }: NewKey,
): Splice | undefined {
  const pair = (after === undefined ? undefined : findPair(map, after)) ?? map.items.at(-1);
  const keyNode = pair?.key as Node | null | undefined;
  if (pair === undefined || !keyNode?.range) return undefined;
  const style = isScalar(keyNode) && keyNode.value !== '<<' ? (styleOf(keyNode) ?? 'plain') : 'plain';
  const entry = `${spell(key, { style, quotes: habits.quotes, inFlow })}: ${source}`;
  const end = endOf(pair);
  if (inFlow) return { start: end, end, text: `, ${entry}` };
  const indent = ' '.repeat(keyNode.range[0] - lineStart(text, keyNode.range[0]));
  // A block scalar ends behind its last line.
  const feed = text.indexOf('\n', text[end - 1] === '\n' ? end - 1 : end);
  const { lineEnd } = habits;
  if (feed === -1) return { start: text.length, end: text.length, text: `${lineEnd}${indent}${entry}` };
  return { start: feed + 1, end: feed + 1, text: `${indent}${entry}${lineEnd}` };
}
