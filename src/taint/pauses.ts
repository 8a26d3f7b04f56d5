// SPDX-License-Identifier: Apache-2.0
import { setImmediate } from 'node:timers/promises';

const WORK_MS = 50;

/** Lets signals through in long work: `if (pauses.isDue()) await pauses.take();` wherever it repeats itself. */
export class Pauses {
  readonly #signal: AbortSignal;
  #since = performance.now();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  throwIfStopped(): void {
    this.#signal.throwIfAborted();
  }

  isDue(): boolean {
    return performance.now() - this.#since >= WORK_MS;
  }

  /** @throws the signal's reason */
  async take(): Promise<void> {
    await setImmediate();
    this.#signal.throwIfAborted();
    this.#since = performance.now();
  }
}
