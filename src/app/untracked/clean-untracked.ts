// SPDX-License-Identifier: Apache-2.0
import { lstatSync, rmdirSync, unlinkSync } from 'node:fs';
import { BlobsError, describeError, systemCode } from '../../core/errors.ts';
import type { Issue, UntrackedReport, UntrackedRow } from '../../core/report.ts';
import { escapeControls } from '../../core/text.ts';
import { withAnchoredDirectory } from '../../store/anchored-directory.ts';
import { findUntracked, type UntrackedFiles, type UntrackedQuery } from './find-untracked.ts';
import { below, type FoundFile } from './walk-files.ts';

export interface CleanUntrackedOptions extends UntrackedQuery {
  readonly dryRun: boolean;
}

/**
 * Deletes what {@link listUntracked} lists, then the directories below `zephyr/blobs` that are empty. A symbolic link
 * goes, never what it leads to.
 *
 * @throws BlobsError where there is nothing to clean; the signal's reason.
 */
export async function cleanUntracked(
  options: CleanUntrackedOptions,
  signal: AbortSignal,
): Promise<UntrackedReport> {
  const { dryRun } = options;
  const { found, issues } = await findUntracked(options, signal);
  const rows: UntrackedRow[] = [];
  const failures: Issue[] = [];
  for (const one of found) {
    for (const { row, ...file } of one.files) {
      signal.throwIfAborted();
      try {
        rows.push({ ...row, removed: dryRun || removeFile(one.root, file) });
      } catch (error) {
        failures.push(removalIssue(row, error));
        rows.push({ ...row, removed: false });
      }
    }
    if (!dryRun) removeEmptyDirectories(one);
  }
  return { rows, issues: [...issues, ...failures], dryRun };
}

/** False where it is gone, or has become a directory. */
function removeFile(root: string, { directory, name }: FoundFile): boolean {
  return withAnchoredDirectory(below(root, directory), root, (anchored) => {
    const file = below(anchored, name);
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (stats === undefined || stats.isDirectory()) return false;
    unlinkSync(file);
    return true;
  });
}

function removeEmptyDirectories({ root, directories }: UntrackedFiles): void {
  // Those above come before those below, so the way back removes the deepest first.
  for (const directory of [...directories].reverse()) {
    const slash = directory.lastIndexOf('/');
    const parent = directory.subarray(0, Math.max(0, slash));
    try {
      withAnchoredDirectory(below(root, parent), root, (anchored) =>
        rmdirSync(below(anchored, directory.subarray(slash + 1))),
      );
    } catch (error) {
      // Not empty, not ours to remove, or no longer where it was: it stays.
      if (!(error instanceof BlobsError) && systemCode(error) === undefined) throw error;
    }
  }
}

function removalIssue({ module, path, abspath }: UntrackedRow, error: unknown): Issue {
  if (!(error instanceof BlobsError) && systemCode(error) === undefined) throw error;
  return {
    severity: 'error',
    code: error instanceof BlobsError ? error.code : 'BLOBS_FILE_ACCESS',
    message: `cannot remove ${module}: ${escapeControls(path)}: ${describeError(error)}`,
    module,
    path: escapeControls(path),
    file: abspath,
  };
}
