// SPDX-License-Identifier: Apache-2.0
import { statSync } from 'node:fs';
import { type Blob, blobLabel } from '../core/blob.ts';
import { BlobsError, describeError, makeRoomHint, saysNoSpace, systemCode } from '../core/errors.ts';
import type { BlobRow, Issue } from '../core/report.ts';
import type { Sha256 } from '../core/sha256.ts';
import { assertInsideBlobs } from '../module/blob-path.ts';
import type { FileIndex } from '../store/file-index.ts';

// What the system answers where a file is not there: also below a file, and for a name no file can have.
const ABSENT = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

/** Whether `error` says that there is no file at a path. */
export function saysAbsent(error: unknown): boolean {
  return ABSENT.has(systemCode(error) ?? '');
}

/** A blob's state, and what kept it from being seen. */
export interface BlobState {
  readonly row: BlobRow;
  /** What the file's bytes hash to, where there is a file. */
  readonly sha256?: Sha256;
  readonly issue?: Issue;
}

/**
 * How `blob` stands on disk: reads and hashes the file, unless `index` knows it. Anything but a regular file, and one
 * that cannot be read, is status `M`.
 *
 * @throws the signal's reason when it is aborted.
 */
export async function findBlobState(blob: Blob, signal: AbortSignal, index?: FileIndex): Promise<BlobState> {
  try {
    const stats = statSync(blob.abspath, { throwIfNoEntry: false });
    if (stats === undefined) return { row: { blob, status: 'D' } };
    if (!stats.isFile()) return { row: { blob, status: 'M' } };
    // Much time may have passed since module.yml was read.
    assertInsideBlobs(blob.moduleDirectory, blob.path, blob.module);
    // What hashes is loaded with the first file that needs it.
    const { hashStampedFile } = await import('../store/hash-file.ts');
    const { sha256, bytes, stamp } = await hashStampedFile(blob.abspath, signal);
    if (stamp !== undefined) index?.addDigest(blob.moduleDirectory, blob.path, stamp, sha256);
    return stateOf(blob, sha256, bytes);
  } catch (error) {
    if (saysAbsent(error)) return { row: { blob, status: 'D' } };
    if (signal.aborted || !(error instanceof Error && 'code' in error)) throw error;
    return { row: { blob, status: 'M' }, issue: accessIssue(blob, 'read', error) };
  }
}

function stateOf(blob: Blob, sha256: Sha256, bytes: number): BlobState {
  return { row: { blob, status: sha256 === blob.digest ? 'A' : 'M', bytes }, sha256 };
}

/** The states of `blobs`, in their order. What `index` knows is not read. */
export async function findBlobStates(
  blobs: readonly Blob[],
  signal: AbortSignal,
  index?: FileIndex,
): Promise<BlobState[]> {
  const known = index ? recallStates(blobs, index) : undefined;
  const states: BlobState[] = [];
  for (const blob of blobs) states.push(known?.get(blob) ?? (await findBlobState(blob, signal, index)));
  return states;
}

/**
 * The states that need no file to be opened: of what is absent, and of regular files that `index` knows. That no link
 * leads to them from elsewhere was seen a moment ago, when module.yml was read or remembered.
 */
function recallStates(blobs: readonly Blob[], index: FileIndex): ReadonlyMap<Blob, BlobState> {
  const states = new Map<Blob, BlobState>();
  for (const blob of blobs) {
    try {
      const stats = index.look(blob.abspath);
      if (stats === undefined) states.set(blob, { row: { blob, status: 'D' } });
      if (!stats?.isFile()) continue;
      const sha256 = index.findDigest(blob.moduleDirectory, blob.path, stats);
      if (sha256 !== undefined) states.set(blob, stateOf(blob, sha256, Number(stats.size)));
    } catch {
      // Looked at once more, alone, it says what is wrong.
    }
  }
  return states;
}

/** An issue for a blob's file that cannot be read, written or removed, or that has become unsafe to touch. */
export function accessIssue(blob: Blob, verb: 'read' | 'write' | 'remove', error: unknown): Issue {
  const known = error instanceof BlobsError ? error : undefined;
  const hint = saysNoSpace(error) ? makeRoomHint(blob.moduleDirectory) : known?.details.hint;
  return {
    severity: 'error',
    code: known?.code ?? (saysNoSpace(error) ? 'BLOBS_NO_SPACE' : 'BLOBS_FILE_ACCESS'),
    message: `cannot ${verb} ${blobLabel(blob)}: ${describeError(error)}`,
    ...(hint === undefined ? {} : { hint }),
    module: blob.module,
    path: blob.path,
  };
}
