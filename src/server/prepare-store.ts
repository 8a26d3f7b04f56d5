// SPDX-License-Identifier: Apache-2.0
import { BlobsError, describeError, saysNoSpace, systemCode } from '../core/errors.ts';
import type { BlobStore } from '../store/blob-store.ts';

/**
 * Makes the store ready to be written to. A disk that is full does not matter: what is there is served, and what has no
 * room is passed on.
 *
 * @throws BlobsError `BLOBS_STORE_UNUSABLE`
 */
export async function prepareStore(store: BlobStore): Promise<void> {
  store.isThere();
  try {
    await store.prepare();
  } catch (error) {
    if (saysNoSpace(error)) return;
    if (systemCode(error) === undefined) throw error;
    throw new BlobsError(
      'BLOBS_STORE_UNUSABLE',
      `cannot write to the store ${store.directory}: ${describeError(error)}`,
      {
        hint: 'name another directory with --store, or let this user write to it',
      },
    );
  }
}
