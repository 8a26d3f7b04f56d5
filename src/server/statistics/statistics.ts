// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import type { Clock } from '../../core/deps.ts';
import { describeError } from '../../core/errors.ts';
import type { Sha256 } from '../../core/sha256.ts';
import { findStatistics, readStatisticsLines, writeStatisticsLines } from '../../store/statistics-file.ts';
import { statisticsFile } from '../../store/store-layout.ts';
import { type AllTraffic, addBlobTraffic, addTraffic, sumTallies, Tally, type Traffic } from './tally.ts';
import { addLines, writeTally } from './tally-lines.ts';

/** What traffic is counted by: the digest, or {@link urlKey} where none is known yet. */
export type StatisticsKey = Sha256 | `url:${string}`;

/** The key of what is known by its URL alone. The URL itself, which may hold secrets, is kept nowhere. */
export function urlKey(href: string): StatisticsKey {
  return `url:${createHash('sha256').update(href).digest('hex')}`;
}

export interface StatisticsOptions {
  /** The store's directory. */
  readonly directory: string;
  /** What tells this server from others that share the store, such as host name and address. */
  readonly instance: string;
  readonly clock: Pick<Clock, 'now'>;
  /** Told of what could not be read or written; never of a name or URL that a client chose. */
  readonly warn: (message: string) => void;
}

/** How much a killed server forgets at most. */
const SAVE_AFTER_MS = 5000;

/**
 * What this server served and downloaded, in memory, and in a file of the store that all files of other servers stand
 * beside. Nothing that goes wrong with files is an error: counting goes on.
 */
export class Statistics {
  /** Told of the bytes of each download as it ends. */
  onDownloaded: ((bytes: number) => void) | undefined;
  readonly #options: StatisticsOptions;
  #own = new Tally();
  readonly #others = new Map<string, { readonly stamp: string; readonly tally: Tally }>();
  #timer: NodeJS.Timeout | undefined;
  #saving: Promise<void> = Promise.resolve();
  #hasFailed = false;
  #stored = 0;

  private constructor(options: StatisticsOptions) {
    this.#options = options;
  }

  /** Goes on from what the file of this instance says. Never throws. */
  static async open(options: StatisticsOptions): Promise<Statistics> {
    const statistics = new Statistics(options);
    const found = findStatistics(options.directory).find(({ file }) => file === statistics.#file);
    if (found !== undefined) {
      const before = await statistics.#read(found.file);
      if (before !== undefined) statistics.#own = before;
    }
    return statistics;
  }

  get #file(): string {
    return statisticsFile(this.#options.directory, this.#options.instance);
  }

  /** How often something was stored since the start: a listing made before the last time is old. */
  get storedCount(): number {
    return this.#stored;
  }

  /** An answer with `bytes` of a body ended, whole or not; `isHit` where it needed no download of its own. */
  noteServed(key: StatisticsKey, bytes: number, { isHit = false } = {}): void {
    const lastServedMs = this.#options.clock.now();
    const more = { requests: 1, bytesServed: bytes, hits: isHit ? 1 : 0, lastServedMs };
    addBlobTraffic(this.#own.blob(key), more);
    this.#note(more);
  }

  /** A download from upstream ended, whole or not, after `bytes`. */
  noteDownloaded(key: StatisticsKey, bytes: number): void {
    const more = { downloads: 1, bytesDownloaded: bytes };
    addBlobTraffic(this.#own.blob(key), { ...more, firstFetchedMs: this.#options.clock.now() });
    this.#note(more);
    this.onDownloaded?.(bytes);
  }

  /** The bytes of `digest` are in the store. What was counted under `key`, before their digest was known, is theirs. */
  noteStored(digest: Sha256, key?: StatisticsKey): void {
    this.#stored += 1;
    const before = key === undefined || key === digest ? undefined : this.#own.blobs.peek(key);
    const counts = this.#own.blob(digest);
    addBlobTraffic(counts, {
      ...before,
      firstFetchedMs: before?.firstFetchedMs ?? this.#options.clock.now(),
    });
    if (key !== undefined && before !== undefined) this.#own.blobs.delete(key);
    this.#saveSoon();
  }

  /** What this server counted, with what it said before it was started again. */
  get totals(): Readonly<Traffic> {
    return this.#own.totals;
  }

  /** What all servers counted that share the store, the others as of their last writing. Never throws. */
  async all(): Promise<AllTraffic> {
    const found = findStatistics(this.#options.directory).filter(({ file }) => file !== this.#file);
    for (const file of this.#others.keys())
      if (!found.some((one) => one.file === file)) this.#others.delete(file);
    for (const { file, stamp } of found) {
      if (this.#others.get(file)?.stamp === stamp) continue;
      // What is damaged is not read again until it changes.
      this.#others.set(file, { stamp, tally: (await this.#read(file)) ?? new Tally() });
    }
    return sumTallies([...[...this.#others.values()].map(({ tally }) => tally), this.#own]);
  }

  /** Writes what was counted and not yet written. Never throws. */
  async save(): Promise<void> {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#saving = this.#saving.then(() => this.#write());
    }
    await this.#saving;
  }

  #note(more: Partial<Traffic>): void {
    addTraffic(this.#own.totals, more);
    addTraffic(this.#own.day(dayOf(this.#options.clock.now())), more);
    this.#saveSoon();
  }

  #saveSoon(): void {
    this.#timer ??= setTimeout(() => void this.save(), SAVE_AFTER_MS).unref();
  }

  async #write(): Promise<void> {
    const { directory, warn } = this.#options;
    try {
      await writeStatisticsLines(directory, this.#file, writeTally(this.#own));
      this.#hasFailed = false;
    } catch (error) {
      // Once is enough: a full disk stays full for many writings.
      if (!this.#hasFailed) warn(`the statistics cannot be written: ${describeError(error)}`);
      this.#hasFailed = true;
    }
  }

  async #read(file: string): Promise<Tally | undefined> {
    const tally = new Tally();
    try {
      await addLines(tally, readStatisticsLines(file));
      return tally;
    } catch (error) {
      // What a parser says quotes the file, which anybody may have written.
      const reason = error instanceof SyntaxError ? 'it is no JSON' : describeError(error);
      this.#options.warn(`statistics are passed over: ${file}: ${reason}`);
      return undefined;
    }
  }
}

const DAY_MS = 24 * 60 * 60 * 1000;
let [knownDay, knownName] = [Number.NaN, ''];

/** The day of a time, as the days of a {@link Tally} are named. */
export function dayOf(timeMs: number): string {
  const day = Math.floor(timeMs / DAY_MS);
  if (day !== knownDay) [knownDay, knownName] = [day, new Date(timeMs).toISOString().slice(0, 10)];
  return knownName;
}
