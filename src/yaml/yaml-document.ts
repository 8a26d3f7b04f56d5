// SPDX-License-Identifier: Apache-2.0
import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
  type YAMLMap,
} from 'yaml';
import { findComments } from './comments.ts';
import type { DocumentView, SourcePosition, ValuePath } from './document-view.ts';

export type { SourcePosition, ValuePath } from './document-view.ts';

/** A comment, and where it stands: 1-based. */
export interface Comment {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** The lines of an item, and the column in which its value begins. */
export interface ItemLines {
  readonly first: number;
  readonly column: number;
  readonly last: number;
}

/** The position in `file` of an offset into `text`. */
export function positionAtOffset(
  file: string,
  text: string,
  lines: LineCounter,
  offset: number,
): SourcePosition {
  const { line, col } = lines.linePos(offset);
  const start = Math.max(0, offset - Math.max(0, col - 1));
  return { file, line: Math.max(1, line), column: Math.max(1, col), sourceLine: lineAt(text, lines, start) };
}

/** For each text the line that was looked at last: many values may stand in one long line. */
const lastLines = new WeakMap<LineCounter, { readonly start: number; readonly text: string }>();

function lineAt(text: string, lines: LineCounter, start: number): string {
  const last = lastLines.get(lines);
  if (last?.start === start) return last.text;
  const end = text.indexOf('\n', start);
  const line = text.slice(start, end === -1 ? undefined : end);
  const found = line.endsWith('\r') ? line.slice(0, -1) : line;
  lastLines.set(lines, { start, text: found });
  return found;
}

/** A YAML document that was read without problems: its value, and where each part of it stands. */
export class YamlDocument implements DocumentView {
  readonly file: string;
  /** Maps are objects without prototype; see `toValue`. */
  readonly value: unknown;
  /** What was read, without a byte order mark. */
  readonly text: string;
  readonly #root: Node | null;
  readonly #lines: LineCounter;
  readonly #targets: ReadonlyMap<Alias, Node>;
  readonly #indexes = new WeakMap<YAMLMap, ReadonlyMap<string, Pair>>();

  constructor(parts: {
    file: string;
    text: string;
    value: unknown;
    root: Node | null;
    lines: LineCounter;
    targets: ReadonlyMap<Alias, Node>;
  }) {
    this.file = parts.file;
    this.value = parts.value;
    this.text = parts.text;
    this.#root = parts.root;
    this.#lines = parts.lines;
    this.#targets = parts.targets;
  }

  /** Where the value at `path` stands, or the closest part of it that exists. */
  positionOf(path: ValuePath): SourcePosition {
    let node = this.#root;
    for (const part of path) {
      const next = this.#child(node, part);
      if (next === undefined || next === null) break;
      node = next;
    }
    return this.#position(node);
  }

  /** Where the key of the map entry at `path` stands, or the closest part of it that exists. */
  positionOfKey(path: ValuePath): SourcePosition {
    const parent = this.#find(path.slice(0, -1));
    const pair = parent && this.#pair(parent, String(path.at(-1)));
    return pair ? this.#position(pair.key as Node | null) : this.positionOf(path);
  }

  /** The position of a place in the text. */
  positionAt({ line, column }: { readonly line: number; readonly column: number }): SourcePosition {
    const start = this.#lines.lineStarts[line - 1] ?? 0;
    return { file: this.file, line, column, sourceLine: lineAt(this.text, this.#lines, start) };
  }

  /** Where each item of the sequence at `path` begins and ends, 1-based; nothing where there is no sequence. */
  itemLines(path: ValuePath): ItemLines[] {
    const node = this.#find(path);
    if (!isSeq(node)) return [];
    return (node.items as (Node | null)[]).map((item) => {
      const [start = 0, end = start] = item?.range ?? [];
      // The line that begins behind an item is not one of its lines.
      const last = Math.max(start, start + this.text.slice(start, end).trimEnd().length - 1);
      const { line, col } = this.#lines.linePos(start);
      return { first: line, column: col, last: this.#lines.linePos(last).line };
    });
  }

  /** Whether a sequence stands at `path`. */
  isList(path: ValuePath): boolean {
    return isSeq(this.#find(path));
  }

  /** The comments of the text, each from its `#` to the end of its line. */
  comments(): Comment[] {
    return findComments(this.text).map(({ offset, text }) => {
      const { line, col } = this.#lines.linePos(offset);
      return { text, line, column: col };
    });
  }

  /** How the plain (unquoted) scalar at `path` is spelt; undefined for anything else. */
  findPlainScalar(path: ValuePath): string | undefined {
    const node = this.#find(path);
    return isScalar(node) && node.type === 'PLAIN' ? node.source : undefined;
  }

  #find(path: ValuePath): Node | undefined {
    let node: Node | null | undefined = this.#resolve(this.#root);
    for (const part of path) node = this.#resolve(this.#child(node ?? null, part) ?? null);
    return node ?? undefined;
  }

  #position(node: Node | null): SourcePosition {
    return positionAtOffset(this.file, this.text, this.#lines, node?.range?.[0] ?? 0);
  }

  #resolve(node: Node | null): Node | null {
    return isAlias(node) ? (this.#targets.get(node) ?? null) : node;
  }

  #child(node: Node | null, part: string | number): Node | null | undefined {
    const resolved = this.#resolve(node);
    if (isSeq(resolved)) return resolved.items[Number(part)] as Node | undefined;
    return resolved ? (this.#pair(resolved, String(part))?.value as Node | null | undefined) : undefined;
  }

  #pair(map: Node, key: string): Pair | undefined {
    return isMap(map) ? this.#indexOf(map).get(key) : undefined;
  }

  /** The pairs of a map by key, those that it merges included; made once, so that many lookups stay linear. */
  #indexOf(map: YAMLMap): ReadonlyMap<string, Pair> {
    const known = this.#indexes.get(map);
    if (known) return known;
    const index = new Map<string, Pair>();
    // Set at once: reading has refused what merges itself, but this must not depend on it.
    this.#indexes.set(map, index);
    const merges: Pair[] = [];
    for (const pair of map.items) {
      if (!isScalar(pair.key)) continue;
      if (pair.key.value === '<<') merges.push(pair);
      const key = String(pair.key.value);
      if (!index.has(key)) index.set(key, pair);
    }
    for (const merge of merges) {
      const source = this.#resolve(merge.value as Node | null);
      for (const candidate of isSeq(source) ? source.items : [source]) {
        const resolved = this.#resolve(candidate as Node | null);
        if (!isMap(resolved)) continue;
        for (const [key, pair] of this.#indexOf(resolved)) if (!index.has(key)) index.set(key, pair);
      }
    }
    return index;
  }
}
