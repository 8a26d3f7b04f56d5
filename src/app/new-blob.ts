// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import { isRecord } from '../core/record.ts';
import { findSha256, type Sha256 } from '../core/sha256.ts';
import { count, escapeControls, shorten } from '../core/text.ts';
import type { NewEntry } from '../yaml/edit/entry-text.ts';

/** What is known of an entry before its blob was looked at: module.yml's keys. Nothing has been checked. */
export type Draft = Readonly<Record<string, unknown>>;

/** An entry that is to be added, its digest and size still to be found out. */
export interface NewBlob {
  readonly path: string;
  readonly urls: readonly string[];
  readonly fetcher?: string;
  /** What the digest must be, where that is known. */
  readonly sha256?: Sha256;
  /** What the size must be, in bytes, where that is known. */
  readonly size?: number;
  /** The keys that are written as they are. */
  readonly texts: Readonly<Record<string, string | boolean>>;
}

/** The order in which Zephyr's documentation writes the keys of an entry. */
export const USUAL_ORDER = [
  'path',
  'sha256',
  'type',
  'version',
  'license-path',
  'click-through',
  'url',
  'description',
  'doc-url',
  'fetcher',
  'size',
  'license',
] as const;

/** The keys that each entry must have, but for those that are measured. */
export const REQUIRED_KEYS = ['url', 'path', 'type', 'version', 'license-path', 'description'] as const;

const MAX_ENTRIES = 1000;
const MAX_SHOWN = 60;

/**
 * The entries of a JSON list (or of one JSON object), whose keys are module.yml's own.
 *
 * @throws BlobsError `BLOBS_USAGE` for anything else
 */
export function parseDrafts(text: string, name: string): readonly Draft[] {
  const refuse = (problem: string): BlobsError =>
    new BlobsError('BLOBS_USAGE', `${name}: ${problem}`, {
      hint: 'it must be a JSON list of objects with the keys of module.yml, such as "path" and "url"',
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refuse('it is not JSON');
  }
  const list: unknown[] = Array.isArray(value) ? value : [value];
  if (list.length === 0) throw refuse('the list is empty');
  if (list.length > MAX_ENTRIES) throw refuse(`the list has more than ${MAX_ENTRIES} entries`);
  const bad = list.findIndex((item) => !isRecord(item));
  if (bad !== -1) throw refuse(list.length === 1 ? 'it is no list of objects' : `item ${bad} is no object`);
  return list as Draft[];
}

/** The keys of {@link REQUIRED_KEYS} that `draft` does not have. */
export function missingKeys(draft: Draft): string[] {
  return REQUIRED_KEYS.filter((key) => draft[key] === undefined);
}

/**
 * `drafts` as entries. `name` is what a key is called where it was given.
 *
 * @throws BlobsError `BLOBS_USAGE` that names all that is missing or wrong
 */
export function toNewBlobs(drafts: readonly Draft[], name: (key: string) => string): readonly NewBlob[] {
  const problems = drafts.flatMap((draft, index) => {
    const where = drafts.length === 1 ? '' : `item ${index}: `;
    const missing = missingKeys(draft);
    const first = missing.length === 0 ? [] : [`${missing.map(name).join(', ')} missing`];
    return [...first, ...wrongValues(draft, name)].map((problem) => where + problem);
  });
  const [problem] = problems;
  if (problem !== undefined) {
    const more = problems.length === 1 ? '' : `, and ${count(problems.length - 1, 'more problem')}`;
    throw new BlobsError('BLOBS_USAGE', `add: ${problem}${more}`, {
      ...(problems.length === 1 ? {} : { facts: problems.slice(1, MAX_SHOWN) }),
      hint: 'see "blobs add --help"; on a terminal you are asked for what is missing',
    });
  }
  return drafts.map(toNewBlob);
}

function wrongValues(draft: Draft, name: (key: string) => string): string[] {
  return Object.entries(draft).flatMap(([key, value]) => {
    const wanted = findWanted(key, value);
    if (value === undefined || wanted === undefined) return [];
    const shown = escapeControls(shorten(JSON.stringify(value), MAX_SHOWN));
    return [
      wanted === 'unknown'
        ? `${shortKey(key)} is no key of an entry`
        : `${name(key)} must be ${wanted}, but is ${shown}`,
    ];
  });
}

function shortKey(key: string): string {
  return `"${escapeControls(shorten(key, MAX_SHOWN))}"`;
}

/** What a value must be, where it is something else. */
function findWanted(key: string, value: unknown): string | undefined {
  switch (key) {
    case 'type':
      return value === 'img' || value === 'lib' ? undefined : '"img" or "lib"';
    case 'click-through':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'size':
      return Number.isSafeInteger(value) && Number(value) >= 0 ? undefined : 'a number of bytes';
    case 'fetcher':
      return isFetcher(value) ? undefined : '"lfs", "http" or "https"';
    case 'sha256':
      return typeof value === 'string' && findSha256(value) ? undefined : '64 hexadecimal digits';
    case 'url': {
      const urls = Array.isArray(value) ? value : [value];
      return urls.length > 0 && urls.every(isText) ? undefined : 'a URL or a list of URLs';
    }
    default:
      if (!(USUAL_ORDER as readonly string[]).includes(key)) return 'unknown';
      return isText(value) ? undefined : 'a text that is not empty';
  }
}

function isFetcher(value: unknown): boolean {
  return typeof value === 'string' && ['lfs', 'http', 'https'].includes(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

/** `draft` was checked. */
function toNewBlob(draft: Draft): NewBlob {
  const { url, sha256, size, path, fetcher, ...rest } = draft;
  const digest = typeof sha256 === 'string' ? findSha256(sha256) : undefined;
  const texts = Object.entries(rest).filter((entry): entry is [string, string | boolean] => {
    return entry[1] !== undefined && entry[1] !== false;
  });
  return {
    path: path as string,
    urls: [...new Set(Array.isArray(url) ? (url as string[]) : [url as string])],
    texts: Object.fromEntries(texts),
    ...(fetcher === undefined ? {} : { fetcher: fetcher as string }),
    ...(digest === undefined ? {} : { sha256: digest }),
    ...(size === undefined ? {} : { size: size as number }),
  };
}

/** What is found out of a new blob. */
export interface Measurement {
  readonly sha256: Sha256;
  readonly sizeBytes: number;
}

/** The entry for `blob`. `size`, which older releases of Zephyr refuse, is written for Git LFS or on demand. */
export function toEntry(blob: NewBlob, { sha256, sizeBytes }: Measurement, writeSize: boolean): NewEntry {
  const { path, urls, fetcher, texts } = blob;
  const [first = ''] = urls;
  const isSized = writeSize || fetcher === 'lfs' || blob.size !== undefined;
  return {
    path,
    sha256,
    ...texts,
    url: urls.length === 1 ? first : urls,
    ...(fetcher === undefined ? {} : { fetcher }),
    ...(isSized ? { size: sizeBytes } : {}),
  };
}
