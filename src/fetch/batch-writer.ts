// SPDX-License-Identifier: Apache-2.0
import type { TemporaryFile } from '../store/temporary-file.ts';
import { local } from './local-file-error.ts';

// Writing in large pieces saves a trip to the thread pool for each packet.
const BATCH_BYTES = 512 * 1024;

/** Writes chunks one behind the other into a file, many at once. */
export class BatchWriter {
  readonly #file: TemporaryFile;
  /** Where in the file the next chunk goes. */
  #position: number;
  #batch: Uint8Array[] = [];
  #batchBytes = 0;
  #writing: Promise<void> | undefined;

  constructor(file: TemporaryFile, position: number) {
    this.#file = file;
    this.#position = position;
  }

  /** Takes a chunk. A promise is to be waited for before the next one. @throws LocalFileError, by the promise */
  add(chunk: Uint8Array): Promise<void> | undefined {
    this.#batch.push(chunk);
    this.#batchBytes += chunk.length;
    return this.#batchBytes < BATCH_BYTES ? undefined : this.#flush();
  }

  /** Writes what is left. @throws LocalFileError */
  async end(): Promise<void> {
    await this.#writing;
    if (this.#batchBytes > 0) await this.#flush();
  }

  #flush(): Promise<void> {
    const [batch, bytes, position] = [this.#batch, this.#batchBytes, this.#position];
    this.#batch = [];
    this.#batchBytes = 0;
    this.#position += bytes;
    this.#writing = local(() => this.#write(batch, bytes, position));
    return this.#writing;
  }

  async #write(batch: readonly Uint8Array[], bytes: number, position: number): Promise<void> {
    const { handle } = this.#file;
    let { bytesWritten: written } = await handle.writev(batch, position);
    if (written === bytes) return;
    // A short write is rare (a disk that is nearly full): what is left goes out piece by piece until it is told why.
    const whole = Buffer.concat(batch);
    while (written < bytes) {
      written += (await handle.write(whole, written, bytes - written, position + written)).bytesWritten;
    }
  }
}
