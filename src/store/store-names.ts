// SPDX-License-Identifier: Apache-2.0
import { lstatSync, readdirSync } from 'node:fs';
import { BlobsError, describeError, systemCode } from '../core/errors.ts';

/**
 * The names in a directory of the store, sorted; none where no directory is, or a link to one.
 *
 * @throws BlobsError `BLOBS_STORE_UNUSABLE` where it cannot be read
 */
export function namesIn(directory: string): readonly string[] {
  try {
    return lstatSync(directory).isDirectory() ? readdirSync(directory).sort() : [];
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
    throw new BlobsError('BLOBS_STORE_UNUSABLE', `cannot read the local store: ${describeError(error)}`);
  }
}
