// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import { findSha256, type Sha256 } from '../../core/sha256.ts';
import type { Listing } from './listing.ts';
import type { ListingRow } from './listing-row.ts';
import type { Order, PageQuery, Sort } from './page-query.ts';

/** Rows are sorted by one of these, and then by digest, so that each has a place of its own. */
export type Key = Sort | 'digest';

/** A part of the rows that were asked for. */
export interface RowPage {
  readonly rows: readonly ListingRow[];
  /** How many of those that were asked for come before them, and how many there are in all. */
  readonly before: number;
  readonly total: number;
  /** Where the next page begins; undefined for the last. */
  readonly continuation: string | undefined;
}

export interface Selection extends Pick<PageQuery, 'q' | 'module' | 'continuation'> {
  readonly key: Key;
  readonly order: Order;
  readonly maxRows: number;
  /** Without what is only declared. */
  readonly isStoredOnly: boolean;
}

/**
 * The rows that hold every word of `q` (in module, path, version or licence, or as the beginning of the digest), sorted,
 * after the place where the page before ended. A continuation names that place and not a number, so that rows which come
 * and go between two pages neither hide nor repeat any other.
 *
 * @throws BlobsError `BLOBS_BAD_REQUEST` for a continuation of another order, or one that this program did not make
 */
export function selectRows(listing: Listing, selection: Selection): RowPage {
  const { q, module, key, order, maxRows, isStoredOnly, continuation } = selection;
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = sortRows(listing, key, order).filter(
    (row) =>
      (!isStoredOnly || row.isStored) &&
      (module === '' || row.modules.includes(module)) &&
      words.every((word) => row.words.includes(word) || row.digest.startsWith(word)),
  );
  const place = continuation === '' ? undefined : parsePlace(continuation, key, order);
  const isAfter = (row: ListingRow): boolean =>
    place === undefined || comparePlaces(placeOf(row, key), place, order) > 0;
  const next = place === undefined ? 0 : wanted.findIndex(isAfter);
  const before = next === -1 ? wanted.length : next;
  const rows = wanted.slice(before, before + maxRows);
  const last = rows.at(-1);
  const isLast = last === undefined || before + rows.length === wanted.length;
  return {
    rows,
    before,
    total: wanted.length,
    continuation: isLast ? undefined : writePlace(placeOf(last, key), key, order),
  };
}

type Place = readonly [value: string | number, digest: Sha256];

const sorted = new WeakMap<Listing, Map<string, readonly ListingRow[]>>();

/** The rows of a listing in an order; each order is made once, since a listing does not change. */
function sortRows(listing: Listing, key: Key, order: Order): readonly ListingRow[] {
  const orders = sorted.get(listing) ?? new Map<string, readonly ListingRow[]>();
  sorted.set(listing, orders);
  const name = `${key} ${order}`;
  const made =
    orders.get(name) ??
    listing.rows
      .map((row) => ({ row, place: placeOf(row, key) }))
      .sort((one, other) => comparePlaces(one.place, other.place, order))
      .map(({ row }) => row);
  orders.set(name, made);
  return made;
}

function placeOf(row: ListingRow, key: Key): Place {
  return [valueBy(row, key), row.digest];
}

function valueBy(row: ListingRow, key: Key): string | number {
  switch (key) {
    case 'digest':
      return '';
    case 'name':
      return row.order;
    case 'size':
      return row.sizeBytes ?? -1;
    case 'fetched':
      return row.fetchedMs ?? -1;
    case 'served':
      return row.requests;
    case 'saved':
      return row.savedBytes;
  }
}

function comparePlaces(one: Place, other: Place, order: Order): number {
  const direction = order === 'asc' ? 1 : -1;
  if (one[0] !== other[0]) return one[0] < other[0] ? -direction : direction;
  // Equal rows stand in one order whichever way they are sorted.
  if (one[1] !== other[1]) return one[1] < other[1] ? -1 : 1;
  return 0;
}

function writePlace([value, digest]: Place, key: Key, order: Order): string {
  return Buffer.from(JSON.stringify([key, order, value, digest])).toString('base64url');
}

function parsePlace(text: string, key: Key, order: Order): Place {
  const place = findPlace(text, key, order);
  if (place === undefined)
    throw new BlobsError('BLOBS_BAD_REQUEST', 'the continuation is not one that this list was left with');
  return place;
}

function findPlace(text: string, key: Key, order: Order): Place | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (!Array.isArray(value) || value.length !== 4 || value[0] !== key || value[1] !== order)
      return undefined;
    const digest = typeof value[3] === 'string' ? findSha256(value[3]) : undefined;
    const type = key === 'name' || key === 'digest' ? 'string' : 'number';
    return digest !== undefined && typeof value[2] === type ? [value[2], digest] : undefined;
  } catch {
    return undefined;
  }
}
