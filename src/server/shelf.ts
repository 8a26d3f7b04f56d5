// SPDX-License-Identifier: Apache-2.0
import { type BigIntStats, fstatSync, lstatSync } from 'node:fs';
import { type FileHandle, rm } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { Sha256 } from '../core/sha256.ts';
import type { BlobStore } from '../store/blob-store.ts';
import { type FileStamp, findReadStamp, stampOf } from '../store/file-stamp.ts';
import { hashContent } from '../store/hash-content.ts';
import { openRegularFile } from '../store/open-regular-file.ts';
import { entryFile } from '../store/store-layout.ts';
import { type PieceBudget, SharedPieces } from './shared-pieces.ts';

/** Entries that are kept open for the next who asks. */
const MAX_OPEN = 64;
/** Of so many is remembered that they were hashed, so that to open one again is cheap. */
const MAX_HASHED = 20_000;
/** So small an entry is one piece, and sent at once. */
export const ONE_PIECE_BYTES = 1024 * 1024;

/** An entry of the store that was hashed as it is, open for any number of readers. */
export class OpenEntry {
  readonly digest: Sha256;
  readonly path: string;
  readonly bytes: number;
  readonly pieces: SharedPieces;
  readonly #handle: FileHandle;
  readonly #mtimeNs: bigint;
  readonly #vouched = new WeakSet<ArrayBufferLike>();
  #readers = 0;
  #isRetired = false;

  /** @param stats Of the file as it was hashed. */
  constructor(
    { digest, path }: { readonly digest: Sha256; readonly path: string },
    { handle, stats }: { readonly handle: FileHandle; readonly stats: BigIntStats },
    budget: PieceBudget,
  ) {
    this.digest = digest;
    this.path = path;
    this.bytes = Number(stats.size);
    this.#mtimeNs = stats.mtimeNs;
    this.#handle = handle;
    this.pieces = new SharedPieces(handle, budget, this.bytes <= ONE_PIECE_BYTES ? this.bytes : undefined);
  }

  /** Whether nobody wrote to it meanwhile. That it was used changes other times of a file. */
  isUnchanged(): boolean {
    const { size, mtimeNs } = fstatSync(this.#handle.fd, { bigint: true });
    return Number(size) === this.bytes && mtimeNs === this.#mtimeNs;
  }

  /**
   * Whether `bytes`, read from it, are what was hashed, and not what somebody wrote to it since. What was found once of
   * memory holds as long as the memory.
   */
  vouchesFor({ buffer }: Uint8Array): boolean {
    if (this.#vouched.has(buffer)) return true;
    const isUnchanged = this.isUnchanged();
    if (isUnchanged) this.#vouched.add(buffer);
    return isUnchanged;
  }

  retain(): void {
    this.#readers += 1;
  }

  async release(): Promise<void> {
    this.#readers -= 1;
    await this.#closeIfUnused();
  }

  /** Closes it once nobody reads it. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    await this.#closeIfUnused();
  }

  async #closeIfUnused(): Promise<void> {
    if (!this.#isRetired) return;
    // Who just found it has had no time to retain it.
    await setImmediate();
    if (this.#readers === 0) await this.#handle.close().catch(() => undefined);
  }
}

interface Known {
  readonly entry: OpenEntry;
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
  /** Those used last stand last. */
  readonly #known = new Map<Sha256, Known>();
  /** The stamps of files that were found to have their digests. */
  readonly #hashed = new Map<Sha256, FileStamp>();
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
    const stamp = findStamp(entryFile(this.#store.directory, digest));
    const known = this.#known.get(digest);
    if (known && stamp !== undefined && known.stamp === stamp) {
      this.#known.delete(digest);
      this.#known.set(digest, known);
      return known.entry;
    }
    if (known) this.#forget(digest, known);
    if (stamp === undefined) return undefined;
    let check = this.#checks.get(digest);
    if (check === undefined) {
      check = this.#check(digest).finally(() => this.#checks.delete(digest));
      this.#checks.set(digest, check);
    }
    return check;
  }

  /** Closes what nobody reads. */
  async close(): Promise<void> {
    const all = [...this.#known.values()];
    this.#known.clear();
    await Promise.all(all.map(({ entry }) => entry.retire()));
  }

  async #check(digest: Sha256): Promise<OpenEntry | undefined> {
    const path = entryFile(this.#store.directory, digest);
    let handle: FileHandle | undefined;
    try {
      handle = await openRegularFile(path);
      const sinceMs = Date.now();
      const stats = fstatSync(handle.fd, { bigint: true });
      const isRight =
        this.#hashed.get(digest) === stampOf(stats) || (await this.#hash(handle, stats)) === digest;
      const after = fstatSync(handle.fd, { bigint: true });
      if (isRight && after.mtimeNs === stats.mtimeNs) {
        const entry = new OpenEntry({ digest, path }, { handle, stats }, this.#budget);
        this.#keep({ entry, stamp: findReadStamp(stats, after, sinceMs) });
        return entry;
      }
      // Another process may have put the right bytes there meanwhile.
      if (findStamp(path) === stampOf(after)) await rm(path, { force: true });
    } catch {
      this.#signal.throwIfAborted();
      // It cannot be read or removed: what is downloaded takes its place.
    }
    await handle?.close().catch(() => undefined);
    return undefined;
  }

  async #hash(handle: FileHandle, { size }: BigIntStats): Promise<string> {
    const { hash } = await hashContent(handle, { signal: this.#signal, expectedBytes: Number(size) });
    return hash.digest('hex');
  }

  #keep(known: Known): void {
    const { digest } = known.entry;
    if (this.#hashed.size >= MAX_HASHED) this.#hashed.clear();
    if (known.stamp !== undefined) this.#hashed.set(digest, known.stamp);
    const before = this.#known.get(digest);
    if (before) this.#forget(digest, before);
    this.#known.set(digest, known);
    for (const [oldest, one] of this.#known) {
      if (this.#known.size <= MAX_OPEN) return;
      this.#forget(oldest, one);
    }
  }

  #forget(digest: Sha256, { entry }: Known): void {
    this.#known.delete(digest);
    void entry.retire();
  }
}

function findStamp(path: string): FileStamp | undefined {
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return stats?.isFile() ? stampOf(stats) : undefined;
  } catch {
    return undefined;
  }
}
