// SPDX-License-Identifier: Apache-2.0
import type { TemporaryFile } from '../store/temporary-file.ts';
import { local } from './local-file-error.ts';

// Writing in large pieces saves a trip to the thread pool for each packet.
const BATCH_BYTES = 512 * 1024;

/** Writes chunks one behind the other into a file, many at once. */
export class BatchWriter {
  readonly #file: TemporaryFile;
  readonly #onWritten: ((bytes: number) => void) | undefined;
  /** Where in the file the next batch goes. */
  #position: number;
  #batch: Uint8Array[] = [];
  #batchBytes = 0;
  #writing: Promise<void> | undefined;

  /**
   * @param onWritten Told how many bytes the file has after each write. Then nothing waits for more to come: what arrives
   *   during one write goes out with the next.
   */
  constructor(file: TemporaryFile, position: number, onWritten?: (bytes: number) => void) {
    this.#file = file;
    this.#position = position;
    this.#onWritten = onWritten;
  }

  /** How many bytes the file has for certain. */
  get writtenBytes(): number {
    return this.#position;
  }

  /** What was taken and is not in the file, in its order. */
  get unwritten(): readonly Uint8Array[] {
    return this.#batch;
  }

  /** Takes a chunk. A promise is to be waited for before the next one. @throws LocalFileError, by the promise */
  add(chunk: Uint8Array): Promise<void> | undefined {
    this.#batch.push(chunk);
    this.#batchBytes += chunk.length;
    const isMuch = this.#batchBytes >= BATCH_BYTES;
    if (!isMuch && this.#onWritten === undefined) return undefined;
    const writing = this.#write();
    return isMuch ? writing : undefined;
  }

  /** Writes what is left. @throws LocalFileError */
  async end(): Promise<void> {
    if (this.#batchBytes > 0) await this.#write();
  }

  #write(): Promise<void> {
    this.#writing ??= local(() => this.#writeAll()).then(() => {
      this.#writing = undefined;
    });
    // A failure is thrown to the next who adds or ends.
    this.#writing.catch(() => undefined);
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#batchBytes > 0) {
      const [batch, bytes] = [[...this.#batch], this.#batchBytes];
      await this.#writeBatch(batch, bytes);
      this.#batch.splice(0, batch.length);
      this.#batchBytes -= bytes;
      this.#position += bytes;
      this.#onWritten?.(this.#position);
    }
  }

  async #writeBatch(batch: readonly Uint8Array[], bytes: number): Promise<void> {
    const { handle } = this.#file;
    let { bytesWritten: written } = await handle.writev(batch, this.#position);
    if (written === bytes) return;
    // A short write is rare (a disk that is nearly full): what is left goes out piece by piece until it is told why.
    const whole = Buffer.concat(batch);
    while (written < bytes) {
      const position = this.#position + written;
      written += (await handle.write(whole, written, bytes - written, position)).bytesWritten;
    }
  }
}
