// SPDX-License-Identifier: Apache-2.0
import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Blob } from '../core/blob.ts';
import { systemCode } from '../core/errors.ts';
import type { CleanReport, CleanRow, Issue } from '../core/report.ts';
import { assertInsideBlobs, BLOBS_DIRECTORY, blobsDirectory, PathGuard } from '../module/blob-path.ts';
import { accessIssue, findBlobState, saysAbsent } from './blob-state.ts';
import { type BlobQuery, loadModules } from './load-modules.ts';
import { tidyModules } from './place-blob.ts';

export interface CleanOptions extends BlobQuery {
  readonly dryRun: boolean;
}

/**
 * Deletes the files of the selected blobs, whatever their status, then the directories below `zephyr/blobs` that
 * are empty. Leaves every other file alone, and a directory at a blob's place too.
 *
 * @throws BlobsError where there is nothing to clean; the signal's reason.
 */
export async function cleanBlobs(options: CleanOptions, signal: AbortSignal): Promise<CleanReport> {
  const { blobs, issues } = await loadModules(options);
  if (!options.dryRun) tidyModules(blobs);
  const rows: CleanRow[] = [];
  const found: Issue[] = [];
  for (const blob of blobs) {
    signal.throwIfAborted();
    try {
      rows.push(await cleanOne(blob, options, signal));
    } catch (error) {
      signal.throwIfAborted();
      if (saysAbsent(error)) {
        rows.push({ blob, status: 'D', removed: false, freedBytes: 0 });
        continue;
      }
      found.push(accessIssue(blob, 'remove', error));
      rows.push({ blob, status: 'M', removed: false, freedBytes: 0 });
    }
  }
  if (!options.dryRun) {
    // A directory at a blob's place is somebody's: it stays even when it is empty.
    const kept = new Set(blobs.map((blob) => blob.abspath));
    for (const directory of new Set(blobs.map((blob) => blob.moduleDirectory))) {
      removeEmptyDirectories(directory, kept);
    }
  }
  return { rows, issues: [...issues, ...found], dryRun: options.dryRun };
}

async function cleanOne(blob: Blob, options: CleanOptions, signal: AbortSignal): Promise<CleanRow> {
  assertInsideBlobs(blob.moduleDirectory, blob.path, blob.module);
  const stat = lstatSync(blob.abspath, { throwIfNoEntry: false });
  if (stat === undefined) return { blob, status: 'D', removed: false, freedBytes: 0 };
  if (stat.isDirectory()) return { blob, status: 'M', removed: false, freedBytes: 0 };
  const freedBytes = stat.isFile() ? stat.size : 0;
  if (options.dryRun) {
    const { row } = await findBlobState(blob, signal);
    return { ...row, removed: true, freedBytes };
  }
  unlinkSync(blob.abspath);
  return { blob, status: 'D', removed: true, freedBytes };
}

function removeEmptyDirectories(moduleDirectory: string, kept: ReadonlySet<string>): void {
  if (!new PathGuard(moduleDirectory).staysInside(BLOBS_DIRECTORY, 'x')) return;
  const pending = [blobsDirectory(moduleDirectory)];
  const found: string[] = [];
  // Parents come before their children, so the way back removes the deepest first.
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    for (const child of childDirectories(directory)) {
      if (kept.has(child)) continue;
      pending.push(child);
      found.push(child);
    }
  }
  for (const directory of found.reverse()) {
    try {
      rmdirSync(directory);
    } catch (error) {
      // Not empty, or not ours to remove: it stays.
      if (systemCode(error) === undefined) throw error;
    }
  }
}

function childDirectories(directory: string): string[] {
  try {
    // A symbolic link to a directory is no directory here, so nothing outside is reached.
    const entries = readdirSync(directory, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(directory, entry.name));
  } catch {
    return [];
  }
}
