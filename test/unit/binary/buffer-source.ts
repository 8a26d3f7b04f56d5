// SPDX-License-Identifier: Apache-2.0
import type { ByteSource } from '../../../src/binary/byte-source.ts';

/** The bytes of a buffer as a source; counts what is read of it. */
export interface CountingSource extends ByteSource {
  readonly counts: { reads: number; bytes: number; largest: number };
}

/** A source over `bytes`. */
export function bufferSource(bytes: Buffer): CountingSource {
  const counts = { reads: 0, bytes: 0, largest: 0 };
  return {
    sizeBytes: bytes.length,
    counts,
    async read(position, lengthBytes) {
      const piece = bytes.subarray(position, position + lengthBytes);
      counts.reads += 1;
      counts.bytes += piece.length;
      counts.largest = Math.max(counts.largest, lengthBytes);
      return piece;
    },
  };
}
