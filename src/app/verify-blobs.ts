// SPDX-License-Identifier: Apache-2.0
import { blobLabel } from '../core/blob.ts';
import type { BlobReport, Issue } from '../core/report.ts';
import { type BlobState, findBlobStates } from './blob-state.ts';
import { type BlobQuery, loadModules } from './load-modules.ts';

export interface VerifyOptions extends BlobQuery {
  /** Whether a blob that is not there passes. */
  readonly allowMissing: boolean;
}

/**
 * Reads and hashes every selected blob; an issue for each that is wrong (BLOBS_HASH_MISMATCH) or
 * missing (BLOBS_MISSING), and a warning for a declared size that is not the file's. Changes nothing.
 *
 * @throws BlobsError where there is nothing to verify from; the signal's reason.
 */
export async function verifyBlobs(options: VerifyOptions, signal: AbortSignal): Promise<BlobReport> {
  const { blobs, issues } = await loadModules(options, signal);
  const states = await findBlobStates(blobs, signal);
  return {
    rows: states.map(({ row }) => row),
    issues: [...issues, ...states.flatMap((state) => judge(state, options.allowMissing) ?? [])],
  };
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
