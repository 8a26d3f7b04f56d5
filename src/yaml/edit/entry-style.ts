// SPDX-License-Identifier: Apache-2.0
import { isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { lineStart } from './locate.ts';
import type { ScalarStyle } from './spell.ts';
import type { Quotes } from './text-habits.ts';

/** How the entries of a list of maps are written. */
export interface EntryStyle {
  /** What stands before the dash. */
  readonly indent: string;
  /** What stands between the dash and the first key. */
  readonly dashGap: string;
  /** Keys in the order in which they are written; the first ones where an entry has not all. */
  readonly order: readonly string[];
  /** Whether an entry is a flow map (`{path: …}`). */
  readonly isFlow: boolean;
  /** Whether an empty line parts entries. */
  readonly isSpaced: boolean;
  /** How the values of each key are written; a key that no entry has is plain. */
  readonly values: ReadonlyMap<string, ValueStyle>;
  /** For what must be quoted although its neighbours are not. */
  readonly quotes: Quotes;
}

/** What is known of a style without looking at entries. */
export interface UsualStyle {
  /** The order of keys that no entry has. */
  readonly order: readonly string[];
  readonly quotes: Quotes;
}

/** How the value of a key is written. */
export interface ValueStyle {
  /** The key as it is spelt. */
  readonly key: string;
  /** What stands between the colon and the value. */
  readonly gap: string;
  readonly scalar: ScalarStyle;
  /** Absent where the value is no list. */
  readonly list?: { readonly isFlow: boolean; readonly indent: string };
}

const STYLES: Readonly<Record<string, ScalarStyle>> = {
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
};

/** How an entry is written in a file that has none, `indent` being that of its keys. */
export function defaultStyle(indent: string, { order, quotes }: UsualStyle): EntryStyle {
  return {
    indent: `${indent}  `,
    dashGap: ' ',
    order,
    isFlow: false,
    isSpaced: false,
    values: new Map(),
    quotes,
  };
}

/** How the maps in `sequence` are written, the last ones counting most. */
export function findStyle(text: string, sequence: YAMLSeq, usual: UsualStyle): EntryStyle | undefined {
  const maps = (sequence.items as (Node | null)[]).filter((item) => isMap(item)).reverse();
  const [last] = maps;
  const dash = sequence.range?.[0];
  if (last === undefined || dash === undefined || last.range == null) return undefined;
  const indent = text.slice(lineStart(text, dash), dash);
  // Behind an anchor or a dash alone on its line stands no gap to copy.
  const between = /-( +)$/.exec(text.slice(lineStart(text, last.range[0]), last.range[0]))?.[1];
  const values = new Map<string, ValueStyle>();
  for (const map of maps) {
    for (const pair of map.items) {
      const name = nameOf(pair);
      const known = name === undefined ? undefined : values.get(name);
      // One that is a list tells more than one that is not.
      if (name === undefined || (known && (known.list || !isSeq(pair.value)))) continue;
      const found = valueStyle(text, pair);
      if (found) values.set(name, known ? { ...known, ...(found.list ? { list: found.list } : {}) } : found);
    }
  }
  return {
    indent: /^ *$/.test(indent) ? indent : '',
    dashGap: between ?? ' ',
    order: findOrder(maps, usual.order),
    isFlow: last.flow === true,
    isSpaced: isSpaced(text, sequence),
    values,
    quotes: usual.quotes,
  };
}

function nameOf({ key }: Pair): string | undefined {
  return isScalar(key) && typeof key.value === 'string' && key.value !== '<<' ? key.value : undefined;
}

/** The keys of the last entry; each other one behind what it follows in an earlier entry, or usually. */
function findOrder(maps: readonly YAMLMap[], usual: readonly string[]): readonly string[] {
  const orders = [...maps.map((map) => map.items.flatMap((pair) => nameOf(pair) ?? [])), usual];
  const order = [...(orders[0] ?? [])];
  for (const key of new Set(orders.flat())) {
    if (order.includes(key)) continue;
    const model = orders.find((one) => one.includes(key)) ?? [];
    const before = model.slice(0, model.indexOf(key)).findLast((one) => order.includes(one));
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, key);
  }
  return order;
}

function valueStyle(text: string, { key, value }: Pair): ValueStyle | undefined {
  const keyNode = key as Node | null;
  const valueNode = value as Node | null;
  if (!keyNode?.range || !valueNode?.range) return undefined;
  const [start, end] = keyNode.range;
  const gap = /^\s*:( +)$/.exec(text.slice(end, valueNode.range[0]))?.[1] ?? ' ';
  const style = { key: text.slice(start, end), gap };
  if (!isSeq(valueNode)) {
    return { ...style, scalar: (isScalar(valueNode) && STYLES[valueNode.type ?? '']) || 'plain' };
  }
  const item = valueNode.items.findLast((one) => isScalar(one));
  const indent = valueNode.range[0] - lineStart(text, valueNode.range[0]);
  const keyColumn = start - lineStart(text, start);
  return {
    ...style,
    gap: ' ',
    scalar: STYLES[item?.type ?? ''] ?? 'plain',
    list: { isFlow: valueNode.flow === true, indent: ' '.repeat(Math.max(0, indent - keyColumn)) },
  };
}

function isSpaced(text: string, { items }: YAMLSeq): boolean {
  const [before, last] = (items as (Node | null)[]).slice(-2);
  if (!before?.range || !last?.range) return false;
  // Where the node ends, empty lines behind it may be counted in.
  const end = before.range[0] + text.slice(before.range[0], before.range[1]).trimEnd().length;
  return /\n[ \t]*\r?\n/.test(text.slice(end, last.range[0]));
}
