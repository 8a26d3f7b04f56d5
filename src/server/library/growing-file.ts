// SPDX-License-Identifier: Apache-2.0
import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { createSha256 } from '../../store/create-hash.ts';
import { openRegularFile } from '../../store/open-regular-file.ts';
import { type PieceBudget, SharedPieces } from './shared-pieces.ts';

const BUFFER_BYTES = 1024 * 1024;

/** A file that another writes, open for reading: it can be read on when it is moved or removed. */
export class GrowingFile {
  readonly pieces: SharedPieces;
  /** So many bytes are there for certain. */
  bytes: number;
  readonly #handle: FileHandle;

  private constructor(handle: FileHandle, bytes: number, budget: PieceBudget) {
    this.#handle = handle;
    this.bytes = bytes;
    this.pieces = new SharedPieces(handle, budget);
  }

  /** @throws the system's error; BlobsError `BLOBS_NOT_A_FILE` */
  static async open(path: string, bytes: number, budget: PieceBudget): Promise<GrowingFile> {
    return new GrowingFile(await openRegularFile(path), bytes, budget);
  }

  /** The hash of its first `bytes`, to be updated with those that follow. @throws the system's error */
  async hashStart(bytes: number): Promise<Hash> {
    const hash = createSha256();
    const buffer = Buffer.allocUnsafe(Math.min(bytes, BUFFER_BYTES));
    for (let position = 0; position < bytes; ) {
      const length = Math.min(buffer.length, bytes - position);
      const { bytesRead } = await this.#handle.read(buffer, 0, length, position);
      if (bytesRead === 0) throw new Error('the file was cut while it was read');
      hash.update(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
    return hash;
  }

  /** Once nobody reads it any more. Never throws. */
  async close(): Promise<void> {
    await this.#handle.close().catch(() => undefined);
  }
}
