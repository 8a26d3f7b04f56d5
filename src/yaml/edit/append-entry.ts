// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import { isMap, isScalar, isSeq, LineCounter, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import { BlobsError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { parseSyntax } from '../parse-syntax.ts';
import { readYaml } from '../read-yaml.ts';
import { defaultStyle, type EntryStyle, findStyle, type UsualStyle } from './entry-style.ts';
import { entryLines, flowText, type NewEntry, Unwritable } from './entry-text.ts';
import { endOf, lineStart } from './locate.ts';
import { applySplices, countBreaks, type Splice } from './splice.ts';
import { findHabits } from './text-habits.ts';

/** A splice that puts entries behind so many characters that stood in the text before. */
interface Insertion extends Splice {
  readonly kept: number;
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
  for (const insertion of findInsertions(document.text, entries, options)) {
    const { start, kept, text } = insertion;
    const result = Buffer.from((hasMark ? '\ufeff' : '') + applySplices(document.text, [insertion]));
    const read = readYaml(file, result).document;
    if (read === undefined || !isWithEntries(read.value, document.value, key, entries)) continue;
    // An empty line, or the end of a line that had none.
    const blank = /^(?:\r?\n)*/.exec(text.slice(kept))?.[0] ?? '';
    const at = kept + blank.length;
    const added = text.slice(at).replaceAll('\r\n', '\n').replace(/\n$/, '');
    const line = 1 + countBreaks(document.text.slice(0, start)) + countBreaks(text.slice(0, at));
    return { bytes: result, added: `${added}\n`, line };
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

/** What is to be put into a text that is sound YAML. */
interface Task extends AppendOptions, UsualStyle {
  readonly text: string;
  readonly entries: readonly NewEntry[];
  readonly lineEnd: string;
}

/** Where the entries may be put, the best place first. */
function findInsertions(
  text: string,
  entries: readonly NewEntry[],
  options: AppendOptions,
): readonly Insertion[] {
  const syntax = parseSyntax(text, new LineCounter());
  const root = 'document' in syntax ? (syntax.document.contents as Node | null) : null;
  if (!('document' in syntax) || !isMap(root)) throw cannot('the file is no map', options);
  if (root.flow) throw cannot('the file is written in flow style', options);
  const task = { ...options, ...findHabits(text, syntax.document), text, entries };
  const pair = root.items.find(({ key }) => isScalar(key) && key.value === options.key);
  const value = pair?.value as Node | null | undefined;
  try {
    if (pair === undefined) return withoutKey(task, root);
    if (isSeq(value) && value.items.length > 0)
      return value.flow ? inFlow(task, value) : inBlock(task, value);
    const isEmpty = value == null || isSeq(value) || (isScalar(value) && value.value === null);
    if (!isEmpty) throw cannot(`the value of "${options.key}" is no list of its own`, options);
    return inEmpty(task, pair);
  } catch (error) {
    throw error instanceof Unwritable ? cannot(error.message, options) : error;
  }
}

function blockText({ entries, lineEnd }: Task, style: EntryStyle): string {
  const gap = style.isSpaced ? lineEnd : '';
  const textOf = (entry: NewEntry): string =>
    entryLines(entry, style)
      .map((line) => line + lineEnd)
      .join('');
  return entries.map((entry) => gap + textOf(entry)).join('');
}

/** Puts whole `lines` before the line that begins at `offset`, or behind a last line that has no end. */
function insertLines({ text, lineEnd }: Task, offset: number, lines: string): Insertion {
  const isBegun = offset === 0 || text[offset - 1] === '\n';
  const inserted = isBegun ? lines : lineEnd + lines.slice(0, -lineEnd.length);
  return { start: offset, end: offset, text: inserted, kept: 0 };
}

/** Where the line after the one begins that `offset` is in. */
function nextLine(text: string, offset: number): number {
  const feed = text.indexOf('\n', offset);
  return feed === -1 ? text.length : feed + 1;
}

function inBlock(task: Task, sequence: YAMLSeq): Insertion[] {
  const { text } = task;
  const dash = sequence.range?.[0] ?? 0;
  const column = dash - lineStart(text, dash);
  const style = findStyle(text, sequence, task) ?? { ...defaultStyle('', task), indent: ' '.repeat(column) };
  const lines = blockText(task, style);
  const end = endOf(sequence);
  // A block scalar that ends the list counts empty lines behind it as its own.
  const trimmed = text.slice(0, end).trimEnd().length;
  let offset = nextLine(text, trimmed);
  // A comment that is indented as what it follows belongs to that.
  while (new RegExp(`^ {${column + 1},}#`).test(text.slice(offset, offset + column + 200)))
    offset = nextLine(text, offset);
  return [insertLines(task, offset, lines), insertLines(task, lineEnded(text, end), lines)];
}

/** `end` where a line begins there, else the next beginning of a line. */
function lineEnded(text: string, end: number): number {
  return text[end - 1] === '\n' ? end : nextLine(text, end);
}

function inFlow(task: Task, sequence: YAMLSeq): Insertion[] {
  const { text, entries, lineEnd } = task;
  const [start = 0, close = 0] = sequence.range ?? [];
  const last = sequence.items.at(-1) as Node | null;
  const offset = last?.range?.[1] ?? close - 1;
  const style = findStyle(text, sequence, task) ?? defaultStyle('', task);
  const first = sequence.items[0] as Node | null;
  const before = text.slice(lineStart(text, first?.range?.[0] ?? 0), first?.range?.[0]);
  const isOnePerLine = /^\s+$/.test(before) && lineStart(text, start) !== lineStart(text, offset);
  const gap = isOnePerLine ? lineEnd + before : ' ';
  const items = entries.map((entry) => `,${gap}${flowText(entry, style)}`).join('');
  return [{ start: offset, end: offset, text: items, kept: 0 }];
}

/** `blobs:` without a value, `null`, `~` or `[]`: the value goes, and the entries stand below. */
function inEmpty(task: Task, pair: Pair): Insertion[] {
  const { text } = task;
  const key = pair.key as Node;
  const value = pair.value as Node | null;
  const [start = 0, end = start] = key.range ?? [];
  const lines = blockText(task, defaultStyle(indentAt(text, start), task));
  const [from = end, to = from] = value?.range ?? [];
  if (from === to) return [insertLines(task, nextLine(text, end), lines)];
  const behind = nextLine(text, to);
  const blanks = /[ \t]*$/.exec(text.slice(end, from))?.[0].length ?? 0;
  const rest = text.slice(to, behind);
  const inserted = insertLines(task, behind, lines);
  return [{ start: from - blanks, end: behind, text: rest + inserted.text, kept: rest.length }];
}

function indentAt(text: string, offset: number): string {
  return ' '.repeat(offset - lineStart(text, offset));
}

function withoutKey(task: Task, root: YAMLMap): Insertion[] {
  const { text, lineEnd, key } = task;
  const first = (root.items[0]?.key as Node | undefined)?.range?.[0] ?? 0;
  const indent = indentAt(text, first);
  const isSpaced = root.items.slice(1).some((pair) => {
    const start = lineStart(text, (pair.key as Node).range?.[0] ?? 0);
    return /\n[ \t]*\r?\n$/.test(text.slice(0, start));
  });
  const list = blockText(task, defaultStyle(indent, task));
  const lines = `${isSpaced ? lineEnd : ''}${indent}${key}:${lineEnd}${list}`;
  return [text.length, nextLine(text, endOf(root)), lineEnded(text, root.range?.[1] ?? 0)].map((offset) =>
    insertLines(task, offset, lines),
  );
}
