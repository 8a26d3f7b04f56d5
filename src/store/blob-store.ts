// SPDX-License-Identifier: Apache-2.0
import { lstatSync, type Stats, statSync } from 'node:fs';
import { rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobsError, describeError, systemCode } from '../core/errors.ts';
import type { SourceRecord, StoreEntry } from '../core/report.ts';
import type { Sha256 } from '../core/sha256.ts';
import { removeAbandonedLocks } from './download-lock.ts';
import { makeDirectories } from './make-directories.ts';
import { markStore } from './mark-store.ts';
import { PartialDownloads } from './partial-download.ts';
import { readRegularFile } from './regular-file.ts';
import { findSourceRecord, writeSourceRecord } from './source-record.ts';
import {
  digestOfEntry,
  entriesDirectory,
  entryFile,
  partialDirectory,
  recordFile,
  TAG_TEXT,
  tagFile,
} from './store-layout.ts';
import { namesIn } from './store-names.ts';
import { TemporaryFile } from './temporary-file.ts';
import { removeStaleTemporaryFiles } from './temporary-names.ts';
import { type UrlRecord, writeUrlRecord } from './url-record.ts';

/**
 * The local store: files named by their SHA-256, shared by all workspaces of a user and by any number of processes.
 * Its layout is that of store-layout.ts. An entry may have been damaged since it was made: who reads one hashes what
 * was read.
 */
export class BlobStore {
  readonly directory: string;

  /** Makes and reads nothing. */
  constructor(directory: string) {
    this.directory = directory;
  }

  /** Where new files are to be written before they are {@link add}ed. */
  get partialDirectory(): string {
    return partialDirectory(this.directory);
  }

  /** What of downloads is there that did not come to their end. */
  get partials(): PartialDownloads {
    return new PartialDownloads(this.partialDirectory);
  }

  /**
   * Makes the store's directories where they are missing, and removes what ended runs left of their downloads.
   *
   * @throws the system's error where it cannot be written to
   */
  async prepare(): Promise<void> {
    makeDirectories(this.partialDirectory);
    makeDirectories(entriesDirectory(this.directory));
    removeStaleTemporaryFiles(this.partialDirectory);
    // Whether files can be made there is best found out before anything relies on it.
    const probe = await TemporaryFile.create(this.partialDirectory);
    await probe.discard();
    await removeAbandonedLocks(this.partialDirectory);
    await this.partials.removeOld();
    markStore(this.directory);
  }

  /** The file that should hold these bytes; undefined where there is no regular file. */
  find(digest: Sha256): string | undefined {
    const file = entryFile(this.directory, digest);
    return findFileStats(file) && file;
  }

  /**
   * Makes `file`, whose bytes were just found to have this digest, the entry. To be second is no failure, for then
   * both are the same. What killed runs left of these bytes goes.
   *
   * @throws the system's error
   */
  async add(file: TemporaryFile, digest: Sha256): Promise<void> {
    await file.moveTo(entryFile(this.directory, digest));
    await this.partials.forget(digest);
  }

  /**
   * Records where the bytes of an entry came from, just now, in the place of what was recorded before.
   *
   * @throws the system's error
   */
  async recordSource(digest: Sha256, source: Pick<SourceRecord, 'kind' | 'url'>): Promise<void> {
    const record = { kind: source.kind, url: source.url, time: new Date().toISOString() };
    await writeSourceRecord(recordFile(this.directory, digest), record, this.partialDirectory);
  }

  /** As {@link writeUrlRecord}. */
  async recordUrl(urlSha256: Sha256, record: UrlRecord): Promise<number> {
    return writeUrlRecord(this.directory, urlSha256, record);
  }

  /** Where the bytes of an entry came from; undefined where that is not known. */
  findSource(digest: Sha256): SourceRecord | undefined {
    return findSourceRecord(recordFile(this.directory, digest));
  }

  /** Notes that an entry was used, so that it is not the first that goes. Never throws. */
  async touch(file: string): Promise<void> {
    try {
      const { mtime } = await stat(file);
      await utimes(file, new Date(), mtime);
    } catch {
      // Another run removed it, or it is another user's: what was copied is verified all the same.
    }
  }

  /**
   * Whether there is a directory where the store belongs.
   *
   * @throws BlobsError `BLOBS_STORE_UNUSABLE` where something else is, or where no directory can be
   */
  isThere(): boolean {
    const unusable = (problem: string): BlobsError =>
      new BlobsError('BLOBS_STORE_UNUSABLE', `${this.directory} cannot be the local store: ${problem}`, {
        hint: 'name a directory with BLOBS_STORE or blobs.store; "blobs config" tells which of them counts',
      });
    try {
      if (statSync(this.directory).isDirectory()) return true;
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw unusable(describeError(error));
      // No directory can be made where a link leads nowhere.
      if (!isLink(this.directory)) return false;
      throw unusable('it is a link that leads nowhere');
    }
    throw unusable('it is no directory');
  }

  /** Whether the directory is marked as a store that this program made. */
  isOurs(): boolean {
    try {
      return readRegularFile(tagFile(this.directory), TAG_TEXT.length).toString('utf8') === TAG_TEXT;
    } catch {
      return false;
    }
  }

  /**
   * All entries, by digest. What is not named as the layout names entries, or is no regular file, is none; nor is what a
   * symbolic link in the place of a directory leads to.
   *
   * @throws BlobsError `BLOBS_STORE_UNUSABLE` where a directory cannot be read
   */
  entries(): readonly StoreEntry[] {
    return [...this.entriesByDirectory()].flat();
  }

  /**
   * The same, a directory at a time: who walks a large store beside other work can pause in between.
   *
   * @throws BlobsError as {@link entries}
   */
  *entriesByDirectory(): Generator<readonly StoreEntry[]> {
    const root = entriesDirectory(this.directory);
    for (const directory of namesIn(root)) {
      yield namesIn(join(root, directory)).flatMap((name) => {
        const digest = digestOfEntry(directory, name);
        const entry = digest && this.findEntry(digest);
        return entry ? [entry] : [];
      });
    }
  }

  /** The entry with this digest as it is now; undefined where there is no regular file. */
  findEntry(digest: Sha256): StoreEntry | undefined {
    const file = entryFile(this.directory, digest);
    const stats = findFileStats(file);
    return stats && { digest, file, bytes: stats.size, usedMs: Math.max(stats.mtimeMs, stats.atimeMs) };
  }

  /**
   * Removes an entry, and what says where it came from. Who has it open reads on.
   *
   * @throws the system's error
   */
  async remove(digest: Sha256): Promise<void> {
    await rm(entryFile(this.directory, digest), { force: true });
    await rm(recordFile(this.directory, digest), { force: true });
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function findFileStats(file: string): Stats | undefined {
  try {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    return stats?.isFile() ? stats : undefined;
  } catch {
    return undefined;
  }
}
