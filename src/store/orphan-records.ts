// SPDX-License-Identifier: Apache-2.0
import { lstatSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { isRecord } from '../core/record.ts';
import { findSha256, type Sha256 } from '../core/sha256.ts';
import { readRegularFile } from './regular-file.ts';
import { digestOfRecord, entryFile, recordsDirectory, urlRecordsDirectory } from './store-layout.ts';
import { namesIn } from './store-names.ts';

const MAX_BYTES = 16 * 1024;
/** So many records are looked at before others have their turn: some milliseconds. */
const AT_ONCE = 100;
/** A record may be there a moment before its entry. */
const MIN_AGE_MS = 60_000;

/** Removes what says where an entry came from, and what a URL led to, where the entry is gone. Never throws. */
export async function removeOrphanRecords(store: string): Promise<void> {
  await removeRecords(recordsDirectory(store), (digest) => isGone(store, digest));
  await removeRecords(urlRecordsDirectory(store), (_, file) => {
    if (Date.now() - lstatSync(file).mtimeMs < MIN_AGE_MS) return false;
    const digest = findRecordedDigest(file);
    return digest === undefined || isGone(store, digest);
  });
}

async function removeRecords(
  root: string,
  isOrphan: (digest: Sha256, file: string) => boolean,
): Promise<void> {
  let seen = 0;
  try {
    for (const directory of namesIn(root)) {
      // None where a link is: what it leads to is not the store's, even by such a name.
      for (const name of namesIn(join(root, directory))) {
        seen += 1;
        if (seen % AT_ONCE === 0) await setImmediate();
        const digest = digestOfRecord(directory, name);
        const file = join(root, directory, name);
        if (digest && isOrphan(digest, file)) await rm(file, { force: true });
      }
    }
  } catch {
    // Another user's, or no file: it is in nobody's way.
  }
}

function isGone(store: string, digest: Sha256): boolean {
  return lstatSync(entryFile(store, digest), { throwIfNoEntry: false }) === undefined;
}

/** The digest that the record of a URL names; undefined where the record is damaged, and of no use. */
function findRecordedDigest(file: string): Sha256 | undefined {
  try {
    const value: unknown = JSON.parse(readRegularFile(file, MAX_BYTES).toString('utf8'));
    const digest = isRecord(value) ? value['digest'] : undefined;
    return typeof digest === 'string' ? findSha256(digest) : undefined;
  } catch {
    return undefined;
  }
}
