// SPDX-License-Identifier: Apache-2.0
import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  Pair,
  Scalar,
  type YAMLMap,
} from 'yaml';
import type { ValuePath } from '../yaml-document.ts';
import type { ScalarStyle } from './spell.ts';

/** Where a value stands that is to be changed, or the map that has no such key of its own. */
export type Place = {
  readonly inFlow: boolean;
  /** Puts a node there in the document, until what it returns is called; in reverse order where there are several. */
  readonly put: (node: Scalar) => () => void;
} & (
  | { readonly kind: 'value'; readonly node: Node }
  | { readonly kind: 'absent'; readonly map: YAMLMap; readonly key: string }
);

/** The place of `path`, or in a few words why nothing can be changed there. What aliases and merge keys share is left alone. */
export function locate(document: Document, path: ValuePath): Place | string {
  let node = document.contents as Node | null;
  let inFlow = false;
  let set = (other: Node): void => {
    document.contents = other as typeof document.contents;
  };
  for (const [index, part] of path.entries()) {
    if (isAlias(node)) return 'it is shared with other places through an alias';
    if (isSeq(node)) {
      inFlow ||= node.flow === true;
      const { items } = node;
      set = (other) => {
        items[Number(part)] = other;
      };
      node = (items[Number(part)] as Node | undefined) ?? null;
    } else if (isMap(node)) {
      inFlow ||= node.flow === true;
      const pair = findPair(node, String(part));
      if (pair === undefined && index === path.length - 1)
        return { kind: 'absent', map: node, key: String(part), inFlow, put: adder(node, String(part)) };
      if (pair === undefined && hasMerge(node)) return 'it is shared with other places through a merge key';
      set = (other) => {
        if (pair !== undefined) pair.value = other;
      };
      node = (pair?.value as Node | null | undefined) ?? null;
    } else break;
    if (node === null) break;
  }
  if (!isScalar(node) && !isAlias(node)) return 'there is no single value';
  const found = node;
  const put = (other: Scalar): (() => void) => {
    set(other);
    return () => set(found);
  };
  return { kind: 'value', node, inFlow, put };
}

function adder({ items }: YAMLMap, key: string): Place['put'] {
  return (node) => {
    items.push(new Pair(new Scalar(key), node));
    return () => items.pop();
  };
}

/** The pairs of a map by key: a map may have many, and many changes. */
const indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

/** The entry of `map` with this key, those that it merges left out. */
export function findPair(map: YAMLMap, key: string): Pair | undefined {
  let index = indexes.get(map);
  if (index === undefined) {
    const pairs = map.items.filter((pair) => isScalar(pair.key));
    index = new Map(pairs.map((pair) => [String((pair.key as Scalar).value), pair]));
    indexes.set(map, index);
  }
  return index.get(key);
}

function hasMerge(map: YAMLMap): boolean {
  return findPair(map, '<<') !== undefined;
}

/** The style of a scalar as the parser names it; undefined for a block scalar. */
export function styleOf(node: Node): ScalarStyle | undefined {
  if (!isScalar(node)) return 'plain';
  if (node.type === 'QUOTE_DOUBLE') return 'double';
  if (node.type === 'QUOTE_SINGLE') return 'single';
  return node.type === 'PLAIN' ? 'plain' : undefined;
}

/** Where the source of a node ends. That of a block collection is said to end where the next thing begins. */
export function endOf(item: Pair | Node): number {
  if (isPair(item)) {
    const [key, value] = [item.key, item.value] as (Node | null)[];
    return value?.range ? endOf(value) : (key?.range?.[1] ?? 0);
  }
  const last = isCollection(item) && !item.flow ? (item.items.at(-1) as Pair | Node | undefined) : undefined;
  return last === undefined ? (item.range?.[1] ?? 0) : endOf(last);
}

/** Where the line begins that `offset` is in. */
export function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}
