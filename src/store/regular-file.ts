// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { BlobsError } from '../core/errors.ts';

/** Flags to open a file that may turn out to be a FIFO, which would else wait for a writer. Windows has no such flag. */
export const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * The bytes of the regular file at `file`, symbolic links followed.
 *
 * @throws BlobsError `BLOBS_NOT_A_FILE` for anything but a regular file or for more than `maxBytes`;
 *   the system's error (`ENOENT`, `EACCES`, …) where it cannot be opened or read.
 */
export function readRegularFile(file: string, maxBytes: number): Buffer {
  const fd = openSync(file, READ_ONLY);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new BlobsError('BLOBS_NOT_A_FILE', `${file} is not a regular file`, { file });
    // One byte more than allowed shows a file that is too large, or that grows while it is read.
    const buffer = Buffer.allocUnsafe(Math.min(stat.size, maxBytes) + 1);
    let length = 0;
    while (length < buffer.length) {
      const read = readSync(fd, buffer, length, buffer.length - length, null);
      if (read === 0) break;
      length += read;
    }
    if (stat.size > maxBytes || length > maxBytes) {
      throw new BlobsError('BLOBS_NOT_A_FILE', `${file} is larger than ${maxBytes} bytes`, { file });
    }
    return buffer.subarray(0, length);
  } finally {
    closeSync(fd);
  }
}
