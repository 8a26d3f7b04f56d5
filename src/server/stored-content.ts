// SPDX-License-Identifier: Apache-2.0
import type { FileHandle } from 'node:fs/promises';
import type { Sha256 } from '../core/sha256.ts';
import { openRegularFile } from '../store/open-regular-file.ts';
import type { ByteRange, Content, StoredFile } from './content.ts';

const PIECE_BYTES = 256 * 1024;

/** A whole file, whose bytes were found to have the digest. */
export class StoredContent implements Content {
  readonly origin = 'hit';
  readonly isComplete = true;
  readonly digest: Sha256;
  readonly file: StoredFile;
  readonly #handle: FileHandle;

  private constructor(digest: Sha256, file: StoredFile, handle: FileHandle) {
    this.digest = digest;
    this.file = file;
    this.#handle = handle;
  }

  /** @throws the system's error; BlobsError `BLOBS_NOT_A_FILE` */
  static async open(path: string, digest: Sha256): Promise<StoredContent> {
    const handle = await openRegularFile(path);
    try {
      const { size: bytes } = await handle.stat();
      return new StoredContent(digest, { path, bytes }, handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  get bytes(): number {
    return this.file.bytes;
  }

  wholeBuffer(): undefined {
    return undefined;
  }

  async *read({ from, to = this.bytes }: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    for (let position = from; position < to; ) {
      signal.throwIfAborted();
      const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, to - position));
      const { bytesRead } = await this.#handle.read(piece, 0, piece.length, position);
      if (bytesRead === 0) throw new Error('the file was cut while it was read');
      position += bytesRead;
      yield piece.subarray(0, bytesRead);
    }
  }

  async release(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
  }
}
