// SPDX-License-Identifier: Apache-2.0
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from 'yaml';
import type { ValuePath } from '../yaml-document.ts';
import type { ScalarStyle } from './spell.ts';

/** Where a value stands that is to be changed, or the map that has no such key of its own. */
export type Place =
  | { readonly kind: 'value'; readonly node: Node; readonly inFlow: boolean }
  | { readonly kind: 'absent'; readonly map: YAMLMap; readonly key: string; readonly inFlow: boolean };

/** The place of `path`, or in a few words why nothing can be changed there. What aliases and merge keys share is left alone. */
export function locate(document: Document, path: ValuePath): Place | string {
  let node = document.contents as Node | null;
  let inFlow = false;
  for (const [index, part] of path.entries()) {
    if (isAlias(node)) return 'it is shared with other places through an alias';
    if (isSeq(node)) {
      inFlow ||= node.flow === true;
      node = (node.items[Number(part)] as Node | undefined) ?? null;
    } else if (isMap(node)) {
      inFlow ||= node.flow === true;
      const pair = findPair(node, String(part));
      if (pair === undefined && index === path.length - 1)
        return { kind: 'absent', map: node, key: String(part), inFlow };
      if (pair === undefined && hasMerge(node)) return 'it is shared with other places through a merge key';
      node = (pair?.value as Node | null | undefined) ?? null;
    } else break;
    if (node === null) break;
  }
  return node === null || (!isScalar(node) && !isAlias(node))
    ? 'there is no single value'
    : { kind: 'value', node, inFlow };
}

/** The entry of `map` with this key, those that it merges left out. */
export function findPair(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
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
