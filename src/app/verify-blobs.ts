// SPDX-License-Identifier: Apache-2.0
import { type Blob, blobLabel } from '../core/blob.ts';
import type { BlobReport, Issue } from '../core/report.ts';
import type { LinkEvidence } from '../core/taint.ts';
import { count } from '../core/text.ts';
import { isIncomplete } from '../taint/taint-state.ts';
import { type BlobState, findBlobStates } from './blob-state.ts';
import { findLinked } from './find-linked.ts';
import { type BlobQuery, loadModules } from './load-modules.ts';

export interface VerifyOptions extends BlobQuery {
  /** Whether a blob that is not there passes. */
  readonly allowMissing: boolean;
  /** Absolute: verifies only what the build in this directory links. */
  readonly buildDirectory?: string;
}

export interface VerifyReport extends BlobReport {
  /** Why each blob of `rows` is linked; absent where no build was asked about. */
  readonly evidence?: ReadonlyMap<Blob, readonly LinkEvidence[]>;
  /** Whether these may not be all that the build links, since not everything of it could be read. */
  readonly isIncomplete: boolean;
}

/**
 * Reads and hashes every selected blob, or those of them that a build links; an issue for each that is wrong
 * (BLOBS_HASH_MISMATCH) or missing (BLOBS_MISSING), and a warning for a declared size that is not the file's. Changes
 * nothing.
 *
 * @throws BlobsError where there is nothing to verify from, or no such build directory; the signal's reason.
 */
export async function verifyBlobs(options: VerifyOptions, signal: AbortSignal): Promise<VerifyReport> {
  const { allowMissing, buildDirectory } = options;
  const { blobs, issues } = await loadModules(options, signal);
  const linked = await findLinked(buildDirectory, blobs, signal);
  if (linked === undefined) {
    const states = await findBlobStates(blobs, signal);
    return report(states, [...issues, ...states.flatMap((state) => judge(state, allowMissing) ?? [])]);
  }
  const states = await findBlobStates(
    blobs.filter((blob) => linked.evidence.has(blob)),
    signal,
  );
  const found = [...issues, ...linked.issues];
  if (states.length === 0 && blobs.length > 0 && linked.issues.length === 0) {
    const message = `the build in ${buildDirectory} links none of ${count(blobs.length, 'blob')}`;
    found.push({ severity: 'info', code: 'BLOBS_NOTHING_LINKED', message });
  }
  for (const state of states) {
    const issue = judge(state, allowMissing);
    const [reason] = linked.evidence.get(state.row.blob) ?? [];
    if (issue && reason)
      found.push({ ...issue, facts: [...(issue.facts ?? []), `linked, as ${reason.file} says`] });
  }
  return { ...report(states, found), evidence: linked.evidence, isIncomplete: isIncomplete(linked) };
}

function report(states: readonly BlobState[], issues: readonly Issue[]): VerifyReport {
  return { rows: states.map(({ row }) => row), issues, isIncomplete: false };
}

function judge({ row, sha256, issue }: BlobState, allowMissing: boolean): Issue | undefined {
  const { blob, status, bytes } = row;
  const where = { module: blob.module, path: blob.path } as const;
  if (issue) return issue;
  if (status === 'A') {
    if (blob.size === undefined || blob.size === bytes) return undefined;
    const message = `the declared size of ${blobLabel(blob)} is ${blob.size}, but the file has ${bytes} bytes`;
    return { severity: 'warning', code: 'BLOBS_SIZE_MISMATCH', message, ...where };
  }
  if (status === 'D') {
    if (allowMissing) return undefined;
    const hint = `run "blobs fetch ${blob.module}"`;
    return {
      severity: 'error',
      code: 'BLOBS_MISSING',
      message: `missing: ${blobLabel(blob)}`,
      hint,
      ...where,
    };
  }
  if (sha256 === undefined) {
    const message = `not a regular file: ${blobLabel(blob)}`;
    const hint = `move it away and run "blobs fetch ${blob.module}"`;
    return { severity: 'error', code: 'BLOBS_HASH_MISMATCH', message, facts: [blob.abspath], hint, ...where };
  }
  return {
    severity: 'error',
    code: 'BLOBS_HASH_MISMATCH',
    message: `checksum mismatch for ${blobLabel(blob)}`,
    facts: [`expected ${blob.digest}  got ${sha256}  in ${blob.abspath}`],
    hint: `run "blobs fetch ${blob.module}"; if it repeats, tell the module's maintainer`,
    ...where,
  };
}
