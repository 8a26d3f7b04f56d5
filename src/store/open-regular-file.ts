// SPDX-License-Identifier: Apache-2.0
import { fstatSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { BlobsError } from '../core/errors.ts';
import { READ_ONLY } from './regular-file.ts';

/**
 * Opens the regular file at `file`, symbolic links followed, for reading piece by piece. The caller closes it.
 *
 * @throws BlobsError `BLOBS_NOT_A_FILE` for anything else; the system's error.
 */
export async function openRegularFile(file: string): Promise<FileHandle> {
  const handle = await open(file, READ_ONLY);
  try {
    // Asking another thread about an open file costs more than the answer, which counts with thousands of small ones.
    if (fstatSync(handle.fd).isFile()) return handle;
  } catch (error) {
    await handle.close();
    throw error;
  }
  await handle.close();
  throw new BlobsError('BLOBS_NOT_A_FILE', `${file} is not a regular file`, { file });
}
