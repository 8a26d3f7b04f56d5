// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import type { LinkedBlobs } from '../core/taint.ts';

/**
 * Which of `blobs` the build in a directory links; undefined where no build is asked about. What reads builds is loaded
 * only then.
 *
 * @throws BlobsError for a directory that is not there; the signal's reason.
 */
export async function findLinked(
  buildDirectory: string | undefined,
  blobs: readonly Blob[],
  signal: AbortSignal,
): Promise<LinkedBlobs | undefined> {
  if (buildDirectory === undefined) return undefined;
  const { findLinkedBlobs } = await import('../taint/linked-blobs.ts');
  return findLinkedBlobs(buildDirectory, blobs, signal);
}
