// SPDX-License-Identifier: Apache-2.0
import { lstatSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Blob } from '../../core/blob.ts';
import type { Clock } from '../../core/deps.ts';
import type { SourceRecord, StoreEntry } from '../../core/report.ts';
import type { Sha256 } from '../../core/sha256.ts';
import type { BlobStore } from '../../store/blob-store.ts';
import type { Statistics } from '../statistics/statistics.ts';
import type { AllTraffic } from '../statistics/tally.ts';
import { type ListingRow, makeRow } from './listing-row.ts';

/** Where what is shown comes from. */
export interface ListingSources {
  readonly store: Pick<BlobStore, 'entriesByDirectory' | 'findSource'>;
  /** What the workspace declares now. */
  readonly catalogue: () => {
    readonly blobs: readonly Blob[];
    readonly licenseOf?: (blob: Blob) => string | undefined;
  };
  readonly statistics: Pick<Statistics, 'all' | 'storedCount'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** What there was at one time. */
export interface Listing {
  readonly rows: readonly ListingRow[];
  readonly traffic: AllTraffic;
  readonly storedCount: number;
  readonly storedBytes: number;
  /** Names of the modules with something in `rows`, sorted. */
  readonly modules: readonly string[];
}

/** How old a listing may be when it is shown, unless something was stored since. */
const MAX_AGE_MS = 3000;
/** A listing that took long to make is kept so many times as long: a large store must not keep a core busy. */
const AGE_FOR_WORK = 10;
/** What may run before others have their turn. */
const MAX_TURN_MS = 5;

interface KnownSource {
  readonly modifiedMs: number | undefined;
  readonly source: SourceRecord | undefined;
}

/** Lists the store and the catalogue, at most once every few seconds however many ask. */
export class Listings {
  readonly #sources: ListingSources;
  #latest:
    | { readonly listing: Promise<Listing>; readonly madeMs: number; readonly marks: unknown[] }
    | undefined;
  #workMs = 0;
  /** A record is read again when its entry is another file. */
  #known = new Map<Sha256, KnownSource>();

  constructor(sources: ListingSources) {
    this.#sources = sources;
  }

  /**
   * A listing that is some seconds old at most. What it holds does not change.
   *
   * @throws BlobsError `BLOBS_STORE_UNUSABLE` where the store cannot be read
   */
  get(): Promise<Listing> {
    const { clock, catalogue, statistics } = this.#sources;
    const marks = [catalogue(), statistics.storedCount];
    const latest = this.#latest;
    const isFresh =
      latest !== undefined &&
      Math.abs(clock.now() - latest.madeMs) < Math.max(MAX_AGE_MS, this.#workMs * AGE_FOR_WORK) &&
      marks.every((mark, i) => mark === latest.marks[i]);
    if (isFresh) return latest.listing;
    // One after the other: many who ask must not list many times at once.
    const before = latest?.listing.catch(() => undefined);
    const listing = Promise.resolve(before).then(() => this.#list());
    const made = { listing, madeMs: clock.now(), marks };
    this.#latest = made;
    listing.catch(() => {
      if (this.#latest === made) this.#latest = undefined;
    });
    return listing;
  }

  async #list(): Promise<Listing> {
    const { store, catalogue, statistics } = this.#sources;
    const sinceMs = performance.now();
    const pause = makePauses();
    const traffic = await statistics.all();
    const declared = new Map<Sha256, Blob[]>();
    const now = catalogue();
    const licenseOf = now.licenseOf?.bind(now);
    for (const blob of now.blobs) {
      const others = declared.get(blob.digest);
      if (others) others.push(blob);
      else declared.set(blob.digest, [blob]);
      await pause();
    }
    const rows: ListingRow[] = [];
    const known = new Map<Sha256, KnownSource>();
    let storedBytes = 0;
    for (const entries of store.entriesByDirectory()) {
      await pause();
      for (const entry of entries) {
        const { digest, bytes } = entry;
        const found = this.#findSource(entry);
        known.set(digest, found);
        const blobs = declared.get(digest) ?? [];
        const counts = traffic.find(digest);
        const { source, modifiedMs } = found;
        rows.push(
          makeRow({ digest, entry: { bytes, modifiedMs }, blobs, source, traffic: counts, licenseOf }),
        );
        declared.delete(digest);
        storedBytes += bytes;
        await pause();
      }
    }
    this.#known = known;
    const storedCount = rows.length;
    for (const [digest, blobs] of declared) {
      rows.push(
        makeRow({
          digest,
          entry: undefined,
          blobs,
          source: undefined,
          traffic: traffic.find(digest),
          licenseOf,
        }),
      );
      await pause();
    }
    // In the order that most pages have, which takes a turn of its own; what is sorted is soon sorted again.
    await setImmediate();
    rows.sort((one, other) => (one.order < other.order ? -1 : one.order > other.order ? 1 : 0));
    await setImmediate();
    const modules = [...new Set(rows.flatMap((row) => row.modules))].sort();
    this.#workMs = performance.now() - sinceMs;
    return { rows, traffic, storedCount, storedBytes, modules };
  }

  #findSource({ digest, file }: StoreEntry): KnownSource {
    const modifiedMs = findModifiedMs(file);
    const before = this.#known.get(digest);
    if (before !== undefined && before.modifiedMs === modifiedMs && before.source !== undefined)
      return before;
    return { modifiedMs, source: this.#sources.store.findSource(digest) };
  }
}

function findModifiedMs(file: string): number | undefined {
  try {
    return lstatSync(file, { throwIfNoEntry: false })?.mtimeMs;
  } catch {
    return undefined;
  }
}

/** A function that waits for others where it is called after some milliseconds of work. */
function makePauses(): () => Promise<void> | undefined {
  let sinceMs = performance.now();
  return () => {
    if (performance.now() - sinceMs < MAX_TURN_MS) return undefined;
    return setImmediate().then(() => {
      sinceMs = performance.now();
    });
  };
}
