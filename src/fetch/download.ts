// SPDX-License-Identifier: Apache-2.0

import type { Clock } from '../core/deps.ts';
import { BlobsError } from '../core/errors.ts';
import type { Body } from './body.ts';
import { openFileSource } from './file-source.ts';
import { type HttpOptions, HttpStatusError, httpGet, networkError } from './http.ts';
import { LocalFileError } from './local-file-error.ts';
import { describeSource, type Job, type RemoteSource, type Source } from './plan.ts';
import { type Received, type ReceiveOptions, receive } from './receive.ts';
import { receiveFile } from './receive-file.ts';
import { isWorthRetrying, parseRetryAfter, retryDelayMs } from './retry.ts';

export interface DownloadOptions extends HttpOptions {
  /** Absolute directory for what is downloaded. */
  readonly directory: string;
  /** Absolute directory for copies of what is in the store already, on the file system of their target. */
  readonly copyDirectory: string;
  /** Attempts after the first at one URL. */
  readonly retries: number;
  /** The limit for blobs without a declared size. */
  readonly maxSizeBytes: number;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  readonly onProgress: (event: DownloadProgress) => void;
  /** Called right before anything is written to `directory`. */
  readonly beforeWrite?: () => void;
}

/** What happens during one download. */
export type DownloadProgress =
  | { readonly kind: 'attempt'; readonly source: Source }
  | { readonly kind: 'announced'; readonly bytes: number }
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'retry'; readonly error: BlobsError; readonly delayMs: number };

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
 * @throws the signal's reason when it is aborted.
 */
export async function download(job: Job, options: DownloadOptions): Promise<DownloadResult> {
  const failed: FailedSource[] = [];
  for (const source of job.sources) {
    try {
      return { received: { ...(await tryRepeatedly(source, job, options)), source }, failed };
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof BlobsError)) throw error;
      failed.push({ source, error });
      if (error instanceof LocalFileError) break;
    }
  }
  return { failed };
}

async function tryRepeatedly(source: Source, job: Job, options: DownloadOptions): Promise<Received> {
  for (let attempt = 0; ; attempt++) {
    options.signal.throwIfAborted();
    options.onProgress({ kind: 'attempt', source });
    try {
      return await tryOnce(source, job, options);
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof BlobsError) || error instanceof LocalFileError || attempt >= options.retries)
        throw error;
      const answer = error instanceof HttpStatusError ? error : undefined;
      if (!isWorthRetrying(error.code, answer?.status)) throw error;
      const delayMs = retryDelayMs(
        attempt,
        options.random(),
        parseRetryAfter(answer?.retryAfter, options.clock.now()),
      );
      options.onProgress({ kind: 'retry', error, delayMs });
      await options.clock.sleep(delayMs, options.signal);
    }
  }
}

async function tryOnce(source: Source, job: Job, options: DownloadOptions): Promise<Received> {
  const receiveOptions: ReceiveOptions = {
    directory: source.kind === 'store' ? options.copyDirectory : options.directory,
    limit:
      job.size === undefined
        ? { maxBytes: options.maxSizeBytes, isDeclaredSize: false }
        : { maxBytes: job.size, isDeclaredSize: true },
    signal: options.signal,
    ...(options.beforeWrite === undefined ? {} : { beforeWrite: options.beforeWrite }),
    onBytes: (bytes) => options.onProgress({ kind: 'bytes', bytes }),
  };
  if ('file' in source) {
    const received = await receiveFile(source.file, receiveOptions);
    return verified(received, job, source);
  }
  const body = await openSource(source, options);
  let received: Received;
  try {
    if (body.length !== undefined) options.onProgress({ kind: 'announced', bytes: body.length });
    received = await receive(body, receiveOptions);
  } catch (error) {
    throw networkError(error, source.url, options.timeoutMs);
  }
  return verified(received, job, source, body);
}

async function verified(received: Received, job: Job, source: Source, body?: Body): Promise<Received> {
  if (received.sha256 === job.digest) return received;
  await received.file.discard();
  throw hashMismatch(job, received, source, body);
}

function openSource(source: RemoteSource, options: DownloadOptions): Promise<Body> {
  return source.mirror && source.url.startsWith('file:')
    ? openFileSource(source.url, source.mirror)
    : httpGet(source.url, options);
}

function hashMismatch(job: Job, received: Received, source: Source, body: Body | undefined): BlobsError {
  const html = /^text\/html\b/i.test(body?.contentType ?? '');
  return new BlobsError('BLOBS_HASH_MISMATCH', 'checksum mismatch', {
    facts: [
      `expected ${job.digest}  got ${received.sha256}  from ${describeSource(source)}`,
      ...(html ? ['the server sent a web page, as sign-in pages and moved files do'] : []),
    ],
  });
}
