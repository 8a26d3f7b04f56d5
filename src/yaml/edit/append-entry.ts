// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { BlobsError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { parseSyntax } from '../parse-syntax.ts';
import { readYaml } from '../read-yaml.ts';
import { defaultStyle, type EntryStyle, findStyle, lineStart } from './entry-style.ts';
import { entryLines, flowText, type NewEntry, Unwritable } from './entry-text.ts';

/** What is written where: `kept` in the place of `removed` characters, then `text`. UTF-16 code units, without a BOM. */
interface Splice {
  readonly offset: number;
  readonly removed: number;
  readonly kept: string;
  readonly text: string;
}

export interface AppendOptions {
  /** Only named. */
  readonly file: string;
  /** The top-level key whose value is the list. */
  readonly key: string;
  /** The usual order of an entry's keys. */
  readonly order: readonly string[];
}

/** A file with new entries. */
export interface Appended {
  readonly bytes: Buffer;
  /** The lines that were added, each ended by a line feed. */
  readonly added: string;
  /** 1-based, the first of them. */
  readonly line: number;
}

/**
 * Appends `entries` to the list that stands at a top-level key of a YAML file, in the style of what is there; the key is
 * added where it is missing. Every other byte stays: also the byte order mark, line ends, comments, and whether the last
 * line has an end. What comes of it is read again and must hold the old value and the entries.
 *
 * @throws BlobsError `BLOBS_CANNOT_EDIT` where that is not possible, such as for an alias in the place of the list
 */
export function appendEntries(
  bytes: Uint8Array,
  entries: readonly NewEntry[],
  options: AppendOptions,
): Appended {
  const { file, key } = options;
  const { document } = readYaml(file, bytes);
  if (document === undefined) throw cannot('it is not sound YAML', options);
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb;
  for (const splice of findSplices(document.text, entries, options)) {
    const before = document.text.slice(0, splice.offset) + splice.kept;
    const text = before + splice.text + document.text.slice(splice.offset + splice.removed);
    const result = Buffer.from((hasMark ? '\ufeff' : '') + text);
    const read = readYaml(file, result).document;
    if (read === undefined || !isWithEntries(read.value, document.value, key, entries)) continue;
    // An empty line, or the end of a line that had none.
    const blank = /^(?:\r?\n)*/.exec(splice.text)?.[0] ?? '';
    const added = splice.text.slice(blank.length).replaceAll('\r\n', '\n').replace(/\n$/, '');
    return { bytes: result, added: `${added}\n`, line: (before + blank).split('\n').length };
  }
  throw cannot(`no way was found to add to "${key}" that leaves the rest as it is`, options);
}

function cannot(problem: string, { file }: AppendOptions): BlobsError {
  return new BlobsError('BLOBS_CANNOT_EDIT', `the entries cannot be added: ${problem}`, {
    file,
    hint: 'write "blobs:" as a plain list with an entry in each item, or add the entry by hand',
  });
}

/** Whether `value` is `old` with `entries` behind the list at `key`; a string may have become a list of it alone. */
function isWithEntries(value: unknown, old: unknown, key: string, entries: readonly NewEntry[]): boolean {
  if (!isRecord(value) || !isRecord(old) || !Array.isArray(value[key])) return false;
  const before = Array.isArray(old[key]) ? (old[key] as unknown[]) : [];
  const list = value[key] as unknown[];
  const rest = Object.assign(Object.create(null), old, { [key]: list });
  return (
    isDeepStrictEqual(value, rest) &&
    isDeepStrictEqual(list.slice(0, -entries.length), before) &&
    entries.every((entry, index) => isEntry(list[before.length + index], entry))
  );
}

function isEntry(value: unknown, entry: NewEntry): boolean {
  if (!isRecord(value) || Object.keys(value).length !== Object.keys(entry).length) return false;
  return Object.entries(entry).every(([key, wanted]) => {
    const found = value[key];
    const isListed = typeof wanted === 'string' && Array.isArray(found) && found.length === 1;
    return isDeepStrictEqual(isListed ? found[0] : found, wanted);
  });
}

/** Where the entries may be put, the best place first. */
function findSplices(text: string, entries: readonly NewEntry[], options: AppendOptions): Splice[] {
  const syntax = parseSyntax(text, new LineCounter());
  const root = 'document' in syntax ? (syntax.document.contents as Node | null) : null;
  if (!isMap(root)) throw cannot('the file is no map', options);
  if (root.flow) throw cannot('the file is written in flow style', options);
  const pair = root.items.find(({ key }) => isScalar(key) && key.value === options.key);
  const value = pair?.value as Node | null | undefined;
  try {
    if (pair === undefined) return withoutKey(text, root, entries, options);
    if (isSeq(value) && value.items.length > 0) {
      return value.flow ? inFlow(text, value, entries, options) : inBlock(text, value, entries, options);
    }
    const isEmpty = value == null || isSeq(value) || (isScalar(value) && value.value === null);
    if (!isEmpty) throw cannot(`the value of "${options.key}" is no list of its own`, options);
    return inEmpty(text, pair, entries, options);
  } catch (error) {
    throw error instanceof Unwritable ? cannot(error.message, options) : error;
  }
}

/** The line end that most lines have. */
function lineEnd(text: string): string {
  const feeds = text.split('\n').length - 1;
  return (text.split('\r\n').length - 1) * 2 > feeds ? '\r\n' : '\n';
}

