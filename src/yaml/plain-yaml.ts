// SPDX-License-Identifier: Apache-2.0
import type { DocumentView, SourcePosition, ValuePath } from './document-view.ts';

/** Thrown where only the whole parser can say where something stands. */
export class NeedsWholeParser extends Error {}

// Printable ASCII and line ends; in what is not, the parser decides.
const UNUSUAL = /[^\n\r\x20-\x7e]|\r(?!\n)/;
const KEY = /^([A-Za-z_][A-Za-z0-9_-]*):(?: +|$)/;
const NO_STRING_KEY = /^(?:null|true|false)$/i;
// What may begin a plain scalar here. Others mean something in YAML, or do in some places.
const PLAIN = /^[A-Za-z0-9./_(+]/;
const QUOTED = /^(?:"([^"\\]*)"|'([^']*)')(?: +#.*| *)$/;
const WHOLE_NUMBER = /^(?:0|[1-9][0-9]{0,14})$/;
const BOOLEAN = /^(?:true|True|TRUE|false|False|FALSE)$/;
// Whatever the core schema (YAML 1.2.2, 10.3.2) takes for null, a boolean or a number, and a little more.
const NO_STRING =
  /^(?:null|true|false|[-+]?\.(?:inf|nan)|0[ox][0-9a-f]+|[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?)$/i;
// Far below the parser's limit; no module.yml needs as many.
const MAX_DEPTH = 20;

/** Not in the subset, or an error: for the whole parser to say. */
class NotPlain extends Error {}

interface Line {
  /** 1-based. */
  readonly number: number;
  readonly indent: number;
  /** Without indentation. */
  readonly text: string;
}

/**
 * Reads the small part of YAML that nearly every module.yml is written in: block maps and lists of scalars in one line,
 * in ASCII. Gives exactly what the whole parser gives, in a fraction of its time, or undefined where a text is anything
 * else, or wrong. The view knows where maps and lists begin and throws {@link NeedsWholeParser} for other places.
 */
export function readPlainYaml(file: string, text: string): DocumentView | undefined {
  if (UNUSUAL.test(text)) return undefined;
  const sources = text.split(/\r?\n/);
  try {
    const reader = new PlainReader(sources);
    return new PlainDocument(file, reader.read(), reader.starts, sources);
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

/** Where a map or list begins: 1-based. */
type Start = readonly [line: number, column: number];

class PlainReader {
  readonly starts = new Map<object, Start>();
  readonly #lines: Line[];
  #next = 0;
  #depth = 0;

  constructor(sources: readonly string[]) {
    this.#lines = sources.flatMap((source, index): Line[] => {
      const text = source.trimStart();
      if (text === '' || text.startsWith('#')) return [];
      return [{ number: index + 1, indent: source.length - text.length, text }];
    });
  }

  read(): object {
    const first = this.#lines[0];
    // Also a document's marks and directives are no keys.
    if (first === undefined || first.indent !== 0 || isItem(first.text)) throw new NotPlain();
    const value = this.#readMap(0, first.text);
    if (this.#next < this.#lines.length) throw new NotPlain();
    return value;
  }

  /** The map whose keys stand in column `indent`; `text` is what is left of the line of the first of them. */
  #readMap(indent: number, text: string): object {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new NotPlain();
    const map: Record<string, unknown> = Object.create(null);
    let rest = text;
    this.starts.set(map, [this.#lines[this.#next]?.number ?? 1, indent + 1]);
    for (;;) {
      const [head = '', key = ''] = KEY.exec(rest) ?? [];
      if (head === '' || key in map || NO_STRING_KEY.test(key)) throw new NotPlain();
      this.#next += 1;
      map[key] = this.#readValue(indent, rest.slice(head.length));
      const next = this.#lines[this.#next];
      if (next === undefined || next.indent < indent) {
        this.#depth -= 1;
        return map;
      }
      if (next.indent > indent || isItem(next.text)) throw new NotPlain();
      rest = next.text;
    }
  }

  /** What stands behind a key in column `indent`, in its line or below. */
  #readValue(indent: number, inLine: string): unknown {
    const next = this.#lines[this.#next];
    if (inLine !== '' && !inLine.startsWith('#')) return this.#readScalar(inLine, indent);
    if (next === undefined || next.indent < indent) return null;
    if (isItem(next.text)) return this.#readList(next.indent);
    return next.indent > indent ? this.#readMap(next.indent, next.text) : null;
  }

  #readList(indent: number): unknown[] {
    const list: unknown[] = [];
    this.starts.set(list, [this.#lines[this.#next]?.number ?? 1, indent + 1]);
    for (;;) {
      const line = this.#lines[this.#next];
      if (line === undefined || line.indent < indent) return list;
      if (!isItem(line.text)) {
        if (line.indent === indent) return list;
        throw new NotPlain();
      }
      if (line.indent > indent) throw new NotPlain();
      const content = line.text.slice(1).trimStart();
      const column = indent + line.text.length - content.length;
      if (KEY.test(content)) list.push(this.#readMap(column, content));
      else {
        this.#next += 1;
        list.push(this.#readScalar(content, indent));
      }
    }
  }

  /** A scalar that ends in its line: what follows must not be indented more than `indent`, where its parent stands. */
  #readScalar(source: string, indent: number): unknown {
    const following = this.#lines[this.#next];
    if (following !== undefined && following.indent > indent) throw new NotPlain();
    if (source === '[]') return [];
    const [isQuoted, double, single] = QUOTED.exec(source) ?? [];
    if (isQuoted !== undefined) return double ?? single;
    const comment = source.search(/ #/);
    const plain = (comment === -1 ? source : source.slice(0, comment)).trimEnd();
    if (!PLAIN.test(plain) || /:(?: |$)/.test(plain)) throw new NotPlain();
    if (WHOLE_NUMBER.test(plain)) return Number(plain);
    if (BOOLEAN.test(plain)) return /^t/i.test(plain);
    if (NO_STRING.test(plain)) throw new NotPlain();
    return plain;
  }
}

function isItem(text: string): boolean {
  return text.startsWith('- ') || text === '-';
}

class PlainDocument implements DocumentView {
  readonly file: string;
  readonly value: unknown;
  readonly #starts: ReadonlyMap<object, Start>;
  readonly #sources: readonly string[];

  constructor(file: string, value: unknown, starts: ReadonlyMap<object, Start>, sources: readonly string[]) {
    this.file = file;
    this.value = value;
    this.#starts = starts;
    this.#sources = sources;
  }

  positionOf(path: ValuePath): SourcePosition {
    let value = this.value;
    for (const part of path) value = (value as Record<string | number, unknown> | null | undefined)?.[part];
    const start = typeof value === 'object' && value !== null ? this.#starts.get(value) : undefined;
    if (start === undefined) throw new NeedsWholeParser();
    const [line, column] = start;
    return { file: this.file, line, column, sourceLine: this.#sources[line - 1] ?? '' };
  }

  positionOfKey(): SourcePosition {
    throw new NeedsWholeParser();
  }

  findPlainScalar(): string | undefined {
    throw new NeedsWholeParser();
  }
}
