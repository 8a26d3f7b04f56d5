// SPDX-License-Identifier: Apache-2.0
import type { Sha256 } from '../core/sha256.ts';
import { createSha256 } from './create-hash.ts';
import { openRegularFile } from './open-regular-file.ts';

// Large reads halve the time: the default stream reads 64 KiB at a time.
const BUFFER_BYTES = 1024 * 1024;

/** What a file holds. */
export interface FileDigest {
  readonly sha256: Sha256;
  readonly bytes: number;
}

/**
 * The SHA-256 and size of the regular file at `file`, read whole and in constant memory.
 *
 * @throws BlobsError `BLOBS_NOT_A_FILE`; the system's error; the signal's reason when it is aborted.
 */
export async function hashFile(file: string, signal?: AbortSignal): Promise<FileDigest> {
  const handle = await openRegularFile(file);
  try {
    const hash = createSha256();
    const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
    let bytes = 0;
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
    }
    return { sha256: hash.digest('hex') as Sha256, bytes };
  } finally {
    await handle.close();
  }
}
