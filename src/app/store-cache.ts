// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import type { Clock } from '../core/deps.ts';
import { BlobsError, describeError, type ErrorCode, systemCode } from '../core/errors.ts';
import type { CacheReport, CacheRow, Issue } from '../core/report.ts';
import { BlobStore } from '../store/blob-store.ts';
import { findUnneeded } from '../store/find-unneeded.ts';
import { hashFile } from '../store/hash-file.ts';
import { removeOrphanRecords } from '../store/orphan-records.ts';
import { removeShardsBefore } from '../store/save-shards.ts';

export interface PruneOptions {
  /** Bytes that may stay; the entries that were used last stay. */
  readonly maxSizeBytes?: number;
  /** Entries that were not used for so long go. */
  readonly unusedForMs?: number;
  readonly dryRun: boolean;
}

/** Where the local store belongs, whatever is there, and a note where it is switched off (`directory` is undefined). */
export function locateStore(directory: string | undefined): CacheReport {
  const issues =
    directory === undefined
      ? [note('BLOBS_NOTHING_SELECTED', 'the local store is switched off (BLOBS_STORE, blobs.store)')]
      : [];
  return { directory, rows: [], issues, unfinishedBytes: [], dryRun: false };
}

/**
 * What is in the local store at `directory` (undefined where it is switched off), with a note where there is none or none
 * that this program made. Changes nothing.
 *
 * @throws BlobsError `BLOBS_STORE_UNUSABLE` where something else than a directory is, or that cannot be read
 */
function listStore(directory: string | undefined): CacheReport {
  const report = locateStore(directory);
  if (directory === undefined) return report;
  const store = new BlobStore(directory);
  if (!store.isThere()) {
    return {
      ...report,
      issues: [note('BLOBS_NOTHING_SELECTED', `there is no local store at ${directory} yet`)],
    };
  }
  const issues = store.isOurs() ? [] : [note('BLOBS_STORE_UNUSABLE', noTag(directory))];
  return { ...report, rows: store.entries().map((entry) => ({ entry })), issues };
}

/** What is in the store, with a note where there is none, and where each entry came from. @throws as listStore */
export function listStoreWithSources(directory: string | undefined): CacheReport {
  const report = listStore(directory);
  if (directory === undefined) return report;
  const store = new BlobStore(directory);
  const rows = report.rows.map((row): CacheRow => {
    const source = store.findSource(row.entry.digest);
    return source === undefined ? row : { ...row, source };
  });
  return { ...report, rows };
}

/**
 * Hashes every entry of the store: an error for each that does not hold what its name says, which stays where it is,
 * since a fetch finds that out too and replaces it.
 *
 * @throws BlobsError `BLOBS_STORE_UNUSABLE`; the signal's reason
 */
export async function verifyStore(directory: string | undefined, signal: AbortSignal): Promise<CacheReport> {
  const report = listStore(directory);
  const rows: CacheRow[] = [];
  const issues = [...report.issues];
  for (const { entry } of report.rows) {
    const issue = await findWrong(entry, signal);
    if (issue) issues.push(issue);
    rows.push({ entry, good: issue === undefined });
  }
  return { ...report, rows, issues };
}

/**
 * Removes entries of the store, those first that were used longest ago, and what of downloads did not come to its end
 * and is no process's. Only files that the store's layout names, and only where the directory has the mark that this
 * program makes.
 *
 * @throws BlobsError `BLOBS_STORE_UNUSABLE` for a directory without that mark, and for what is none; the signal's reason
 */
export async function pruneStore(
  directory: string | undefined,
  options: PruneOptions,
  context: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<CacheReport> {
  const report = listStore(directory);
  if (directory === undefined) return report;
  const store = new BlobStore(directory);
  if (!existsSync(store.partialDirectory) && report.rows.length === 0) return report;
  if (!store.isOurs()) {
    throw new BlobsError('BLOBS_STORE_UNUSABLE', noTag(directory), {
      hint: 'nothing was removed; is it the local store? "blobs cache dir" tells where that is',
    });
  }
  const nowMs = context.clock.now();
  const { maxSizeBytes = Infinity, unusedForMs = Infinity, dryRun } = options;
  if (!dryRun) removeShardsBefore(directory, nowMs - unusedForMs);
  const issues = [...report.issues];
  const removed = new Map<CacheRow, boolean>();
  const entries = report.rows.map(({ entry }) => entry);
  const unneeded = findUnneeded(entries, { maxBytes: maxSizeBytes, unusedForMs, nowMs });
  for (const row of report.rows) {
    context.signal.throwIfAborted();
    const { digest, file } = row.entry;
    if (!unneeded.has(row.entry)) continue;
    const error = dryRun ? undefined : await store.remove(digest).catch((thrown: unknown) => thrown);
    if (error !== undefined) issues.push(accessIssue(`cannot remove ${file}`, error));
    removed.set(row, error === undefined);
  }
  const unfinishedBytes = await store.partials.removeOld({
    minAgeMs: options.unusedForMs ?? 0,
    nowMs,
    dryRun,
  });
  if (!dryRun) await removeOrphanRecords(directory, { nowMs });
  return {
    ...report,
    unfinishedBytes,
    rows: report.rows.map((row) => ({ ...row, removed: removed.get(row) ?? false })),
    issues,
    dryRun,
  };
}

async function findWrong(entry: CacheRow['entry'], signal: AbortSignal): Promise<Issue | undefined> {
  try {
    const { sha256 } = await hashFile(entry.file, signal);
    if (sha256 === entry.digest) return undefined;
    return {
      severity: 'error',
      code: 'BLOBS_HASH_MISMATCH',
      message: `an entry of the store is damaged: ${entry.digest}`,
      facts: [`expected ${entry.digest}  got ${sha256}  from ${entry.file}`],
      hint: 'remove the file; the next fetch would not use it either',
      file: entry.file,
    };
  } catch (error) {
    signal.throwIfAborted();
    // Pruned by another run.
    if (systemCode(error) === 'ENOENT') return undefined;
    return { ...accessIssue(`cannot read ${entry.file}`, error), file: entry.file };
  }
}

function accessIssue(what: string, error: unknown): Issue {
  return { severity: 'error', code: 'BLOBS_FILE_ACCESS', message: `${what}: ${describeError(error)}` };
}

function note(code: ErrorCode, message: string): Issue {
  return { severity: 'info', code, message };
}

function noTag(directory: string): string {
  return `${directory} has no CACHEDIR.TAG of this program`;
}
