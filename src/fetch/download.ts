// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import { attemptSource, type DownloadOptions, type Wanted } from './attempt.ts';
import { LocalFileError } from './local-file-error.ts';
import type { Job, Source } from './plan.ts';
import type { Received } from './receive.ts';
import { tryRepeatedly } from './try-repeatedly.ts';
import { Unfinished } from './unfinished.ts';

/** A source that did not have the right bytes. */
export interface FailedSource {
  readonly source: Source;
  readonly error: BlobsError;
}

/** Verified bytes in a temporary file (`received`), or none; with every source that failed before. */
export interface DownloadResult {
  readonly received?: Received & { readonly source: Source };
  readonly failed: readonly FailedSource[];
}

/**
 * Tries the sources of `job` in order until one gives bytes with the right SHA-256. What fails for a reason that
 * may pass is asked again with growing delays; wrong bytes are never asked for twice at one URL.
 *
 * @throws the signal's reason when it is aborted; BlobsError BLOBS_BAD_CONFIG where the way to a source is configured
 *   wrong.
 */
export async function download(job: Job, options: DownloadOptions): Promise<DownloadResult> {
  const failed: FailedSource[] = [];
  const unfinished = new Unfinished(job.digest, options.partials);
  const wanted: Wanted = { job, unfinished, distrusted: new Set() };
  let isDone = false;
  try {
    for (const source of job.sources) {
      try {
        const received = await tryRepeatedly(source, () => attemptSource(source, wanted, options), options);
        isDone = true;
        return { received: { ...received, source }, failed };
      } catch (error) {
        options.signal.throwIfAborted();
        // A configuration that is wrong fails the run, not a blob.
        if (!(error instanceof BlobsError) || error.code === 'BLOBS_BAD_CONFIG') throw error;
        failed.push({ source, error });
        if (error instanceof LocalFileError) break;
      }
    }
    return { failed };
  } finally {
    await unfinished.end({ isDone });
  }
}
