// SPDX-License-Identifier: Apache-2.0
import { fstatSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
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
    if (stream === undefined || this.#isClosed) return;
    await new Promise<void>((resolve) => {
      stream.once('error', () => resolve());
      stream.write('', () => resolve());
    });
    // Streams to files tell of their errors a moment later.
    await new Promise((resolve) => setImmediate(resolve));
  }

  #watch(stream: Writable): Writable {
    return stream.on('error', (error) => {
      this.#isClosed = true;
      if (systemCode(error) !== 'EPIPE') this.#failure ??= error;
    });
  }
}

/** The stream of `fd`, 1 or 2. Node's own, except to a regular file: there it would pass over a short write. */
export function openStandardStream(fd: 1 | 2): Writable {
  if (fstatSync(fd).isFile()) return new FileOutput(fd);
  return fd === 1 ? process.stdout : process.stderr;
}

class FileOutput extends Writable {
  readonly #fd: number;

  constructor(fd: number) {
    super({ decodeStrings: true });
    this.#fd = fd;
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error) => void): void {
    try {
      for (let rest = chunk; rest.length > 0; ) rest = rest.subarray(writeSync(this.#fd, rest));
      done();
    } catch (error) {
      done(error as Error);
    }
  }
}
