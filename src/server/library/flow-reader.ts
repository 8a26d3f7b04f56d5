// SPDX-License-Identifier: Apache-2.0

/** One who reads a flow, at its own pace. */
export class FlowReader {
  /** All bytes before it were handed over, or are not wanted. */
  position = 0;
  /** Whether it was handed any byte. */
  hasAny = false;
  /** Before which byte it wants no more. */
  end = Number.POSITIVE_INFINITY;
  /** What it may not have before all is verified, where it could not be had again then. It stands before {@link position}. */
  held: Uint8Array | undefined;
  /** How long it was told that the whole is. */
  promisedBytes: number | undefined;
  /** Why it gets no more, whatever becomes of the flow. */
  failure: Error | undefined;
  #wake: (() => void) | undefined;

  /** Resolves when there may be news, or when the signal is aborted. One waits at a time. */
  async wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const wake = (): void => this.wake();
    signal.addEventListener('abort', wake, { once: true });
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    signal.removeEventListener('abort', wake);
  }

  /** There may be news. */
  wake(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
