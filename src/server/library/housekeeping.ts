// SPDX-License-Identifier: Apache-2.0
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../core/deps.ts';
import { describeError, systemCode } from '../../core/errors.ts';
import type { StoreEntry } from '../../core/report.ts';
import type { Sha256 } from '../../core/sha256.ts';
import type { BlobStore } from '../../store/blob-store.ts';
import { findFreeLock } from '../../store/download-lock.ts';
import { findUnneeded } from '../../store/find-unneeded.ts';
import { removeOrphanRecords } from '../../store/orphan-records.ts';
import { housekeepingLock } from '../../store/store-layout.ts';
import { Uses } from './uses.ts';

/** A store that has become too large is made so much smaller, so that not each new entry costs a look at all. */
const SLACK = 0.9;
/** What is so young may not be open yet by those who asked for it. Who has one open reads on when it goes. */
const MIN_AGE_MS = 2000;
const HOUR_MS = 3_600_000;
/** The rest between two looks at all entries, also where there is always too much. */
const MIN_REST_MS = 2000;
/** What is left of downloads and can be gone on with: so long where there is too much, else as long as fetch keeps it. */
const PARTIAL_AGE_MS = HOUR_MS;

export interface HousekeepingOptions {
  readonly store: BlobStore;
  readonly clock: Clock;
  /** Bytes that the store may have, downloads under way and what is remembered of URLs included. */
  readonly quotaBytes?: number;
  /** Entries that were not used for so long go. */
  readonly maxAgeMs?: number;
  readonly log: HousekeepingLog;
}

/** As pino has it. */
export interface HousekeepingLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/** What a look at all entries came to. */
export interface Tidied {
  readonly removed: number;
  readonly freedBytes: number;
  /** What the store has then, unfinished downloads and what is remembered of URLs included. */
  readonly bytes: number;
  readonly entries: number;
}

/**
 * Keeps a server's store below a quota, and free of what nobody used for long: least recently used entries go. Several
 * servers on one store take turns. Nothing goes from a directory that has not the mark of a store.
 */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  readonly #uses: Uses;
  readonly #ended = new AbortController();
  #wake = new AbortController();
  /** What the store has, as far as this server knows. */
  #bytes = 0;
  #loop: Promise<void> | undefined;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
    this.#uses = new Uses(options.store, options.clock);
  }

  /** Looks after the store now, hourly, and whenever there is too much, until it is {@link stop}ped. */
  start(): void {
    this.#loop ??= this.#run();
  }

  /** Resolves when nothing is removed any more. Never throws. */
  async stop(): Promise<void> {
    this.#ended.abort();
    await this.#loop;
    await this.#uses.settled();
  }

  /** An entry was sent, so that it is not the first that goes. Costs next to nothing, and never throws. */
  noteUsed(digest: Sha256): void {
    this.#uses.note(digest);
  }

  /** An entry of so many bytes was made. */
  noteStored(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > (this.#options.quotaBytes ?? Infinity)) this.#wake.abort();
  }

  /**
   * Removes what is to go. Undefined where another server is at it, or where the directory is not marked as a store.
   *
   * @throws the system's error; BlobsError `BLOBS_STORE_UNUSABLE`
   */
  async tidy(): Promise<Tidied | undefined> {
    const { store } = this.#options;
    if (!store.isOurs()) return undefined;
    const lock = await findFreeLock(housekeepingLock(store.directory));
    if (lock === undefined) return undefined;
    try {
      return await this.#tidy();
    } finally {
      await lock.release();
    }
  }

  async #tidy(): Promise<Tidied> {
    const { store, clock, quotaBytes = Infinity, maxAgeMs = Infinity } = this.#options;
    const entries = await this.#list();
    this.#uses.keepOnly(entries);
    const nowMs = clock.now();
    const entryBytes = entries.reduce((sum, { bytes }) => sum + bytes, 0);
    let recordBytes = await removeOrphanRecords(store.directory, { nowMs });
    let partialBytes = store.partials.bytes();
    if (entryBytes + partialBytes + recordBytes > quotaBytes) {
      await store.partials.removeOld({ minAgeMs: PARTIAL_AGE_MS, nowMs });
      partialBytes = store.partials.bytes();
    }
    const otherBytes = partialBytes + recordBytes;
    const unneeded = findUnneeded(entries, {
      maxBytes:
        entryBytes + otherBytes > quotaBytes ? Math.max(0, quotaBytes * SLACK - otherBytes) : Infinity,
      unusedForMs: maxAgeMs,
      nowMs,
      isKept: ({ usedMs }) => nowMs >= usedMs && nowMs - usedMs < MIN_AGE_MS,
    });
    const { removed, freedBytes } = await this.#remove(unneeded);
    if (removed > 0) recordBytes = await removeOrphanRecords(store.directory, { nowMs });
    const bytes = entryBytes - freedBytes + partialBytes + recordBytes;
    this.#bytes = bytes;
    return { removed, freedBytes, bytes, entries: entries.length - removed };
  }

  /** Every entry, with its last use as this server knows it. */
  async #list(): Promise<StoreEntry[]> {
    const entries: StoreEntry[] = [];
    for (const some of this.#options.store.entriesByDirectory()) {
      for (const entry of some) entries.push({ ...entry, usedMs: this.#uses.lastUse(entry) });
      // So that requests have their turn.
      await setImmediate();
    }
    return entries;
  }

  async #remove(unneeded: ReadonlySet<StoreEntry>): Promise<{ removed: number; freedBytes: number }> {
    const { store } = this.#options;
    let [removed, freedBytes] = [0, 0];
    for (const { digest, usedMs } of unneeded) {
      if (this.#ended.signal.aborted) break;
      // Others used it, or removed it, since the list was made.
      const now = store.findEntry(digest);
      if (now === undefined || this.#uses.lastUse(now) > usedMs) continue;
      try {
        await store.remove(digest);
        removed += 1;
        freedBytes += now.bytes;
      } catch (error) {
        // Another user's, or open on a system that keeps such files: the next look finds it again.
        if (systemCode(error) === undefined) throw error;
      }
    }
    return { removed, freedBytes };
  }

  async #run(): Promise<void> {
    const { store, log } = this.#options;
    if (!store.isOurs()) {
      log.warn(
        { directory: store.directory },
        'the store has another CACHEDIR.TAG: nothing is removed from it',
      );
      return;
    }
    while (!this.#ended.signal.aborted) {
      try {
        const tidied = await this.tidy();
        if (tidied !== undefined && tidied.removed > 0) log.info(tidied, 'removed entries of the store');
      } catch (error) {
        log.warn({ problem: describeError(error) }, 'could not look after the store');
      }
      await this.#rest();
    }
  }

  /** Until an hour is over, or there is too much again, or the end. */
  async #rest(): Promise<void> {
    const { clock, quotaBytes = Infinity } = this.#options;
    const ended = this.#ended.signal;
    this.#wake = new AbortController();
    await clock.sleep(MIN_REST_MS, ended).catch(() => undefined);
    if (this.#bytes > quotaBytes) return;
    await clock.sleep(HOUR_MS, AbortSignal.any([ended, this.#wake.signal])).catch(() => undefined);
  }
}
