// SPDX-License-Identifier: Apache-2.0
import { lstatSync } from 'node:fs';
import { type Blob, blobLabel, type Module } from '../core/blob.ts';
import type { Issue } from '../core/report.ts';
import { assertInsideBlobs, blobsDirectory, findRealBlobsDirectory } from '../module/blob-path.ts';
import type { FileIndex } from '../store/file-index.ts';
import { findPlacedStamp } from '../store/file-stamp.ts';
import type { TemporaryFile } from '../store/temporary-file.ts';
import { removeStaleTemporaryFiles } from '../store/temporary-names.ts';
import { accessIssue } from './blob-state.ts';

/** Why no file can be put at the blob's place; undefined when one can. */
export function findPlaceProblem(blob: Blob): Issue | undefined {
  try {
    assertInsideBlobs(blob.moduleDirectory, blob.path, blob.module);
    if (!lstatSync(blob.abspath, { throwIfNoEntry: false })?.isDirectory()) return undefined;
  } catch (error) {
    return accessIssue(blob, 'write', error);
  }
  return {
    severity: 'error',
    code: 'BLOBS_NOT_A_FILE',
    message: `cannot fetch ${blobLabel(blob)}: a directory is at its place`,
    facts: [blob.abspath],
    hint: 'move the directory away',
    module: blob.module,
    path: blob.path,
  };
}

/**
 * Puts a copy of `file`, or at last `file` itself, at the blob's place; an issue when that fails. `file` holds what the
 * blob declares, which `index` learns.
 */
export async function placeBlob(
  file: TemporaryFile,
  blob: Blob,
  { isLast, index }: { readonly isLast: boolean; readonly index?: FileIndex | undefined },
): Promise<Issue | undefined> {
  const problem = findPlaceProblem(blob);
  if (problem) return problem;
  try {
    const moved = isLast ? await file.handle.stat({ bigint: true }) : undefined;
    const written =
      moved && (await file.moveTo(blob.abspath))
        ? moved
        : await file.copyTo(blob.abspath, blobsDirectory(blob.moduleDirectory));
    const stamp = index && findPlacedStamp(written, lstatSync(blob.abspath, { bigint: true }));
    if (stamp) index?.addDigest(blob.moduleDirectory, blob.path, stamp, blob.digest);
    return undefined;
  } catch (error) {
    return accessIssue(blob, 'write', error);
  }
}

/** Removes what ended runs left behind in the modules of `blobs`, and nothing that is declared. */
export function tidyModules(blobs: readonly Blob[], modules: readonly Module[]): void {
  const declared = new Set(modules.flatMap((module) => module.blobs).map((blob) => blob.abspath));
  for (const directory of new Set(blobs.map((blob) => blob.moduleDirectory))) {
    if (findRealBlobsDirectory(directory) === undefined) continue;
    removeStaleTemporaryFiles(blobsDirectory(directory), (path) => declared.has(path));
  }
}
