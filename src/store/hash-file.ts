// SPDX-License-Identifier: Apache-2.0
import { fstatSync } from 'node:fs';
import type { Sha256 } from '../core/sha256.ts';
import { type FileStamp, findReadStamp } from './file-stamp.ts';
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
  const { sha256, bytes } = await hashStampedFile(file, signal);
  return { sha256, bytes };
}

/** As {@link hashFile}, with what the file can be recognised by later; undefined where that would not be safe. */
export async function hashStampedFile(
  file: string,
  signal?: AbortSignal,
): Promise<FileDigest & { readonly stamp: FileStamp | undefined }> {
  const handle = await openRegularFile(file);
  try {
    const sinceMs = Date.now();
    const before = fstatSync(handle.fd, { bigint: true });
    const { hash, bytes } = await hashContent(handle, { signal, expectedBytes: Number(before.size) });
    const stamp = findReadStamp(before, fstatSync(handle.fd, { bigint: true }), sinceMs);
    return { sha256: hash.digest('hex') as Sha256, bytes, stamp };
  } finally {
    await handle.close();
  }
}