function blockText(text: string, entries: readonly NewEntry[], style: EntryStyle): string {
  const end = lineEnd(text);
  const gap = style.isSpaced ? end : '';
  return entries
    .map(
      (entry) =>
        gap +
        entryLines(entry, style)
          .map((line) => line + end)
          .join(''),
    )
    .join('');
}

/** Puts whole `lines` before the line that begins at `offset`, or behind a last line that has no end. */
function insertLines(text: string, offset: number, lines: string): Splice {
  if (offset === 0 || text[offset - 1] === '\n') return { offset, removed: 0, kept: '', text: lines };
  const end = lineEnd(text);
  return { offset, removed: 0, kept: '', text: end + lines.slice(0, -end.length) };
}

/** Where the line after the one begins that `offset` is in. */
function nextLine(text: string, offset: number): number {
  const feed = text.indexOf('\n', offset);
  return feed === -1 ? text.length : feed + 1;
}

function inBlock(
  text: string,
  sequence: YAMLSeq,
  entries: readonly NewEntry[],
  { order }: AppendOptions,
): Splice[] {
  const dash = sequence.range?.[0] ?? 0;
  const column = dash - lineStart(text, dash);
  const style = findStyle(text, sequence, order) ?? {
    ...defaultStyle('', order),
    indent: ' '.repeat(column),
  };
  const lines = blockText(text, entries, style);
  const end = endOf(sequence);
  // A block scalar that ends the list counts empty lines behind it as its own.
  const trimmed = text.slice(0, end).trimEnd().length;
  let offset = nextLine(text, trimmed);
  // A comment that is indented as what it follows belongs to that.
  while (new RegExp(`^ {${column + 1},}#`).test(text.slice(offset, offset + column + 200)))
    offset = nextLine(text, offset);
  return [insertLines(text, offset, lines), insertLines(text, lineEnded(text, end), lines)];
}

/** `end` where a line begins there, else the next beginning of a line. */
function lineEnded(text: string, end: number): number {
  return text[end - 1] === '\n' ? end : nextLine(text, end);
}

/** Where the last value ends that `node` holds. */
function endOf(node: Node): number {
  const end = node.range?.[1] ?? 0;
  if ((isSeq(node) || isMap(node)) && node.flow) return end;
  if (isSeq(node)) {
    const last = node.items.at(-1) as Node | null | undefined;
    return last ? endOf(last) : end;
  }
  if (!isMap(node)) return end;
  const last = node.items.at(-1) as Pair<Node, Node | null> | undefined;
  if (last?.value && last.value.range?.[0] !== last.value.range?.[1]) return endOf(last.value);
  return last?.key.range?.[1] ?? end;
}

function inFlow(
  text: string,
  sequence: YAMLSeq,
  entries: readonly NewEntry[],
  { order }: AppendOptions,
): Splice[] {
  const [start = 0, close = 0] = sequence.range ?? [];
  const last = sequence.items.at(-1) as Node | null;
  const offset = last?.range?.[1] ?? close - 1;
  const style = findStyle(text, sequence, order) ?? defaultStyle('', order);
  const first = sequence.items[0] as Node | null;
  const before = text.slice(lineStart(text, first?.range?.[0] ?? 0), first?.range?.[0]);
  const isOnePerLine = /^\s+$/.test(before) && lineStart(text, start) !== lineStart(text, offset);
  const gap = isOnePerLine ? lineEnd(text) + before : ' ';
  const items = entries.map((entry) => `,${gap}${flowText(entry, style)}`).join('');
  return [{ offset, removed: 0, kept: '', text: items }];
}

/** `blobs:` without a value, `null`, `~` or `[]`: the value goes, and the entries stand below. */
function inEmpty(text: string, pair: Pair, entries: readonly NewEntry[], options: AppendOptions): Splice[] {
  const key = pair.key as Node;
  const value = pair.value as Node | null;
  const [start = 0, end = start] = key.range ?? [];
  const style = defaultStyle(indentAt(text, start), options.order);
  const lines = blockText(text, entries, style);
  const [from = end, to = from] = value?.range ?? [];
  if (from === to) return [insertLines(text, nextLine(text, end), lines)];
  const behind = nextLine(text, to);
  const blanks = /[ \t]*$/.exec(text.slice(end, from))?.[0].length ?? 0;
  const offset = from - blanks;
  const inserted = insertLines(text, behind, lines);
  return [{ ...inserted, offset, removed: behind - offset, kept: text.slice(to, behind) }];
}

function indentAt(text: string, offset: number): string {
  return ' '.repeat(offset - lineStart(text, offset));
}

function withoutKey(
  text: string,
  root: YAMLMap,
  entries: readonly NewEntry[],
  options: AppendOptions,
): Splice[] {
  const first = (root.items[0]?.key as Node | undefined)?.range?.[0] ?? 0;
  const indent = indentAt(text, first);
  const end = lineEnd(text);
  const isSpaced = root.items.slice(1).some((pair) => {
    const start = lineStart(text, (pair.key as Node).range?.[0] ?? 0);
    return /\n[ \t]*\r?\n$/.test(text.slice(0, start));
  });
  const list = blockText(text, entries, defaultStyle(indent, options.order));
  const lines = `${isSpaced ? end : ''}${indent}${options.key}:${end}${list}`;
  return [text.length, nextLine(text, endOf(root)), lineEnded(text, root.range?.[1] ?? 0)].map((offset) =>
    insertLines(text, offset, lines),
  );
}
