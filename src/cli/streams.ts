// SPDX-License-Identifier: Apache-2.0
import type { Writable } from 'node:stream';
import { systemCode } from '../core/errors.ts';

/** One of the program's output streams. A reader that went away is no error; a full disk is. */
export class Output {
  readonly #stream: Writable;
  #failure: unknown;
  #isClosed = false;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#isClosed = true;
      if (systemCode(error) !== 'EPIPE') this.#failure ??= error;
    });
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
    if (text !== '' && !this.#isClosed) this.#stream.write(text);
  }

  /** Resolves when everything that was written is on its way, or never will be. */
  async flush(): Promise<void> {
    if (this.#isClosed || this.#stream.writableLength === 0) return;
    await new Promise<void>((resolve) => {
      this.#stream.once('error', () => resolve());
      this.#stream.once('close', () => resolve());
      this.#stream.write('', () => resolve());
    });
  }
}
