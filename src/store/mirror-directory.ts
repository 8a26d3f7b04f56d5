// SPDX-License-Identifier: Apache-2.0
import { lstatSync, mkdirSync, realpathSync, renameSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../core/deps.ts';
import { BlobsError, describeError, systemCode } from '../core/errors.ts';
import type { Sha256 } from '../core/sha256.ts';
import { withAnchoredDirectory } from './anchored-directory.ts';
import { acquireLock } from './download-lock.ts';
import { hashFile } from './hash-file.ts';
import { makeDirectories } from './make-directories.ts';
import { indexText, type MirroredBlob, mergeIntoIndex, readMirrorIndex } from './mirror-index.ts';
import { openRegularFile } from './open-regular-file.ts';
import { TemporaryFile } from './temporary-file.ts';
import { removeStaleTemporaryFiles } from './temporary-names.ts';

// The layout of a directory that is a mirror. What it does not name is never touched, and nothing is ever deleted.
//
//   DIR/sha256/ab/abcd…  bytes with the SHA-256 abcd…, complete and verified when they appeared
//   DIR/index.json       what they are; see mirror-index.ts
//   DIR/.blobs-…         files under way; see temporary-names.ts
//   DIR/.index.lock      the process that writes the index (and .index.lock.removing); see download-lock.ts
//
// `--mirror sha256=file:///DIR/sha256/{sha256:2}/{sha256}` reads it.

/** A file of the mirror. */
export interface FoundFile {
  readonly bytes: number;
  /** Whether it holds what its name says. */
  readonly good: boolean;
}

/** A directory that is filled with blobs for others to read. */
export class MirrorDirectory {
  readonly directory: string;
  #root: string;

  /** Makes and reads nothing. `directory` is absolute. */
  constructor(directory: string) {
    this.directory = directory;
    this.#root = directory;
  }

  /**
   * Looks whether blobs can be written to the directory, which is made if it is missing, unless this is a dry run.
   *
   * @throws BlobsError `BLOBS_USAGE` where it is no directory; `BLOBS_BAD_MIRROR` for an index that is not this
   *   program's; `BLOBS_FILE_ACCESS`
   */
  prepare({ dryRun }: { readonly dryRun: boolean }): void {
    try {
      if (!dryRun) makeDirectories(this.directory);
      const stats = lstatSync(this.directory, { throwIfNoEntry: false });
      if (stats === undefined) return;
      this.#root = realpathSync.native(this.directory);
      if (!lstatSync(this.#root).isDirectory()) throw notADirectory(this.directory);
    } catch (error) {
      if (error instanceof BlobsError) throw error;
      if (['EEXIST', 'ENOTDIR'].includes(systemCode(error) ?? '')) throw notADirectory(this.directory);
      throw new BlobsError('BLOBS_FILE_ACCESS', `cannot use ${this.directory}: ${describeError(error)}`);
    }
    readMirrorIndex(this.#indexFile);
    if (!dryRun) removeStaleTemporaryFiles(this.#root);
  }

  /** Where the bytes with this digest are, or will be. */
  fileOf(digest: Sha256): string {
    return join(this.#top, digest.slice(0, 2), digest);
  }

  /**
   * What stands in the place of these bytes, hashed; undefined where nothing does.
   *
   * @throws BlobsError `BLOBS_NOT_A_FILE`, `BLOBS_UNSAFE_PATH`; the system's error; the signal's reason
   */
  async find(digest: Sha256, signal: AbortSignal): Promise<FoundFile | undefined> {
    for (const directory of [this.#top, this.#directoryOf(digest)]) {
      const stats = lstatSync(directory, { throwIfNoEntry: false });
      if (stats === undefined) return undefined;
      if (stats.isSymbolicLink()) {
        throw new BlobsError('BLOBS_UNSAFE_PATH', `${directory} is a symbolic link`, { file: directory });
      }
    }
    const file = this.fileOf(digest);
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    assertRegular(stats, file);
    const { sha256, bytes } = await hashFile(file, signal);
    return { bytes, good: sha256 === digest };
  }

  /**
   * Copies the file `source` to its place, and gives its size in bytes. What is copied is hashed, and appears at once
   * or not at all.
   *
   * @throws BlobsError `BLOBS_HASH_MISMATCH`, `BLOBS_NOT_A_FILE`, `BLOBS_UNSAFE_PATH`; the system's error; the signal's
   *   reason
   */
  async add(source: string, digest: Sha256, signal: AbortSignal): Promise<number> {
    const copy = await this.#copy(source);
    try {
      const { sha256, bytes } = await hashFile(copy.path, signal);
      if (sha256 !== digest) {
        throw new BlobsError('BLOBS_HASH_MISMATCH', `${source} changed while it was copied`, {
          facts: [`expected ${digest}  got ${sha256}  from ${source}`],
        });
      }
      this.#place(copy.path, digest);
      return bytes;
    } finally {
      await copy.discard();
    }
  }

  /**
   * Adds to what the index knows. Other processes may do so at the same time.
   *
   * @throws BlobsError `BLOBS_BAD_MIRROR`, `BLOBS_FILE_ACCESS`; the system's error; the signal's reason
   */
  async addToIndex(
    blobs: readonly MirroredBlob[],
    context: { readonly clock: Clock; readonly signal: AbortSignal },
  ): Promise<void> {
    const lock = await acquireLock(join(this.#root, '.index.lock'), context);
    try {
      const merged = mergeIntoIndex(readMirrorIndex(this.#indexFile), blobs);
      const text = indexText(merged, this.#indexFile);
      const file = await TemporaryFile.create(this.#root);
      try {
        await file.handle.writeFile(text);
        await file.moveTo(this.#indexFile);
      } finally {
        await file.discard();
      }
    } finally {
      await lock.release();
    }
  }

  get #top(): string {
    return join(this.#root, 'sha256');
  }

  get #indexFile(): string {
    return join(this.#root, 'index.json');
  }

  #directoryOf(digest: Sha256): string {
    return join(this.#top, digest.slice(0, 2));
  }

  async #copy(source: string): Promise<TemporaryFile> {
    const handle = await openRegularFile(source);
    try {
      return await TemporaryFile.copyOf({ file: source, handle }, this.#root);
    } finally {
      await handle.close();
    }
  }

  /** Moves a file to its place, through directories that are no links, whoever exchanges them meanwhile. */
  #place(file: string, digest: Sha256): void {
    const directory = this.#directoryOf(digest);
    makeDirectory(this.#top);
    withAnchoredDirectory(this.#top, this.#top, (path) => makeDirectory(join(path, digest.slice(0, 2))));
    withAnchoredDirectory(directory, directory, (path) => {
      const target = join(path, digest);
      const stats = lstatSync(target, { throwIfNoEntry: false });
      if (stats) assertRegular(stats, this.fileOf(digest));
      renameSync(file, target);
    });
  }
}

function makeDirectory(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
}

function assertRegular(stats: Stats, file: string): void {
  if (stats.isFile()) return;
  throw new BlobsError('BLOBS_NOT_A_FILE', `${file} is not a regular file`, { file });
}

function notADirectory(path: string): BlobsError {
  return new BlobsError('BLOBS_USAGE', `${path} is not a directory`);
}
