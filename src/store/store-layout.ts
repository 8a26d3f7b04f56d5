// SPDX-License-Identifier: Apache-2.0
import { basename, dirname, join } from 'node:path';
import { findSha256, type Sha256 } from '../core/sha256.ts';

// The layout of the local store, version 1. What it does not name is never touched.
//
//   STORE/CACHEDIR.TAG           says that this is a cache (bford.info/cachedir), and that this program made it
//   STORE/v1/sha256/ab/abcd…     bytes with the SHA-256 abcd…, complete and verified when they appeared
//   STORE/v1/sources/ab/abcd….json  where the bytes of the entry abcd… came from; see source-record.ts
//   STORE/v1/urls/ab/abcd….json  what the URL with the SHA-256 abcd… gave; see url-record.ts
//   STORE/v1/housekeeping.lock   the server that removes entries; see download-lock.ts
//   STORE/v1/partial/.blobs-…    downloads under way; see temporary-names.ts
//   STORE/v1/partial/abcd….part  what came of abcd… before the download ended; see partial-download.ts
//   STORE/v1/partial/abcd….lock  the process that downloads abcd…; see download-lock.ts
//   STORE/v1/….lock.removing     the process that removes a lock which is nobody's
//   STORE/v1/serve/….jsonl       what a server counted, one file for each address that it listens on; see statistics-file.ts
//   STORE/v1/index/u<uid>/….idx  what that user's runs found out about a directory's files; see index-shard.ts
//
// Entries are never changed in place. Another layout will be another version beside this one.

/** The first bytes of every CACHEDIR.TAG, by its specification. */
const TAG_SIGNATURE = 'Signature: 8a477f597d28d172789f06886806bc55';

/** What CACHEDIR.TAG holds. */
export const TAG_TEXT = `${TAG_SIGNATURE}
# This file marks a cache of blobs, made by zephyr-blobs. Delete the directory whenever you like;
# "blobs cache prune" deletes a part of it.
`;

/** Where CACHEDIR.TAG is. */
export function tagFile(store: string): string {
  return join(store, 'CACHEDIR.TAG');
}

/** The directory of all entries' directories. */
export function entriesDirectory(store: string): string {
  return join(store, 'v1', 'sha256');
}

/** Where the bytes with this digest are, if they are there. */
export function entryFile(store: string, digest: Sha256): string {
  return join(entriesDirectory(store), digest.slice(0, 2), digest);
}

/** The directory of all records' directories. */
export function recordsDirectory(store: string): string {
  return join(store, 'v1', 'sources');
}

/** What says where the bytes with this digest came from, if that is known. */
export function recordFile(store: string, digest: Sha256): string {
  return join(recordsDirectory(store), digest.slice(0, 2), `${digest}.json`);
}

/** The directory of all URL records' directories. */
export function urlRecordsDirectory(store: string): string {
  return join(store, 'v1', 'urls');
}

/** What says which bytes a URL gave, by the SHA-256 of the URL. */
export function urlRecordFile(store: string, urlSha256: Sha256): string {
  return join(urlRecordsDirectory(store), urlSha256.slice(0, 2), `${urlSha256}.json`);
}

/** The file that says which server removes entries. */
export function housekeepingLock(store: string): string {
  return join(store, 'v1', 'housekeeping.lock');
}

/** Where downloads lie until they are complete. */
export function partialDirectory(store: string): string {
  return join(store, 'v1', 'partial');
}

/** Whether a directory is named as some store's {@link partialDirectory} is. */
export function isPartialDirectory(directory: string): boolean {
  return basename(directory) === 'partial' && basename(dirname(directory)) === 'v1';
}

/** The file that says which process downloads this digest. */
export function lockFile(store: string, digest: Sha256): string {
  return join(partialDirectory(store), `${digest}.lock`);
}

/** The digest that a record in `directory` is named by; undefined for a name that this layout does not have. */
export function digestOfRecord(directory: string, name: string): Sha256 | undefined {
  return name.endsWith('.json') ? digestOfEntry(directory, name.slice(0, -'.json'.length)) : undefined;
}

/** The digest that an entry of `directory` is named by; undefined for a name that this layout does not have. */
export function digestOfEntry(directory: string, name: string): Sha256 | undefined {
  const digest = findSha256(name);
  return digest === name && name.startsWith(directory) && directory.length === 2 ? digest : undefined;
}

/** The directory of what is remembered of files; each user has one, since what it says is believed. */
export function indexDirectory(store: string): string {
  return join(store, 'v1', 'index', `u${process.geteuid?.() ?? ''}`);
}

/** The file that holds the shard of `owner`. Two owners may have one file: it says whose it is. */
export function shardFile(store: string, owner: string): string {
  return join(indexDirectory(store), `${nameOf(owner)}.idx`);
}

/** Whether a file of the index's directory is a shard by its name. */
export function isShardName(name: string): boolean {
  return /^[0-9a-f]{16}\.idx$/.test(name);
}

/** The directory of what servers counted. */
export function statisticsDirectory(store: string): string {
  return join(store, 'v1', 'serve');
}

/** What the server that calls itself `instance` counted. */
export function statisticsFile(store: string, instance: string): string {
  return join(statisticsDirectory(store), `${nameOf(instance)}.jsonl`);
}

/** Whether a file of the statistics' directory is some server's by its name. */
export function isStatisticsName(name: string): boolean {
  return /^[0-9a-f]{16}\.jsonl$/.test(name);
}

/** FNV-1a, twice 32 bits: no cryptography is needed to spread names. */
function nameOf(text: string): string {
  let [one, other] = [0x811c9dc5, 0x01000193];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    one = Math.imul(one ^ unit, 0x01000193);
    other = Math.imul(other ^ unit, 0x85ebca6b);
  }
  return [one, other].map((part) => (part >>> 0).toString(16).padStart(8, '0')).join('');
}
