// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';

/** What a source must bring, so that a trickle does not keep others from being asked. */
export interface LeastRate {
  readonly bytesPerSecond: number;
  /** In milliseconds of waiting for the source, also where that is longer ago than so. */
  readonly overMs: number;
  /** Milliseconds on a clock that never jumps. */
  readonly now: () => number;
}

/** Less than the slowest line, and more than a source that only pretends to send. */
export const LEAST_RATE: LeastRate = {
  bytesPerSecond: 1024,
  overMs: 60_000,
  now: () => performance.now(),
};

/** What a body is broken off with that is too slow. */
export class SlowBody extends Error {
  constructor({ bytesPerSecond, overMs }: LeastRate) {
    super(`less than ${bytesPerSecond} bytes a second for ${overMs / 1000} s`);
  }
}

/** A source that is too slow: it can be asked again, but others come first. */
export class TooSlow extends BlobsError {
  constructor(message: string, options: { readonly cause: unknown }) {
    super('BLOBS_TIMEOUT', message, options);
  }
}

/** How fast a body comes, of which no piece is waited for while an earlier one is taken. */
export class Pace {
  readonly #rate: LeastRate;
  /** Since then the source is waited for. */
  #sinceMs: number;
  #waitedMs = 0;
  #bytes = 0;

  /** The source is waited for from now on. */
  constructor(rate: LeastRate) {
    this.#rate = rate;
    this.#sinceMs = rate.now();
  }

  /** A piece came. @throws SlowBody */
  came(bytes: number): void {
    const { bytesPerSecond, overMs, now } = this.#rate;
    const nowMs = now();
    this.#waitedMs += nowMs - this.#sinceMs;
    this.#sinceMs = nowMs;
    this.#bytes += bytes;
    if (this.#waitedMs < overMs) return;
    if (this.#bytes * 1000 < this.#waitedMs * bytesPerSecond) throw new SlowBody(this.#rate);
    [this.#waitedMs, this.#bytes] = [0, 0];
  }

  /** The next is waited for once `taken` resolves, which is returned. */
  async resumeAfter(taken: Promise<void>): Promise<void> {
    await taken;
    this.#sinceMs = this.#rate.now();
  }
}
