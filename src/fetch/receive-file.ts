// SPDX-License-Identifier: Apache-2.0
import { BlobsError, describeError, systemCode } from '../core/errors.ts';
import { hashFile } from '../store/hash-file.ts';
import { openRegularFile } from '../store/open-regular-file.ts';
import { TemporaryFile } from '../store/temporary-file.ts';
import { local } from './local-file-error.ts';
import { checkLimit, type Received, type ReceiveOptions } from './receive.ts';

/**
 * Copies a local file into a new temporary file and hashes the copy, so that nobody can change what was hashed. The
 * file itself stays as it is. Leaves nothing behind when it throws.
 *
 * @throws BlobsError BLOBS_MISSING, BLOBS_NOT_A_FILE, BLOBS_FILE_ACCESS, BLOBS_SIZE_MISMATCH or BLOBS_TOO_LARGE;
 *   LocalFileError; the signal's reason.
 */
export async function receiveFile(file: string, options: ReceiveOptions): Promise<Received> {
  const handle = await openRegularFile(file).catch((error: unknown) => {
    throw readError(file, error);
  });
  let copy: TemporaryFile | undefined;
  try {
    checkLimit((await handle.stat()).size, options.limit, 'announces');
    options.beforeWrite?.();
    copy = await local(() => TemporaryFile.copyOf({ file, handle }, options.directory));
    const { sha256, bytes } = await hashFile(copy.path, options.signal);
    checkLimit(bytes, options.limit, 'sends');
    options.onBytes(bytes);
    return { file: copy, sha256, bytes };
  } catch (error) {
    await copy?.discard();
    throw error;
  } finally {
    await handle.close();
  }
}

function readError(file: string, error: unknown): unknown {
  if (error instanceof BlobsError) return error;
  if (systemCode(error) === 'ENOENT') return new BlobsError('BLOBS_MISSING', `${file} is gone`);
  return new BlobsError('BLOBS_FILE_ACCESS', `cannot read ${file}: ${describeError(error)}`, {
    cause: error,
  });
}
