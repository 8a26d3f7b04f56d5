// SPDX-License-Identifier: Apache-2.0
import { statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Blob, blobLabel } from '../core/blob.ts';
import type { Clock } from '../core/deps.ts';
import { describeError, type ErrorCode, saysNoSpace, systemCode } from '../core/errors.ts';
import type { Issue } from '../core/report.ts';
import type { FailedSource } from '../fetch/download.ts';
import type { Place } from '../fetch/free-space.ts';
import type { LocalSource, Source } from '../fetch/plan.ts';
import { blobsDirectory } from '../module/blob-path.ts';
import { BlobStore } from '../store/blob-store.ts';
import { acquireLock, type DownloadLock, findFreeLock } from '../store/download-lock.ts';
import type { PartialDownloads } from '../store/partial-download.ts';
import { lockFile } from '../store/store-layout.ts';
import type { TemporaryFile } from '../store/temporary-file.ts';
import { removeStaleTemporaryFiles } from '../store/temporary-names.ts';

/** Where verified bytes are kept. All paths are absolute. */
export interface CacheOptions {
  /** The local store; undefined for none. */
  readonly storeDirectory?: string;
  /** West caches that are only read. */
  readonly cacheDirectories: readonly string[];
  /** A west cache that is read, and filled. */
  readonly autoCache?: string;
}

// What a file is told to be that does not hold what it should.
const WRONG: ReadonlySet<ErrorCode> = new Set(['BLOBS_HASH_MISMATCH', 'BLOBS_SIZE_MISMATCH']);

/** The local store and the west caches of one fetch. */
export class Caches {
  readonly issues: Issue[] = [];
  readonly #options: CacheOptions;
  #store: BlobStore | undefined;

  constructor(options: CacheOptions) {
    this.#options = options;
    this.#store = options.storeDirectory === undefined ? undefined : new BlobStore(options.storeDirectory);
  }

  /**
   * Files that may hold the blob's bytes: the store's, then those of the caches, which west names by the last segment
   * of the path, with the digest behind it or without.
   */
  findLocal(blob: Blob): readonly LocalSource[] {
    const entry = this.#store?.find(blob.digest);
    const { cacheDirectories, autoCache } = this.#options;
    const directories = autoCache === undefined ? cacheDirectories : [...cacheDirectories, autoCache];
    const name = basename(blob.path);
    const names = new Set([
      `${name}.${blob.sha256}`,
      `${name}.${blob.digest}`,
      `${name}.${blob.digest.toUpperCase()}`,
      name,
    ]);
    const files = directories.flatMap((directory) =>
      [...names].map((candidate) => join(directory, candidate)),
    );
    return [
      ...(entry === undefined ? [] : [{ kind: 'store' as const, file: entry }]),
      ...files.filter(isFile).map((file) => ({ kind: 'cache' as const, file })),
    ];
  }

