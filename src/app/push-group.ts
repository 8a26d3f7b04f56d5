// SPDX-License-Identifier: Apache-2.0
import { type Blob, blobLabel } from '../core/blob.ts';
import { describeError } from '../core/errors.ts';
import type { Issue, MirrorRow } from '../core/report.ts';
import type { Sha256 } from '../core/sha256.ts';
import { isPresent } from '../fetch/oci/push-blob.ts';
import { assertInsideBlobs } from '../module/blob-path.ts';
import { hashFile } from '../store/hash-file.ts';
import type { BlobState } from './blob-state.ts';
import type { Caches } from './caches.ts';
import type { MirrorTarget } from './mirror-target.ts';

export interface PushContext {
  readonly target: MirrorTarget;
  readonly caches: Caches;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/** What became of one blob. */
export interface Pushed {
  readonly row: MirrorRow;
  readonly issues: readonly Issue[];
}

/**
 * Pushes bytes that one or several entries want, once; the first entry that has them here gives them.
 *
 * @throws the signal's reason
 */
export async function pushGroup(
  group: readonly BlobState[],
  context: PushContext,
): Promise<readonly (Pushed & { readonly state: BlobState })[]> {
  const pushed: (Pushed & { readonly state: BlobState })[] = [];
  let bytes: number | undefined;
  for (const state of group) {
    const one =
      bytes === undefined
        ? await pushOne(state, context)
        : { row: { ...state.row, result: 'present' as const, mirroredBytes: bytes }, issues: [] };
    bytes = one.row.mirroredBytes;
    pushed.push({ ...one, state });
  }
  return bytes === undefined ? pushed : describe(pushed, bytes, context);
}

/** Makes known what the blobs are. Without that, they are not pushed. */
async function describe(
  pushed: readonly (Pushed & { readonly state: BlobState })[],
  sizeBytes: number,
  { target, dryRun, signal }: PushContext,
): Promise<readonly (Pushed & { readonly state: BlobState })[]> {
  const blobs = pushed.map(({ row }) => row.blob);
  const [first] = blobs;
  if (dryRun || first === undefined) return pushed;
  try {
    await target.describe?.(first.digest, blobs, sizeBytes);
    return pushed;
  } catch (error) {
    signal.throwIfAborted();
    return pushed.map(({ state, issues }) => {
      const issue = target.explain(state.row.blob, error);
      if (issue === undefined) throw error;
      return { state, row: { ...state.row, result: 'failed' }, issues: [...issues, issue] };
    });
  }
}

async function pushOne(state: BlobState, context: PushContext): Promise<Pushed> {
  const { target, signal } = context;
  const { row } = state;
  const { blob } = row;
  try {
    const found = await target.find(blob.digest, signal);
    const bytes = row.status === 'A' ? row.bytes : undefined;
    const mirroredBytes = found?.bytes ?? bytes;
    if (found?.good && isPresent(found, bytes) && mirroredBytes !== undefined) {
      return { row: { ...row, result: 'present', mirroredBytes }, issues: [] };
    }
    const result = await copyFromHere(state, context);
    return found?.good === false && result.row.mirroredBytes !== undefined
      ? { ...result, issues: [...result.issues, replacedWarning(blob, context)] }
      : result;
  } catch (error) {
    signal.throwIfAborted();
    const issue = target.explain(blob, error);
    if (issue === undefined) throw error;
    return { row: { ...row, result: 'failed' }, issues: [issue] };
  }
}

/** @throws what keeps the bytes from being written to the mirror */
async function copyFromHere({ row, sha256, issue }: BlobState, context: PushContext): Promise<Pushed> {
  const { blob, status } = row;
  const wrong = [
    ...(sha256 !== undefined && status === 'M' ? [mismatch(blob, sha256, blob.abspath)] : []),
    ...(issue === undefined ? [] : [issue.message]),
  ];
  const local = context.caches.findLocal(blob).map(({ file }) => file);
  for (const source of status === 'A' ? [blob.abspath, ...local] : local) {
    const found = await hashOrExplain(source, blob, context.signal);
    if (typeof found === 'string') {
      wrong.push(found);
      continue;
    }
    const mirroredBytes = context.dryRun
      ? found.bytes
      : await context.target.add(source, blob.digest, context.signal);
    return { row: { ...row, result: 'pushed', source, mirroredBytes }, issues: [] };
  }
  return { row: { ...row, result: 'failed' }, issues: [missingIssue(blob, wrong)] };
}

/** The size of a file that has the blob's bytes; what is wrong with any other. */
async function hashOrExplain(
  file: string,
  blob: Blob,
  signal: AbortSignal,
): Promise<{ readonly bytes: number } | string> {
  try {
    if (file === blob.abspath) assertInsideBlobs(blob.moduleDirectory, blob.path, blob.module);
    // Looked at before it is copied: a cache's file may be large, and have nothing but its name in common with the blob.
    const { sha256, bytes } = await hashFile(file, signal);
    return sha256 === blob.digest ? { bytes } : mismatch(blob, sha256, file);
  } catch (error) {
    signal.throwIfAborted();
    return `cannot read ${file}: ${describeError(error)}`;
  }
}

function mismatch({ digest }: Blob, sha256: Sha256, file: string): string {
  return `expected ${digest}  got ${sha256}  from ${file}`;
}

function missingIssue(blob: Blob, wrong: readonly string[]): Issue {
  const isMismatch = wrong.some((fact) => fact.startsWith('expected '));
  const why = isMismatch
    ? 'only other bytes are here'
    : 'it is neither in its module nor in the store or a cache';
  return {
    severity: 'error',
    code: isMismatch ? 'BLOBS_HASH_MISMATCH' : 'BLOBS_MISSING',
    message: `cannot push ${blobLabel(blob)}: ${why}`,
    ...(wrong.length === 0 ? {} : { facts: wrong }),
    hint: `run "blobs fetch ${blob.module}" first`,
    module: blob.module,
    path: blob.path,
  };
}

function replacedWarning(blob: Blob, { target, dryRun }: PushContext): Issue {
  return {
    severity: 'warning',
    code: 'BLOBS_HASH_MISMATCH',
    message: `the mirror's file for ${blobLabel(blob)} was damaged and ${dryRun ? 'would be' : 'is'} replaced`,
    facts: [target.nameOf(blob.digest)],
    module: blob.module,
    path: blob.path,
  };
}
