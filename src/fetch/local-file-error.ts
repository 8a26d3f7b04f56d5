// SPDX-License-Identifier: Apache-2.0
import { describeError, NO_SPACE_HINT, saysNoSpace } from '../core/errors.ts';
import { FinalError } from './final-error.ts';

/** A failure of this machine rather than of the source: no other source would do better. */
export class LocalFileError extends FinalError {}

/** Runs what writes to the local disk. @throws LocalFileError */
export async function local<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const isFull = saysNoSpace(error);
    throw new LocalFileError(
      isFull ? 'BLOBS_NO_SPACE' : 'BLOBS_FILE_ACCESS',
      `cannot write: ${describeError(error)}`,
      { cause: error, ...(isFull ? { hint: NO_SPACE_HINT } : {}) },
    );
  }
}
