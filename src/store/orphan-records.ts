// SPDX-License-Identifier: Apache-2.0
import { lstatSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Sha256 } from '../core/sha256.ts';
import { digestOfRecord, entryFile, recordsDirectory, urlRecordsDirectory } from './store-layout.ts';
import { namesIn } from './store-names.ts';
import { findUrlRecord } from './url-record.ts';

/** So many records are looked at before others have their turn: some milliseconds. */
const AT_ONCE = 100;
/** A record may be there a moment before its entry. */
const MIN_AGE_MS = 60_000;
/** So long after its time the record of a URL is still good for asking whether its bytes hold. */
const GRACE_MS = 30 * 24 * 60 * 60 * 1000;
const MAX_URL_RECORDS = 100_000;

interface SweepRules {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Records of URLs that may stay: those that upstream vouched for last. */
  readonly maxUrlRecords?: number;
}

/** The record of a URL that is of use. */
interface UsefulRecord {
  readonly file: string;
  readonly bytes: number;
  readonly validatedAtMs: number;
}

/**
 * Removes what says where an entry came from, and what a URL led to, where the entry is gone; and of the records of URLs
 * those that are far too old, or too many. Resolves with the bytes of the records of URLs that stay. Never throws.
 */
export async function removeOrphanRecords(
  store: string,
  { nowMs, maxUrlRecords = MAX_URL_RECORDS }: SweepRules,
): Promise<number> {
  await forEachRecord(recordsDirectory(store), async (digest, file) => {
    if (isGone(store, digest)) await rm(file, { force: true });
  });
  const useful: UsefulRecord[] = [];
  await forEachRecord(urlRecordsDirectory(store), async (urlSha256, file) => {
    const { mtimeMs, size: bytes } = lstatSync(file);
    const record = findUrlRecord(store, urlSha256);
    const isUseful =
      record !== undefined &&
      !isGone(store, record.digest) &&
      nowMs - record.validatedAtMs <= record.ttlMs + GRACE_MS;
    if (isUseful || nowMs - mtimeMs < MIN_AGE_MS) {
      useful.push({ file, bytes, validatedAtMs: record?.validatedAtMs ?? mtimeMs });
    } else await rm(file, { force: true });
  });
  useful.sort((one, other) => other.validatedAtMs - one.validatedAtMs);
  for (const { file } of useful.splice(maxUrlRecords)) await rm(file, { force: true }).catch(() => undefined);
  return useful.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Does `look` with every record below `root`. What it throws for one is no matter to the others. */
async function forEachRecord(
  root: string,
  look: (name: Sha256, file: string) => Promise<void>,
): Promise<void> {
  let seen = 0;
  for (const directory of findNames(root)) {
    // None where a link is: what it leads to is not the store's, even by such a name.
    for (const name of findNames(join(root, directory))) {
      seen += 1;
      if (seen % AT_ONCE === 0) await setImmediate();
      const named = digestOfRecord(directory, name);
      // Another user's, or no file: it is in nobody's way.
      if (named) await look(named, join(root, directory, name)).catch(() => undefined);
    }
  }
}

function findNames(directory: string): readonly string[] {
  try {
    return namesIn(directory);
  } catch {
    return [];
  }
}

function isGone(store: string, digest: Sha256): boolean {
  return lstatSync(entryFile(store, digest), { throwIfNoEntry: false }) === undefined;
}
