// SPDX-License-Identifier: Apache-2.0
import type { FlowReader } from './flow-reader.ts';

export interface PatienceOptions {
  readonly stallMs: number;
  /** So many bytes a reader takes within `stallMs` that does not hold up others. */
  readonly leastBytes: number;
  /** Ends every wait. */
  readonly signal: AbortSignal;
  /** Milliseconds on a clock that never jumps. */
  readonly now?: () => number;
}

/** Since when a relay has no room, and what each reader had then. */
interface Full {
  readonly sinceMs: number;
  readonly positions: ReadonlyMap<FlowReader, number>;
  readonly goal: number;
}

/** How long a relay waits for readers that hold up others. */
export class RelayPatience {
  readonly #options: PatienceOptions;
  readonly #now: () => number;
  #full: Full | undefined;
  #onProgress: (() => void) | undefined;

  constructor(options: PatienceOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** A reader went on, or away. */
  noteProgress(): void {
    this.#onProgress?.();
  }

  /**
   * Those of `readers` to be waited for no longer, while there is no room behind `start`: others are held up by them for too
   * long, however often they took a little, or they took nothing.
   */
  findLate(start: number, readers: readonly FlowReader[]): readonly FlowReader[] {
    const { stallMs, leastBytes } = this.#options;
    const before = this.#full;
    const full =
      before === undefined || readers.every((reader) => this.#isInTime(before, reader))
        ? {
            sinceMs: this.#now(),
            positions: new Map(readers.map((reader) => [reader, reader.position])),
            goal: start + leastBytes,
          }
        : before;
    this.#full = full;
    if (this.#now() - full.sinceMs < stallMs) return [];
    this.#full = undefined;
    const slow = readers.filter((reader) => !this.#isInTime(full, reader));
    // Where all are slow, nobody is held up.
    if (slow.length < readers.length) return slow;
    return slow.filter((reader) => full.positions.get(reader) === reader.position);
  }

  /** Resolves when a reader went on, or nobody is to be waited for any longer. */
  async wait(): Promise<void> {
    const { signal, stallMs } = this.#options;
    const restMs = (this.#full?.sinceMs ?? this.#now()) + stallMs - this.#now();
    let timer: NodeJS.Timeout | undefined;
    const note = (): void => this.noteProgress();
    signal.addEventListener('abort', note, { once: true });
    await new Promise<void>((resolve) => {
      this.#onProgress = resolve;
      timer = setTimeout(resolve, Math.max(1, restMs));
    });
    signal.removeEventListener('abort', note);
    clearTimeout(timer);
    this.#onProgress = undefined;
  }

  /** Whether a reader has what it ought to have by the end of the time; one that came later has some more. */
  #isInTime({ positions, goal }: Full, reader: FlowReader): boolean {
    const had = positions.get(reader);
    return had === undefined || reader.position >= Math.min(goal, had + this.#options.leastBytes);
  }
}
