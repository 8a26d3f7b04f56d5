// SPDX-License-Identifier: Apache-2.0
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { BlobsError } from '../core/errors.ts';
import { type FileStamp, findReadStamp } from './file-stamp.ts';

/** Flags to open a file that may turn out to be a FIFO, which would else wait for a writer. Windows has no such flag. */
export const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** A file's bytes, and what it can be recognised by later; undefined where that would not be safe. */
export interface StampedBytes {
  readonly bytes: Buffer;
  readonly stamp: FileStamp | undefined;
}

/**
 * The bytes of the regular file at `file`, symbolic links followed.
 *
 * @throws BlobsError `BLOBS_NOT_A_FILE` for anything but a regular file or for more than `maxBytes`;
 *   the system's error (`ENOENT`, `EACCES`, …) where it cannot be opened or read.
 */
export function readRegularFile(file: string, maxBytes: number): Buffer {
  return withOpenFile(file, (fd) => readWhole(fd, fstatSync(fd), { file, maxBytes }));
}

/** As {@link readRegularFile}, but no more than the first `maxBytes` of a larger file. */
export function readFileHead(file: string, maxBytes: number): Buffer {
  return withOpenFile(file, (fd) => {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw notRegular(file);
    return readUpTo(fd, Math.min(stats.size, maxBytes));
  });
}

/** As {@link readRegularFile}; `check` may throw for a file that is not to be read. */
export function readCheckedFile(file: string, maxBytes: number, check: (stats: Stats) => void): Buffer {
  return withOpenFile(file, (fd) => {
    const stats = fstatSync(fd);
    check(stats);
    return readWhole(fd, stats, { file, maxBytes });
  });
}

/** As {@link readRegularFile}, with the file's stamp. */
export function readStampedFile(file: string, maxBytes: number): StampedBytes {
  return withOpenFile(file, (fd) => {
    const sinceMs = Date.now();
    const before = fstatSync(fd, { bigint: true });
    const bytes = readWhole(fd, before, { file, maxBytes });
    return { bytes, stamp: findReadStamp(before, fstatSync(fd, { bigint: true }), sinceMs) };
  });
}

function withOpenFile<T>(file: string, use: (fd: number) => T): T {
  const fd = openSync(file, READ_ONLY);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

function readWhole(
  fd: number,
  stats: Stats | BigIntStats,
  { file, maxBytes }: { readonly file: string; readonly maxBytes: number },
): Buffer {
  if (!stats.isFile()) throw notRegular(file);
  const sizeBytes = Number(stats.size);
  // One byte more than allowed shows a file that is too large, or that grows while it is read.
  const bytes = readUpTo(fd, Math.min(sizeBytes, maxBytes) + 1);
  if (sizeBytes > maxBytes || bytes.length > maxBytes) {
    throw new BlobsError('BLOBS_NOT_A_FILE', `${file} is larger than ${maxBytes} bytes`, { file });
  }
  return bytes;
}

function readUpTo(fd: number, maxBytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(maxBytes);
  let length = 0;
  while (length < buffer.length) {
    const read = readSync(fd, buffer, length, buffer.length - length, null);
    if (read === 0) break;
    length += read;
  }
  return buffer.subarray(0, length);
}

function notRegular(file: string): BlobsError {
  return new BlobsError('BLOBS_NOT_A_FILE', `${file} is not a regular file`, { file });
}
