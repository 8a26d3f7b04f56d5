// SPDX-License-Identifier: Apache-2.0
import { type BigIntStats, fstatSync, lstatSync, utimesSync } from 'node:fs';
import { type FileHandle, rm } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import type { Sha256 } from '../../core/sha256.ts';
import type { BlobStore } from '../../store/blob-store.ts';
import { type FileStamp, findReadStamp, isSameState, stampOf } from '../../store/file-stamp.ts';
import { openRegularFile } from '../../store/open-regular-file.ts';
import { entryFile } from '../../store/store-layout.ts';
import { digestOf, OpenEntry } from './open-entry.ts';
import type { PieceBudget } from './shared-pieces.ts';

/** Entries that are kept open for the next who asks. */
const MAX_OPEN = 64;
/** Of so many is remembered that they were hashed, so that to open one again is cheap. */
const MAX_HASHED = 100_000;
/** An entry whose times change while it is hashed is hashed again, so often in all. */
const MAX_HASHINGS = 3;

interface Known {
  readonly entry: OpenEntry;
  /** The file as it was hashed. */
  readonly stats: BigIntStats;
  /** Undefined where it changed so shortly before that another change would not show. */
  readonly stamp: FileStamp | undefined;
}

/**
 * The entries of the store as this process knows them: each is hashed before it is given to anybody, and again when
 * `stat` says something else of it than before.
 */
export class Shelf {
  readonly #store: BlobStore;
  readonly #budget: PieceBudget;
  readonly #signal: AbortSignal;
  /** What is no longer there is closed as soon as nobody reads it. */
  readonly #known = new LRUCache<string, Known>({
    max: MAX_OPEN,
    dispose: ({ entry }) => void entry.retire(),
  });
  /** The stamps of files that were found to have their digests. Without `max`, room for all is not taken at once. */
  readonly #hashed = new LRUCache<Sha256, FileStamp>({ maxSize: MAX_HASHED, sizeCalculation: () => 1 });
  /** Those above, and those that somebody still reads. */
  readonly #open = new Set<OpenEntry>();
  readonly #checks = new Map<Sha256, Promise<OpenEntry | undefined>>();

  constructor(store: BlobStore, budget: PieceBudget, signal: AbortSignal) {
    this.#store = store;
    this.#budget = budget;
    this.#signal = signal;
  }

  /**
   * The entry with this digest, which the caller retains before it waits for anything else. Undefined where there is
   * none, none that can be read, or one that is damaged, which goes.
   *
   * @throws the signal's reason when it is aborted
   */
  find(digest: Sha256): Promise<OpenEntry | undefined> | OpenEntry | undefined {
    const found = this.findKnown(digest);
    if (found) return found;
    this.#known.delete(digest);
    if (findStats(entryFile(this.#store.directory, digest)) === undefined) return undefined;
    let check = this.#checks.get(digest);
    if (check === undefined) {
      check = this.#check(digest).finally(() => this.#checks.delete(digest));
      this.#checks.set(digest, check);
    }
    return check;
  }

  /** As {@link find}, but only what is open and as it was. Any text may be asked for: what is no digest is not there. */
  findKnown(digest: string): OpenEntry | undefined {
    const known = this.#known.get(digest);
    if (known?.stamp === undefined) return undefined;
    const now = findStats(known.entry.path);
    if (now === undefined || !isSameState(now, known.stats)) return undefined;
    return known.entry;
  }

  /**
   * Notes in the file system that the entry at `file` was used. That changes the times by which it is recognised: it is
   * hashed again for the next who asks, but those who read it go on. Never throws.
   */
  touch(file: string): void {
    // Nothing may come between a look at the times and another.
    const open = [...this.#open].filter(({ path }) => path === file).filter((entry) => entry.isUnchanged());
    try {
      utimesSync(file, new Date(), lstatSync(file).mtime);
      for (const entry of open) entry.acceptTimes();
    } catch {
      // Another process removed it, or it is another user's.
    }
  }

  /** Closes what nobody reads. */
  async close(): Promise<void> {
    const all = [...this.#known.values()];
    this.#known.clear();
    // They are retired by that; this waits for it.
    await Promise.all(all.map(({ entry }) => entry.retire()));
  }

  async #check(digest: Sha256): Promise<OpenEntry | undefined> {
    const path = entryFile(this.#store.directory, digest);
    let handle: FileHandle | undefined;
    try {
      handle = await openRegularFile(path);
      for (let hashings = 0; hashings < MAX_HASHINGS; hashings++) {
        const sinceMs = Date.now();
        const stats = fstatSync(handle.fd, { bigint: true });
        const isRight =
          this.#hashed.get(digest) === stampOf(stats) ||
          (await digestOf(handle, stats, this.#signal)) === digest;
        const after = fstatSync(handle.fd, { bigint: true });
        if (!isSameState(after, stats)) continue;
        if (isRight)
          return this.#opened({ digest, path, handle }, stats, findReadStamp(stats, after, sinceMs));
        // Another process may have put the right bytes there meanwhile.
        const now = findStats(path);
        if (now && isSameState(now, after)) await rm(path, { force: true });
        break;
      }
    } catch {
      this.#signal.throwIfAborted();
      // It cannot be read or removed: what is downloaded takes its place.
    }
    await handle?.close().catch(() => undefined);
    return undefined;
  }

  #opened(
    { digest, path, handle }: { readonly digest: Sha256; readonly path: string; readonly handle: FileHandle },
    stats: BigIntStats,
    stamp: FileStamp | undefined,
  ): OpenEntry {
    const onClosed = (): void => void this.#open.delete(entry);
    const entry = new OpenEntry({ digest, path }, { handle, stats, onClosed }, this.#budget);
    this.#open.add(entry);
    this.#keep({ entry, stats, stamp });
    return entry;
  }

  #keep(known: Known): void {
    const { digest } = known.entry;
    if (known.stamp !== undefined) this.#hashed.set(digest, known.stamp);
    this.#known.set(digest, known);
  }
}

function findStats(path: string): BigIntStats | undefined {
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return stats?.isFile() ? stats : undefined;
  } catch {
    return undefined;
  }
}