  /** Makes the store ready to be written to. Where it cannot be, the fetch goes on without it, with a warning. */
  async open(): Promise<void> {
    if (this.#options.autoCache !== undefined) removeStaleTemporaryFiles(this.#options.autoCache);
    try {
      await this.#store?.prepare();
    } catch (error) {
      this.issues.push({
        severity: 'warning',
        code: 'BLOBS_STORE_UNUSABLE',
        message: `the local store ${this.#store?.directory} cannot be used: ${describeError(error)}`,
        hint: 'name another with BLOBS_STORE, or switch it off with --no-store',
      });
      this.#store = undefined;
    }
  }

  /** Where the bytes for `blob` are to be written while they come. */
  downloadDirectory(blob: Blob): string {
    return this.#store?.partialDirectory ?? blobsDirectory(blob.moduleDirectory);
  }

  /** What of earlier downloads is there to go on with; undefined where there is no store. */
  get partials(): PartialDownloads | undefined {
    return this.#store?.partials;
  }

  /** Where the bytes of a download for `blobs` must find room; what the auto-cache has no room for is not kept there. */
  placesOf(first: Blob, blobs: readonly Blob[]): readonly Place[] {
    const downloaded = { directory: this.downloadDirectory(first), copies: 1 };
    const targets = blobs.map((blob) => ({ directory: blobsDirectory(blob.moduleDirectory), copies: 1 }));
    const isKept = this.#store !== undefined || this.#options.autoCache !== undefined;
    // What nobody keeps is moved to its place, or to one of them.
    return [downloaded, ...(isKept ? targets : targets.slice(1))];
  }

  /** Whether {@link keep} wants bytes from `source`, whose file must not be moved away then. */
  keeps(source: Source): boolean {
    return this.#options.autoCache !== undefined || this.#goesIntoStore(source);
  }

  /** Keeps the verified bytes that came from `source`. Never throws: what is placed already is not lost. */
  async keep(file: TemporaryFile, source: Source, blobs: readonly Blob[]): Promise<void> {
    const [first] = blobs;
    if (first === undefined) return;
    for (const blob of blobs) await this.#orWarn(blob, () => this.#fillAutoCache(file, source, blob));
    // At last, since the file is moved.
    if (this.#goesIntoStore(source)) {
      await this.#orWarn(first, async () => {
        await this.#store?.add(file, first.digest);
        // Behind the entry, so that a record without one is known to be left over.
        if ('file' in source) return;
        const kind = source.lfs ? 'lfs' : source.kind;
        await this.#store?.recordSource(first.digest, { kind, url: source.url });
      });
    }
  }

  async #orWarn(blob: Blob, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.issues.push({
        severity: 'warning',
        code: saysNoSpace(error) ? 'BLOBS_NO_SPACE' : 'BLOBS_FILE_ACCESS',
        message: `${blobLabel(blob)} cannot be kept for the next time: ${describeError(error)}`,
      });
    }
  }

  /** Notes that bytes of the store were put to use. */
  async used(source: Source): Promise<void> {
    if (source.kind === 'store') await this.#store?.touch(source.file);
  }

  /** Removes from the store and the auto-cache what turned out not to have the right bytes. Never throws. */
  async drop(failed: readonly FailedSource[], blob: Blob): Promise<void> {
    for (const { source, error } of failed) {
      if (!('file' in source)) continue;
      // A file of another size than module.yml declares is wrong by its name in the auto-cache, but in the store only if
      // its hash says so: the declaration may be what is wrong.
      const isOurs =
        source.kind === 'store'
          ? error.code === 'BLOBS_HASH_MISMATCH'
          : WRONG.has(error.code) && this.#isInAutoCache(source.file, blob);
      if (isOurs) await rm(source.file, { force: true }).catch(() => undefined);
    }
  }

  /** Waits until no other run downloads these bytes. Undefined where there is no store that runs could share. */
  async lock(blob: Blob, options: { clock: Clock; signal: AbortSignal }): Promise<DownloadLock | undefined> {
    return this.#lock(blob, (file) => acquireLock(file, options)).catch((error: unknown) => {
      options.signal.throwIfAborted();
      throw error;
    });
  }

  /** As {@link lock}, but `busy` where another run downloads them. */
  async tryLock(blob: Blob): Promise<DownloadLock | 'busy' | undefined> {
    return this.#lock(blob, async (file) => (await findFreeLock(file)) ?? 'busy');
  }

  async #lock<T>(blob: Blob, take: (file: string) => Promise<T>): Promise<T | undefined> {
    try {
      return this.#store && (await take(lockFile(this.#store.directory, blob.digest)));
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      return undefined;
    }
  }

  #goesIntoStore(source: Source): boolean {
    return source.kind !== 'store' && this.#store !== undefined;
  }

  async #fillAutoCache(file: TemporaryFile, source: Source, blob: Blob): Promise<void> {
    const { autoCache } = this.#options;
    if (autoCache === undefined) return;
    const target = join(autoCache, `${basename(blob.path)}.${blob.sha256}`);
    if (!('file' in source) || source.file !== target) await file.copyTo(target, autoCache);
  }

  /** Whether the auto-cache has the file under a name that promises the blob's digest. */
  #isInAutoCache(file: string, blob: Blob): boolean {
    const { autoCache } = this.#options;
    return (
      autoCache !== undefined &&
      dirname(file) === autoCache &&
      basename(file).toLowerCase().endsWith(`.${blob.digest}`)
    );
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    // Below a file, a link to itself, a name that no file can have.
    return false;
  }
}
