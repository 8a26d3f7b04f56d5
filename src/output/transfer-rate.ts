// SPDX-License-Identifier: Apache-2.0

const WINDOW_MS = 5000;
const SAMPLE_MS = 250;

interface Sample {
  readonly atMs: number;
  /** Bytes that had come by then. */
  readonly bytes: number;
}

/** How fast bytes come, over the last seconds: what was long ago says nothing about what is left. */
export class TransferRate {
  /** The oldest first; never empty. */
  readonly #samples: [Sample, ...Sample[]];
  #bytes = 0;

  constructor(nowMs: number) {
    this.#samples = [{ atMs: nowMs, bytes: 0 }];
  }

  add(bytes: number, nowMs: number): void {
    const { atMs } = this.#samples.at(-1) ?? this.#samples[0];
    if (nowMs - atMs >= SAMPLE_MS) this.#samples.push({ atMs: nowMs, bytes: this.#bytes });
    this.#bytes += bytes;
  }

  /** Bytes in a second. */
  perSecond(nowMs: number): number {
    while ((this.#samples[1]?.atMs ?? Infinity) <= nowMs - WINDOW_MS) this.#samples.shift();
    const [first] = this.#samples;
    return ((this.#bytes - first.bytes) * 1000) / Math.max(1, nowMs - first.atMs);
  }
}
