// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import { type Document, isScalar, LineCounter, type Node } from 'yaml';
import { BlobsError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { decodeUtf8, findTextProblem } from '../decode.ts';
import { parseSyntax } from '../parse-syntax.ts';
import { readYaml } from '../read-yaml.ts';
import { toValue } from '../to-value.ts';
import type { ValuePath } from '../yaml-document.ts';
import { addKey } from './add-key.ts';
import { locate, type Place, styleOf } from './locate.ts';
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
import { findHabits, type TextHabits } from './text-habits.ts';

/** Why two changes exclude each other. */
export const SAME_CHARACTERS = 'two changes are about the same characters';

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

/** A YAML file that is to be changed, parsed once for all of its changes. */
export interface YamlSource {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly document: Document;
  readonly value: unknown;
  readonly habits: TextHabits;
  readonly options: EditOptions;
}

/** What makes one change of a {@link YamlSource}. */
export interface EditPlan {
  readonly edit: YamlEdit;
  /** Absent where nothing need be written. */
  readonly splice?: Splice;
  /** What is written there; absent where nothing is, or where characters go that mean nothing. */
  readonly place?: Place;
}

/** @throws BlobsError `BLOBS_CANNOT_EDIT` for what is no YAML */
export function openYaml(bytes: Uint8Array, options: EditOptions): YamlSource {
  const text = decodeUtf8(bytes);
  const syntax = findTextProblem(bytes, text) ? undefined : parseSyntax(text, new LineCounter());
  if (syntax === undefined || 'problem' in syntax) throw cannotEdit('it is no YAML', options);
  const { document } = syntax;
  const { value, problems } = toValue(document);
  if (problems.length > 0 || document.contents === null) throw cannotEdit('it is no YAML', options);
  return { bytes, text, document, value, habits: findHabits(text, document), options };
}

/** @throws BlobsError `BLOBS_CANNOT_EDIT` where there is no such change */
export function planEdit(source: YamlSource, edit: YamlEdit): EditPlan {
  const { text, document, value, options } = source;
  // What it is already may stay as it is spelt.
  if (!('cut' in edit) && getIn(value, edit.path) === edit.value) return { edit };
  const place = 'cut' in edit ? undefined : locate(document, edit.path);
  const splice =
    'cut' in edit
      ? cut(text, edit.cut, options)
      : typeof place === 'object'
        ? change(source, place, edit)
        : (place ?? '');
  if (typeof splice === 'string') throw cannotEdit(`${describe(edit)} cannot be changed: ${splice}`, options);
  const trimmed = trimSplice(text, splice);
  if (trimmed.start === trimmed.end && trimmed.text === '') return { edit };
  return { edit, splice: trimmed, ...(typeof place === 'object' ? { place } : {}) };
}

/**
 * Changes a YAML file in place: all bytes that need not change stay as they are, such as comments, quotes, line ends,
 * and where long values are broken into lines. What comes of it is read again, and has exactly the values of before but
 * for those that were to change.
 *
 * @throws BlobsError `BLOBS_CANNOT_EDIT` where that cannot be
 */
export function applyPlans(
  { bytes, text, value, options }: YamlSource,
  plans: readonly EditPlan[],
): EditedYaml {
  const fail = (problem: string): BlobsError => cannotEdit(problem, options);
  const ordered = orderSplices(plans.flatMap(({ splice }) => splice ?? []));
  if (ordered === undefined) throw fail(SAME_CHARACTERS);
  const changed = applySplices(text, ordered);
  const hasMark = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const result = Buffer.from((hasMark ? '\ufeff' : '') + changed);
  const edits = plans.map(({ edit }) => edit);
  const { document } = readYaml(options.file, result);
  if (document === undefined || !isDeepStrictEqual(document.value, withEdits(value, edits))) {
    const what = edits.length === 1 ? edits.map(describe).join() : 'these values';
    throw fail(`${what} cannot be changed without changing anything else`);
  }
  if (options.keepsLines && countBreaks(changed) !== countBreaks(text))
    throw fail('a line would be added or removed');
  return { bytes: result, hunks: hunksOf(text, ordered) };
}

/** @returns why not, where there is no such change */
function change(
  { text, habits, options }: YamlSource,
  place: Place,
  { value, after }: Extract<YamlEdit, { readonly path: ValuePath }>,
): Splice | string {
  const { inFlow } = place;
  if (place.kind === 'absent') {
    if (options.keepsLines) return 'it does not stand in the entry itself';
    const scalar = { style: 'plain', quotes: habits.quotes, inFlow } as const;
    const source = typeof value === 'string' ? spell(value, scalar) : String(value);
    return addKey(text, place.map, { key: place.key, source, after, inFlow, habits }) ?? 'its map is empty';
  }
  const { node } = place;
  const [start, end] = node.range ?? [0, 0];
  const source = text.slice(start, end);
  const replaced = newSource(source, node, { value, inFlow, habits });
  // What is absent (`key:`) may touch its colon, and what follows.
  const before = source === '' && !/\s/.test(text[start - 1] ?? ' ') ? ' ' : '';
  const behind = source === '' && !/\s/.test(text[end] ?? ' ') ? ' ' : '';
  return { start, end, text: before + replaced + behind };
}

function newSource(
  source: string,
  node: Node,
  {
    value,
    inFlow,
    habits,
  }: { readonly value: ScalarValue; readonly inFlow: boolean; readonly habits: TextHabits },
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
  return spell(value, { style: style ?? 'plain', quotes: habits.quotes, inFlow }) + lineEnd;
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

/** `value` with other values where `edits` say, and everything else as it was; `value` itself is not changed. */
function withEdits(value: unknown, edits: readonly YamlEdit[]): unknown {
  const root = { value };
  // Copied once, however many edits are about what is in it.
  const copies = new Set<object>();
  const copyOf = (part: unknown): object => {
    if (typeof part === 'object' && part !== null && copies.has(part)) return part;
    const copy = Array.isArray(part)
      ? [...part]
      : Object.assign(Object.create(null), isRecord(part) ? part : {});
    copies.add(copy);
    return copy;
  };
  for (const edit of edits) {
    if ('cut' in edit) continue;
    let parent: object = root;
    let key: string | number = 'value';
    for (const part of edit.path) {
      const copy = copyOf(Reflect.get(parent, key));
      Reflect.set(parent, key, copy);
      [parent, key] = [copy, part];
    }
    Reflect.set(parent, key, edit.value);
  }
  return root.value;
}

/** What `edit` changes, in a few words. */
export function describe(edit: YamlEdit): string {
  if ('cut' in edit) return 'blank characters';
  return edit.path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join('');
}

/** The error for a change that cannot be made. */
export function cannotEdit(problem: string, { file }: EditOptions): BlobsError {
  const hint = 'change the file by hand';
  return new BlobsError('BLOBS_CANNOT_EDIT', problem, { file, hint });
}
