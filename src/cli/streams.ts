// SPDX-License-Identifier: Apache-2.0
import type { Writable } from 'node:stream';
import { systemCode } from '../core/errors.ts';

/** One of the program's output streams. A reader that went away is no error; a full disk is. */
export class Output {
  readonly #open: () => Writable;
  #stream: Writable | undefined;
  #failure: unknown;
  #isClosed = false;

  /** `open` is called with the first text: Node takes milliseconds to make one of its standard streams. */
  constructor(open: () => Writable) {
    this.#open = open;
  }

  /** Whether nobody reads any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** What went wrong with the stream, other than that its reader went away. */
  get failure(): unknown {
    return this.#failure;
  }

  write(text: string): void {
    if (text === '' || this.#isClosed) return;
    this.#stream ??= this.#watch(this.#open());
    this.#stream.write(text);
  }

  /** Resolves when everything that was written is on its way, or never will be. */
  async flush(): Promise<void> {
    const stream = this.#stream;
    if (stream === undefined || this.#isClosed || stream.writableLength === 0) return;
    await new Promise<void>((resolve) => {
      stream.once('error', () => resolve());
      stream.once('close', () => resolve());
      stream.write('', () => resolve());
    });
  }

  #watch(stream: Writable): Writable {
    return stream.on('error', (error) => {
      this.#isClosed = true;
      if (systemCode(error) !== 'EPIPE') this.#failure ??= error;
    });
  }
}
