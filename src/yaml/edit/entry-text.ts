// SPDX-License-Identifier: Apache-2.0
import type { EntryStyle, ValueStyle } from './entry-style.ts';
import { type ScalarStyle, spell } from './spell.ts';

/** What an entry may hold. */
export type EntryValue = string | number | boolean | readonly string[];

/** A map that is to be written: keys and values. */
export type NewEntry = Readonly<Record<string, EntryValue>>;

/** Something that cannot be written in YAML. */
export class Unwritable extends Error {}

const NO_STYLE: Omit<ValueStyle, 'key'> = { gap: ' ', scalar: 'plain' };

/** The lines of `entry` in a block sequence, without line ends. */
export function entryLines(entry: NewEntry, style: EntryStyle): string[] {
  const { indent, dashGap } = style;
  if (style.isFlow) return [`${indent}-${dashGap}${flowText(entry, style)}`];
  const inner = `${indent} ${' '.repeat(dashGap.length)}`;
  const lines = sortedKeys(entry, style.order).flatMap((key) => keyLines(key, entry[key] ?? '', style));
  return lines.map((line, index) => (index === 0 ? `${indent}-${dashGap}${line}` : `${inner}${line}`));
}

/** `entry` as a flow map. */
export function flowText(entry: NewEntry, style: EntryStyle): string {
  const pairs = sortedKeys(entry, style.order).map((key) => {
    const { scalar, key: spelling } = styleOf(key, style);
    const value = entry[key] ?? '';
    const text = Array.isArray(value)
      ? `[${value.map((item) => valueText(item, scalar, style, true)).join(', ')}]`
      : valueText(value, scalar, style, true);
    return `${spelling}: ${text}`;
  });
  return `{${pairs.join(', ')}}`;
}

function sortedKeys(entry: NewEntry, order: readonly string[]): string[] {
  const place = (key: string): number => (order.includes(key) ? order.indexOf(key) : order.length);
  return Object.keys(entry).sort((a, b) => place(a) - place(b));
}

function styleOf(key: string, { values }: EntryStyle): ValueStyle {
  return values.get(key) ?? { key, ...NO_STYLE };
}

function keyLines(key: string, value: EntryValue, style: EntryStyle): string[] {
  const { key: spelling, gap, scalar, list } = styleOf(key, style);
  const single = (text: EntryValue): string => valueText(text, scalar, style, false);
  if (!Array.isArray(value)) {
    // Where each neighbour has a list, this one has too.
    if (list === undefined || typeof value !== 'string') return [`${spelling}:${gap}${single(value)}`];
    return keyLines(key, [value], style);
  }
  if (list?.isFlow) {
    const items = value.map((item: string) => valueText(item, scalar, style, true));
    return [`${spelling}: [${items.join(', ')}]`];
  }
  const indent = list?.indent ?? '  ';
  return [`${spelling}:`, ...value.map((item: string) => `${indent}- ${single(item)}`)];
}

function valueText(value: EntryValue, scalar: ScalarStyle, style: EntryStyle, inFlow: boolean): string {
  if (typeof value !== 'string') return String(value);
  // UTF-8 cannot hold it.
  if (/\p{Surrogate}/u.test(value)) throw new Unwritable('a value holds half a character (a lone surrogate)');
  return spell(value, { style: scalar, quotes: style.quotes, inFlow });
}
