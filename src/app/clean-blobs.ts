// SPDX-License-Identifier: Apache-2.0
import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Blob } from '../core/blob.ts';
import { BlobsError, systemCode } from '../core/errors.ts';
import type { CleanReport, CleanRow, Issue } from '../core/report.ts';
import { assertInsideBlobs, blobsDirectory, findRealBlobsDirectory } from '../module/blob-path.ts';
import { withAnchoredDirectory } from '../store/anchored-directory.ts';
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
  const { modules, blobs, issues } = await loadModules(options, signal);
  if (!options.dryRun) tidyModules(blobs, modules);
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
    const kept = new Set(modules.flatMap((module) => module.blobs).map((blob) => blob.abspath));
    for (const directory of new Set(blobs.map((blob) => blob.moduleDirectory))) {
      removeEmptyDirectories(directory, kept);
    }
  }
  return { rows, issues: [...issues, ...found], dryRun: options.dryRun };
}

async function cleanOne(blob: Blob, options: CleanOptions, signal: AbortSignal): Promise<CleanRow> {
  assertInsideBlobs(blob.moduleDirectory, blob.path, blob.module);
  if (options.dryRun) {
    const { row } = await findBlobState(blob, signal);
    const stat = lstatSync(blob.abspath, { throwIfNoEntry: false });
    return {
      ...row,
      removed: stat !== undefined && !stat.isDirectory(),
      freedBytes: stat?.isFile() ? stat.size : 0,
    };
  }
  const root = findRealBlobsDirectory(blob.moduleDirectory);
  if (root === undefined) return { blob, status: 'D', removed: false, freedBytes: 0 };
  return withAnchoredDirectory(dirname(blob.abspath), root, (directory) => {
    const file = join(directory, basename(blob.abspath));
    const stat = lstatSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return { blob, status: 'D', removed: false, freedBytes: 0 };
    if (stat.isDirectory()) return { blob, status: 'M', removed: false, freedBytes: 0 };
    unlinkSync(file);
    return { blob, status: 'D', removed: true, freedBytes: stat.isFile() ? stat.size : 0 };
  });
}

function removeEmptyDirectories(moduleDirectory: string, kept: ReadonlySet<string>): void {
  const root = findRealBlobsDirectory(moduleDirectory);
  if (root === undefined) return;
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
      withAnchoredDirectory(dirname(directory), root, (parent) =>
        rmdirSync(join(parent, basename(directory))),
      );
    } catch (error) {
      // Not empty, not ours to remove, or no longer where it was: it stays.
      if (!(error instanceof BlobsError) && systemCode(error) === undefined) throw error;
    }
  }
}

/** The directories in `directory`. A git repository has none: what it holds empty, it needs. */
function childDirectories(directory: string): string[] {
  try {
    // A symbolic link to a directory is no directory here, so nothing outside is reached.
    const entries = readdirSync(directory, { withFileTypes: true });
    if (entries.some((entry) => entry.name === '.git')) return [];
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(directory, entry.name));
  } catch {
    return [];
  }
}
