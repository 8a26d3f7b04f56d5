// SPDX-License-Identifier: Apache-2.0
import type { FileHandle } from 'node:fs/promises';

/** Bytes that are read in pieces. */
export interface ByteSource {
  readonly sizeBytes: number;
  /**
   * The bytes from `position` on: `lengthBytes` of them, fewer where the source ends, none beyond it. Callers ask for
   * no more than they want in memory.
   */
  read(position: number, lengthBytes: number): Promise<Buffer>;
}

/** What is read at once, and what callers ask for at most while they go through a table. */
export const PIECE_BYTES = 64 * 1024;

/**
 * The bytes of an open file, of which it keeps one piece in memory. A file that shrinks meanwhile reads as ending.
 *
 * @throws what `read` throws: the system's error; the signal's reason when it is aborted.
 */
export function fileSource(handle: FileHandle, sizeBytes: number, signal: AbortSignal): ByteSource {
  let piece: Buffer = Buffer.alloc(0);
  let start = 0;
  return {
    sizeBytes,
    async read(position, lengthBytes) {
      const end = Math.min(position + lengthBytes, sizeBytes);
      if (end <= position) return Buffer.alloc(0);
      if (position < start || end > start + piece.length) {
        signal.throwIfAborted();
        const wanted = Math.min(Math.max(end - position, PIECE_BYTES), sizeBytes - position);
        const buffer = Buffer.allocUnsafe(wanted);
        const { bytesRead } = await handle.read(buffer, 0, wanted, position);
        start = position;
        piece = buffer.subarray(0, bytesRead);
      }
      return piece.subarray(position - start, end - start);
    },
  };
}

/** A part of `source` that must lie within it. */
export function partOf(source: ByteSource, offset: number, sizeBytes: number): ByteSource {
  return {
    sizeBytes,
    read: (position, lengthBytes) =>
      source.read(offset + position, Math.max(0, Math.min(lengthBytes, sizeBytes - position))),
  };
}
