// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import type { DownloadOptions } from './attempt.ts';
import { FinalError } from './final-error.ts';
import { HttpStatusError } from './http-status-error.ts';
import type { Source } from './plan.ts';
import { isWorthRetrying, parseRetryAfter, retryDelayMs } from './retry.ts';

/**
 * Asks `source` by `attempt`, and again with growing delays for as long as that fails for a reason that may pass.
 *
 * @throws what the last attempt threw; the signal's reason when it is aborted
 */
export async function tryRepeatedly<T>(
  source: Source,
  attempt: () => Promise<T>,
  options: Pick<DownloadOptions, 'signal' | 'retries' | 'clock' | 'random' | 'onProgress'>,
): Promise<T> {
  for (let attempts = 0; ; attempts++) {
    options.signal.throwIfAborted();
    options.onProgress({ kind: 'attempt', source });
    try {
      return await attempt();
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof BlobsError) || error instanceof FinalError || attempts >= options.retries)
        throw error;
      const answer = error instanceof HttpStatusError ? error : undefined;
      if (!isWorthRetrying(error.code, answer?.status)) throw error;
      const delayMs = retryDelayMs(
        attempts,
        options.random(),
        parseRetryAfter(answer?.retryAfter, options.clock.now()),
      );
      options.onProgress({ kind: 'retry', error, delayMs });
      await options.clock.sleep(delayMs, options.signal);
    }
  }
}
