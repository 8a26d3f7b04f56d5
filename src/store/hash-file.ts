// SPDX-License-Identifier: Apache-2.0
import type { Sha256 } from '../core/sha256.ts';
import { hashContent } from './hash-content.ts';
import { openRegularFile } from './open-regular-file.ts';

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
    const { hash, bytes } = await hashContent(handle, { signal });
    return { sha256: hash.digest('hex') as Sha256, bytes };
  } finally {
    await handle.close();
  }
}
