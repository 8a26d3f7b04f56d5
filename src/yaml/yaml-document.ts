// SPDX-License-Identifier: Apache-2.0
import { type Alias, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from 'yaml';
import type { ErrorDetails } from '../core/errors.ts';

/** A place in a value: map keys and zero-based sequence indices, outermost first. */
export type ValuePath = readonly (string | number)[];

/** A place in a file, in the shape that errors and issues carry. */
export type SourcePosition = Required<Pick<ErrorDetails, 'file' | 'line' | 'column' | 'sourceLine'>>;

/** The position in `file` of an offset into `text`. */
export function positionAtOffset(
  file: string,
  text: string,
  lines: LineCounter,
  offset: number,
): SourcePosition {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(1, line), column: Math.max(1, col), sourceLine: lineAt(text, offset, col) };
}

function lineAt(text: string, offset: number, column: number): string {
  const start = Math.max(0, offset - Math.max(0, column - 1));
  const end = text.indexOf('\n', start);
  return text.slice(start, end === -1 ? undefined : end).replace(/\r$/, '');
}

/** A YAML document that was read without problems: its value, and where each part of it stands. */
export class YamlDocument {
  readonly file: string;
  /** Maps are objects without prototype; see `toValue`. */
  readonly value: unknown;
  readonly #text: string;
  readonly #root: Node | null;
  readonly #lines: LineCounter;
  readonly #targets: ReadonlyMap<Alias, Node>;

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
    this.#text = parts.text;
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
    return positionAtOffset(this.file, this.#text, this.#lines, node?.range?.[0] ?? 0);
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
    if (!isMap(map)) return undefined;
    const own = map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
    if (own) return own;
    for (const merge of map.items.filter((pair) => isScalar(pair.key) && pair.key.value === '<<')) {
      const source = this.#resolve(merge.value as Node | null);
      for (const candidate of isSeq(source) ? source.items : [source]) {
        const resolved = this.#resolve(candidate as Node | null);
        const found = resolved ? this.#pair(resolved, key) : undefined;
        if (found) return found;
      }
    }
    return undefined;
  }
}
