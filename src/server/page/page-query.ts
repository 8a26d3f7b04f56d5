// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import { isRecord } from '../../core/record.ts';
import { queryValue } from './html.ts';

/** What rows can be sorted by, and in which order they are where none is asked for. */
export const SORTS = {
  name: 'asc',
  size: 'desc',
  fetched: 'desc',
  served: 'desc',
  saved: 'desc',
} as const;

export type Sort = keyof typeof SORTS;
export type Order = 'asc' | 'desc';

/** What was asked of `/`. */
export interface PageQuery {
  /** What is searched for; empty for everything. */
  readonly q: string;
  /** The module whose blobs are wanted; empty for all. */
  readonly module: string;
  readonly sort: Sort;
  readonly order: Order;
  /** Where the page before ended; empty for the first. See select-rows.ts. */
  readonly continuation: string;
}

/** Longer than anybody types. */
export const MAX_Q_CHARACTERS = 200;
/** Longer than any name that a directory can have, and than any continuation. */
const MAX_VALUE_CHARACTERS = 2000;

/**
 * What the query of a URL asks for. Keys, sorts and orders that are not known mean nothing.
 *
 * @throws BlobsError `BLOBS_BAD_REQUEST`
 */
export function parsePageQuery(query: unknown): PageQuery {
  const sort = findSort(read(query, 'sort')) ?? 'name';
  const asked = read(query, 'order');
  const order = asked === 'asc' || asked === 'desc' ? asked : SORTS[sort];
  const q = read(query, 'q').trim();
  if (q.length > MAX_Q_CHARACTERS) throw malformed(`"q" has at most ${MAX_Q_CHARACTERS} characters`);
  return { q, module: read(query, 'module'), sort, order, continuation: read(query, 'continuation') };
}

/** The value of `export`; empty where the page is wanted. */
export function exportOf(query: unknown): string {
  return read(query, 'export');
}

/** The URL of what `query` asks for, with these changes. */
export function pageUrl(query: PageQuery, changes: Partial<PageQuery & { readonly export: string }>): string {
  const wanted = { ...query, ...changes };
  const pairs = Object.entries({
    q: wanted.q,
    module: wanted.module,
    sort: wanted.sort === 'name' && wanted.order === 'asc' ? '' : wanted.sort,
    order: wanted.order === SORTS[wanted.sort] ? '' : wanted.order,
    export: wanted.export ?? '',
    continuation: wanted.continuation,
  }).filter(([, value]) => value !== '');
  const text = pairs.map(([name, value]) => `${name}=${queryValue(value)}`).join('&');
  return text === '' ? '/' : `/?${text}`;
}

function findSort(text: string): Sort | undefined {
  return Object.hasOwn(SORTS, text) ? (text as Sort) : undefined;
}

function read(query: unknown, name: string): string {
  const value = isRecord(query) ? query[name] : undefined;
  if (value === undefined) return '';
  if (typeof value !== 'string') throw malformed(`"${name}" may be there once`);
  if (value.length > MAX_VALUE_CHARACTERS) throw malformed(`"${name}" is too long`);
  return value;
}

function malformed(message: string): BlobsError {
  return new BlobsError('BLOBS_BAD_REQUEST', message);
}
