// SPDX-License-Identifier: Apache-2.0
import { LRUCache } from 'lru-cache';

/** Counts of what went out and of what had to be asked for. Bytes are those of bodies. */
export interface Traffic {
  /** Answers with a body, whole or in part. */
  requests: number;
  bytesServed: number;
  /** Those of the answers that needed no download of their own. */
  hits: number;
  /** Downloads from upstream. */
  downloads: number;
  bytesDownloaded: number;
}

/** Counts of one blob. Times are milliseconds since 1970. */
export interface BlobTraffic extends Traffic {
  lastServedMs?: number;
  /** When its bytes first came from upstream. */
  firstFetchedMs?: number;
}

/** Days that are kept: what a page or a dashboard looks back on. */
export const MAX_DAYS = 90;
/** Some 25 MB of memory at most. */
export const MAX_KEYS = 100_000;

/** What was counted: in all, by day (`2026-01-31`, UTC) and by blob. Those whose blobs fell out remain in the totals. */
export class Tally {
  readonly totals: Traffic = noTraffic();
  readonly days = new Map<string, Traffic>();
  // By a size, so that room for all is not taken before there are so many.
  readonly blobs = new LRUCache<string, BlobTraffic>({ maxSize: MAX_KEYS, sizeCalculation: () => 1 });

  /** The counts of a day, to be added to. The oldest day falls out where there are more than 90. */
  day(date: string): Traffic {
    const known = this.days.get(date);
    if (known !== undefined) return known;
    const made = noTraffic();
    this.days.set(date, made);
    if (this.days.size > MAX_DAYS) this.days.delete([...this.days.keys()].sort()[0] ?? date);
    return made;
  }

  /** The counts of a blob, to be added to; it is now the last that would fall out. */
  blob(key: string): BlobTraffic {
    const known = this.blobs.get(key);
    if (known !== undefined) return known;
    const made = noTraffic();
    this.blobs.set(key, made);
    return made;
  }
}

/** What several servers counted. */
export interface AllTraffic {
  readonly totals: Readonly<Traffic>;
  readonly days: ReadonlyMap<string, Readonly<Traffic>>;
  /** The counts of a blob; undefined where nobody counted any. */
  find(key: string): Readonly<BlobTraffic> | undefined;
}

/** The sums of all `tallies`. A blob's are made when they are asked for, since there may be very many. */
export function sumTallies(tallies: readonly Tally[]): AllTraffic {
  const sums = new Tally();
  for (const { totals, days } of tallies) {
    addTraffic(sums.totals, totals);
    for (const [date, counts] of days) addTraffic(sums.day(date), counts);
  }
  const find = (key: string): BlobTraffic | undefined => {
    const found = tallies.flatMap(({ blobs }) => blobs.peek(key) ?? []);
    if (found.length < 2) return found[0];
    const counts = noTraffic();
    for (const more of found) addBlobTraffic(counts, more);
    return counts;
  };
  return { totals: sums.totals, days: sums.days, find };
}

/** Nothing yet. */
function noTraffic(): Traffic {
  return { requests: 0, bytesServed: 0, hits: 0, downloads: 0, bytesDownloaded: 0 };
}

/** Adds `more` to `to`; what no number can hold exactly stays at the largest that can. */
export function addTraffic(to: Traffic, more: Partial<Traffic>): void {
  to.requests = sum(to.requests, more.requests);
  to.bytesServed = sum(to.bytesServed, more.bytesServed);
  to.hits = sum(to.hits, more.hits);
  to.downloads = sum(to.downloads, more.downloads);
  to.bytesDownloaded = sum(to.bytesDownloaded, more.bytesDownloaded);
}

/** As {@link addTraffic}, with the times: the last time served, the first time fetched. */
export function addBlobTraffic(to: BlobTraffic, more: Partial<BlobTraffic>): void {
  addTraffic(to, more);
  if (more.lastServedMs !== undefined) to.lastServedMs = Math.max(to.lastServedMs ?? 0, more.lastServedMs);
  if (more.firstFetchedMs !== undefined)
    to.firstFetchedMs = Math.min(to.firstFetchedMs ?? Number.POSITIVE_INFINITY, more.firstFetchedMs);
}

/** The bytes that did not have to be downloaded: never below zero, though a first download may have no client yet. */
export function bytesSaved({ bytesServed, bytesDownloaded }: Traffic): number {
  return Math.max(0, bytesServed - bytesDownloaded);
}

/** The part of all answers that needed no download of their own, from 0 to 1; undefined where there was none. */
export function findHitRate({ requests, hits }: Traffic): number | undefined {
  return requests === 0 ? undefined : Math.min(requests, hits) / requests;
}

function sum(one: number, other = 0): number {
  return Math.min(Number.MAX_SAFE_INTEGER, one + other);
}
