// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../core/deps.ts';
import { BlobsError } from '../core/errors.ts';
import { FinalError } from './final-error.ts';
import { HttpStatusError } from './http-status-error.ts';
import { isWorthRetrying, parseRetryAfter, retryDelayMs } from './retry.ts';

export interface RepeatOptions {
  /** Attempts after the first. */
  readonly retries: number;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly onRetry: (event: { readonly error: BlobsError; readonly delayMs: number }) => void;
}

/**
 * What `attempt` resolves to; asked again, with growing delays, as long as it fails for a reason that may pass.
 *
 * @throws what the last attempt threw; the signal's reason when it is aborted
 */
export async function repeat<T>(attempt: () => Promise<T>, options: RepeatOptions): Promise<T> {
  for (let number = 0; ; number++) {
    options.signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof BlobsError) || error instanceof FinalError || number >= options.retries)
        throw error;
      const answer = error instanceof HttpStatusError ? error : undefined;
      if (!isWorthRetrying(error.code, answer?.status)) throw error;
      const delayMs = retryDelayMs(
        number,
        options.random(),
        parseRetryAfter(answer?.retryAfter, options.clock.now()),
      );
      options.onRetry({ error, delayMs });
      await options.clock.sleep(delayMs, options.signal);
    }
  }
}
