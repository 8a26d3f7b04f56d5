// SPDX-License-Identifier: Apache-2.0
import { BlobsError, describeError } from '../core/errors.ts';

/** A failure of this machine rather than of the source: no other source would do better. */
export class LocalFileError extends BlobsError {}

/** Runs what writes to the local disk. @throws LocalFileError */
export async function local<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new LocalFileError('BLOBS_FILE_ACCESS', `cannot write: ${describeError(error)}`, { cause: error });
  }
}
