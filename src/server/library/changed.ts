// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';

/** Why a reader gets no more of an entry of the store that somebody wrote to. */
export function entryChanged(): BlobsError {
  return new BlobsError('BLOBS_HASH_MISMATCH', 'the file changed while it was read');
}

/** Why a reader gets no more of a download that does not go on with the body that it has a part of. */
export function upstreamChanged(): BlobsError {
  return new BlobsError('BLOBS_NETWORK', 'upstream began anew with other bytes');
}
