// SPDX-License-Identifier: Apache-2.0
import type { Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { createSha256 } from './create-hash.ts';

// Large reads halve the time: the default stream reads 64 KiB at a time.
const BUFFER_BYTES = 1024 * 1024;
// A thousand small files would otherwise cost two gigabytes of memory, one after the other.
const LEAST_BUFFER_BYTES = 4096;

/** Bytes that were hashed. */
export interface HashedContent {
  /** Of all of them; may be updated with what follows. */
  readonly hash: Hash;
  readonly bytes: number;
}

/**
 * Hashes what is in an open file, from its beginning, in constant memory: the next piece is read while one is hashed.
 * Ends after the piece with which `maxBytes` are exceeded.
 *
 * @throws the system's error; the signal's reason when it is aborted
 */
export async function hashContent(
  handle: FileHandle,
  {
    signal,
    maxBytes = Infinity,
    expectedBytes = BUFFER_BYTES,
  }: {
    readonly signal?: AbortSignal | undefined;
    readonly maxBytes?: number;
    /** Size of the file as it was a moment ago, by which memory is taken. */
    readonly expectedBytes?: number;
  } = {},
): Promise<HashedContent> {
  const hash = createSha256();
  const bufferBytes = Math.min(Math.max(expectedBytes, LEAST_BUFFER_BYTES), BUFFER_BYTES);
  let [buffer, other] = [Buffer.allocUnsafe(bufferBytes), Buffer.allocUnsafe(bufferBytes)];
  let bytes = 0;
  let { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
  while (bytesRead > 0 && bytes <= maxBytes) {
    signal?.throwIfAborted();
    bytes += bytesRead;
    const next = handle.read(other, 0, other.length, bytes);
    // Waited for below; a signal may end the wait before.
    next.catch(() => undefined);
    hash.update(buffer.subarray(0, bytesRead));
    ({ bytesRead } = await next);
    [buffer, other] = [other, buffer];
  }
  signal?.throwIfAborted();
  return { hash, bytes };
}
