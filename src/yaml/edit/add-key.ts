// SPDX-License-Identifier: Apache-2.0
import { isCollection, isPair, isScalar, type Node, type Pair, type YAMLMap } from 'yaml';
import { findPair, styleOf } from './locate.ts';
import { spell } from './spell.ts';
import type { Splice } from './splice.ts';

export interface NewKey {
  readonly key: string;
  /** As it is to be spelt. */
  readonly source: string;
  /** The key that it goes behind; the last one where that is absent. */
  readonly after: string | undefined;
  readonly inFlow: boolean;
}

/** What writes a new key into `map`, in a line of its own unless that is a flow map; undefined for a map without keys. */
export function addKey(
  text: string,
  map: YAMLMap,
  { key, source, after, inFlow }: NewKey,
): Splice | undefined {
  const pair = (after === undefined ? undefined : findPair(map, after)) ?? map.items.at(-1);
  const keyNode = pair?.key as Node | null | undefined;
  if (pair === undefined || !keyNode?.range) return undefined;
  const style = isScalar(keyNode) && keyNode.value !== '<<' ? (styleOf(keyNode) ?? 'plain') : 'plain';
  const entry = `${spell(key, style, inFlow)}: ${source}`;
  const end = endOf(pair, text);
  if (inFlow) return { start: end, end, text: `, ${entry}` };
  const lineStart = text.lastIndexOf('\n', keyNode.range[0] - 1) + 1;
  const indent = ' '.repeat(keyNode.range[0] - lineStart);
  // A block scalar ends behind its last line.
  const feed = text.indexOf('\n', text[end - 1] === '\n' ? end - 1 : end);
  if (feed === -1) {
    const lineEnd = /\r?\n(?=[^\n]*$)/.exec(text)?.[0] ?? '\n';
    return { start: text.length, end: text.length, text: `${lineEnd}${indent}${entry}` };
  }
  const lineEnd = text[feed - 1] === '\r' ? '\r\n' : '\n';
  return { start: feed + 1, end: feed + 1, text: `${indent}${entry}${lineEnd}` };
}

/** Where the source of a node ends. That of a block collection is said to end where the next thing begins. */
function endOf(item: Pair | Node, text: string): number {
  if (isPair(item)) {
    const [key, value] = [item.key, item.value] as (Node | null)[];
    return value?.range ? endOf(value, text) : (key?.range?.[1] ?? 0);
  }
  const last = isCollection(item) && !item.flow ? (item.items.at(-1) as Pair | Node | undefined) : undefined;
  return last === undefined ? (item.range?.[1] ?? 0) : endOf(last, text);
}
