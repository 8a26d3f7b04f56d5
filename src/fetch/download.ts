// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import type { Sha256 } from '../core/sha256.ts';
import { attemptSource, type DownloadOptions, type Wanted } from './attempt.ts';
import { FinalError } from './final-error.ts';
import { NotModified } from './http-status-error.ts';
import { TooSlow } from './least-rate.ts';
import { LocalFileError } from './local-file-error.ts';
import type { Job, RemoteSource, Source } from './plan.ts';
import type { Conditions } from './range.ts';
import type { Received } from './receive.ts';
import { repeat } from './repeat.ts';
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
export function download(job: Job, options: DownloadOptions): Promise<DownloadResult> {
  const unfinished = new Unfinished(job.digest, options.partials);
  return tryAll({ job, unfinished, distrusted: new Set() }, options);
}

/** A body whose digest nobody knows. */
export interface UnknownBody {
  /** A name for it that no other has. */
  readonly key: Sha256;
  readonly sources: readonly RemoteSource[];
  /** What is known of the body that a URL gave before. */
  readonly findConditions: (url: string) => Conditions | undefined;
}

/**
 * As {@link download}, for a body of which any bytes are right. Where it is as it was, that source failed with
 * {@link NotModified}, and was the last. It is not resumed from what another run left, for nobody could tell whether that
 * is damaged.
 */
export function downloadUnknown(
  { key, sources, findConditions }: UnknownBody,
  options: DownloadOptions,
): Promise<DownloadResult> {
  const unfinished = new Unfinished(key, undefined);
  const job: Job = { digest: key, blobs: [], sources };
  return tryAll({ job, unfinished, distrusted: new Set(), findConditions }, options);
}

async function tryAll(wanted: Wanted, options: DownloadOptions): Promise<DownloadResult> {
  const { job, unfinished } = wanted;
  const failed: FailedSource[] = [];
  let isDone = false;
  try {
    for (const source of job.sources) {
      try {
        const received = await tryRepeatedly(source, wanted, options);
        isDone = true;
        return { received: { ...received, source }, failed };
      } catch (error) {
        options.signal.throwIfAborted();
        // A configuration that is wrong fails the run, not a blob.
        if (!(error instanceof BlobsError) || error.code === 'BLOBS_BAD_CONFIG') throw error;
        failed.push({ source, error });
        if (error instanceof LocalFileError || error instanceof NotModified) break;
      }
    }
    return { failed };
  } finally {
    await unfinished.end({ isDone });
  }
}

function tryRepeatedly(source: Source, wanted: Wanted, options: DownloadOptions): Promise<Received> {
  const attempt = (): Promise<Received> => {
    options.onProgress({ kind: 'attempt', source });
    return attemptSource(source, wanted, options).catch((error: unknown) => {
      // Others may have it: they are asked before this one is asked again.
      const isLast = source === wanted.job.sources.at(-1);
      if (isLast || !(error instanceof TooSlow)) throw error;
      throw new FinalError(error.code, error.message, error.details);
    });
  };
  return repeat(attempt, { ...options, onRetry: (event) => options.onProgress({ kind: 'retry', ...event }) });
}
