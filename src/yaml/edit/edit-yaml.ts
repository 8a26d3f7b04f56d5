// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import { type Document, isScalar, LineCounter, type Node } from 'yaml';
import { BlobsError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { decodeUtf8 } from '../decode.ts';
import { parseSyntax } from '../parse-syntax.ts';
import { readYaml } from '../read-yaml.ts';
import type { ValuePath } from '../yaml-document.ts';
import { addKey } from './add-key.ts';
import { locate, styleOf } from './locate.ts';
import { respellBlock, respellFlow } from './respell.ts';
import { spell } from './spell.ts';
import {
  applySplices,
  countBreaks,
  type Hunk,
  hunksOf,
  orderSplices,
  type Splice,
  trimSplice,
} from './splice.ts';

export type ScalarValue = string | number | boolean;

/** One change of a YAML file. */
export type YamlEdit =
  /** A scalar gets a value. A key that the map does not have is added, behind the key `after` where there is one. */
  | { readonly path: ValuePath; readonly value: ScalarValue; readonly after?: string }
  /** Characters go that mean nothing: UTF-16 offsets into the text, a byte order mark not counted. */
  | { readonly cut: { readonly start: number; readonly end: number } };

export interface EditOptions {
  /** Named in errors, not read. */
  readonly file: string;
  /** Whether no line may be added or removed. */
  readonly keepsLines?: boolean;
}

export interface EditedYaml {
  readonly bytes: Uint8Array;
  /** The lines that changed, in order. */
  readonly hunks: readonly Hunk[];
}

/**
 * Changes a YAML file in place: all bytes that need not change stay as they are, such as comments, quotes, line ends,
 * and where long values are broken into lines. What comes of it is read again, and has exactly the values of before but
 * for those that were to change.
 *
 * @throws BlobsError `BLOBS_CANNOT_EDIT` where that cannot be, and for a file that is no YAML
 */
export function editYaml(bytes: Uint8Array, edits: readonly YamlEdit[], options: EditOptions): EditedYaml {
  const fail = (problem: string): BlobsError => cannotEdit(problem, options);
  const text = decodeUtf8(bytes);
  const read = readYaml(options.file, bytes).document;
  // Parsed anew: what was read keeps its nodes for itself.
  const syntax = parseSyntax(text, new LineCounter());
  if (read === undefined || 'problem' in syntax) throw fail('it is no YAML');
  const splices = edits.map((edit) => {
    // What it is already may stay as it is spelt.
    if (!('cut' in edit) && getIn(read.value, edit.path) === edit.value)
      return { start: 0, end: 0, text: '' };
    const splice =
      'cut' in edit ? cut(text, edit.cut, options) : change(text, syntax.document, edit, options);
    if (typeof splice === 'string') throw fail(`${describe(edit)} cannot be changed: ${splice}`);
    return trimSplice(text, splice);
  });
  const ordered = orderSplices(splices.filter((one) => one.start < one.end || one.text !== ''));
  if (ordered === undefined) throw fail('two changes are about the same characters');
  const changed = applySplices(text, ordered);
  const hasMark = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const result = Buffer.from((hasMark ? '\ufeff' : '') + changed);
  const wanted = edits.reduce(
    (value, edit) => ('cut' in edit ? value : setIn(value, edit.path, edit.value)),
    read.value,
  );
  const { document } = readYaml(options.file, result);
  if (document === undefined || !isDeepStrictEqual(document.value, wanted)) {
    const what = edits.length === 1 ? edits.map(describe).join() : 'these values';
    throw fail(`${what} cannot be changed without changing anything else`);
  }
  if (options.keepsLines && countBreaks(changed) !== countBreaks(text))
    throw fail('a line would be added or removed');
  return { bytes: result, hunks: hunksOf(text, ordered) };
}

/** @returns why not, where there is no such change */
function change(
  text: string,
  document: Document,
  { path, value, after }: Extract<YamlEdit, { readonly path: ValuePath }>,
  { keepsLines }: EditOptions,
): Splice | string {
  const place = locate(document, path);
  if (typeof place === 'string') return place;
  const { inFlow } = place;
  if (place.kind === 'absent') {
    if (keepsLines) return 'it does not stand in the entry itself';
    const source = typeof value === 'string' ? spell(value, 'plain', inFlow) : String(value);
    return addKey(text, place.map, { key: place.key, source, after, inFlow }) ?? 'its map is empty';
  }
  const { node } = place;
  const [start, end] = node.range ?? [0, 0];
  const source = text.slice(start, end);
  const replaced = newSource(source, node, { value, inFlow });
  // What is absent (`key:`) may touch its colon, and what follows.
  const before = source === '' && !/\s/.test(text[start - 1] ?? ' ') ? ' ' : '';
  const behind = source === '' && !/\s/.test(text[end] ?? ' ') ? ' ' : '';
  return { start, end, text: before + replaced + behind };
}

function newSource(
  source: string,
  node: Node,
  { value, inFlow }: { readonly value: ScalarValue; readonly inFlow: boolean },
): string {
  const style = styleOf(node);
  // A block scalar ends behind its last line.
  const lineEnd = style === undefined ? (/\r?\n$/.exec(source)?.[0] ?? '') : '';
  if (typeof value !== 'string') return String(value) + lineEnd;
  if (isScalar(node) && typeof node.value === 'string') {
    const wanted = { from: node.value, to: value };
    const kept =
      style === undefined ? respellBlock(source, wanted) : respellFlow(source, wanted, { style, inFlow });
    if (kept !== undefined) return kept;
  }
  return spell(value, style ?? 'plain', inFlow) + lineEnd;
}

function cut(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  { keepsLines }: EditOptions,
): Splice | string {
  if (start < 0 || end < start || end > text.length) return 'they lie outside the text';
  if (keepsLines && /[\r\n]/.test(text.slice(start, end))) return 'a line end is among them';
  return { start, end, text: '' };
}

function getIn(value: unknown, path: ValuePath): unknown {
  return path.reduce<unknown>(
    (part, key) => (typeof part === 'object' ? Reflect.get(part ?? {}, key) : undefined),
    value,
  );
}

/** `value` with another value at `path`, and everything else as it was; shared parts of `value` are not changed. */
function setIn(value: unknown, path: ValuePath, wanted: ScalarValue): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return wanted;
  if (Array.isArray(value)) return value.with(Number(part), setIn(value[Number(part)], rest, wanted));
  const copy: Record<string, unknown> = Object.assign(Object.create(null), isRecord(value) ? value : {});
  copy[part] = setIn(copy[part], rest, wanted);
  return copy;
}

function describe(edit: YamlEdit): string {
  if ('cut' in edit) return 'blank characters';
  return edit.path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}

function cannotEdit(problem: string, { file }: EditOptions): BlobsError {
  const hint = 'change the file by hand';
  return new BlobsError('BLOBS_CANNOT_EDIT', problem, { file, hint });
}
