// SPDX-License-Identifier: Apache-2.0
import { dirname } from 'node:path';
import { describeError, makeRoomHint, NO_SPACE_HINT, STORE_FULL_HINT, saysNoSpace } from '../core/errors.ts';
import { isPartialDirectory } from '../store/store-layout.ts';
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
      { cause: error, ...(isFull ? { hint: fullHint(error) } : {}) },
    );
  }
}

/** A hint for what is full, as far as the system's error names it. */
function fullHint(error: unknown): string {
  const { path, dest = path } = error as { readonly path?: unknown; readonly dest?: unknown };
  if (typeof dest !== 'string') return NO_SPACE_HINT;
  const directory = dirname(dest);
  return isPartialDirectory(directory) ? STORE_FULL_HINT : makeRoomHint(directory);
}
