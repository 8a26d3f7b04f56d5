// SPDX-License-Identifier: Apache-2.0
import type { FileHandle } from 'node:fs/promises';
import { BlobsError, describeError } from '../../core/errors.ts';
import type { Content } from '../transport.ts';

/** Bytes that are to be pushed. */
export interface BlobBytes {
  readonly bytes: number;
  /** How a message names them. */
  readonly name: string;
  /** Exactly `length` bytes from `position` on, which lie within the whole. @throws BlobsError `BLOBS_FILE_ACCESS` */
  read(position: number, length: number): Promise<Buffer>;
}

/** Pieces by which a request shows that it goes on. */
const PIECE_BYTES = 64 * 1024;

/** Bytes in memory. */
export function bytesInMemory(buffer: Buffer, name: string): BlobBytes {
  return {
    bytes: buffer.length,
    name,
    read: async (position, length) => buffer.subarray(position, position + length),
  };
}

/** The bytes of an open file, as many as it has now. */
export async function bytesOfFile(handle: FileHandle, name: string): Promise<BlobBytes> {
  const { size } = await handle.stat();
  return {
    bytes: size,
    name,
    read: async (position, length) => {
      const buffer = Buffer.allocUnsafe(length);
      for (let filled = 0; filled < length; ) {
        const { bytesRead } = await handle
          .read(buffer, filled, length - filled, position + filled)
          .catch((error: unknown) => {
            throw new BlobsError('BLOBS_FILE_ACCESS', `cannot read ${name}: ${describeError(error)}`);
          });
        if (bytesRead === 0)
          throw new BlobsError('BLOBS_FILE_ACCESS', `${name} became shorter while it was read`);
        filled += bytesRead;
      }
      return buffer;
    },
  };
}

/** What a request sends of bytes in memory. */
export function contentOf(buffer: Buffer): Content {
  return {
    bytes: buffer.length,
    read: async function* () {
      for (let at = 0; at < buffer.length; at += PIECE_BYTES) yield buffer.subarray(at, at + PIECE_BYTES);
    },
  };
}
