// SPDX-License-Identifier: Apache-2.0
import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BlobsError, describeError, systemCode } from '../core/errors.ts';
import { redactUrl } from '../core/url.ts';
import { openRegularFile } from '../store/open-regular-file.ts';
import type { Body } from './body.ts';
import type { Mirror } from './mirrors.ts';

/**
 * Opens the file that a `file:` mirror names: a regular file inside the directory of the mirror's replacement,
 * symbolic links followed.
 *
 * @throws BlobsError `BLOBS_MISSING`, `BLOBS_UNSAFE_PATH`, `BLOBS_NOT_A_FILE` or `BLOBS_FILE_ACCESS`.
 */
export async function openFileSource(url: string, mirror: Mirror): Promise<Body> {
  try {
    const file = realpathSync(fileURLToPath(url));
    const base = realpathSync(fileURLToPath(mirror.replacement.replace(/[^/]*\{.*$/s, '')));
    if (!file.startsWith(base.endsWith(sep) ? base : base + sep)) {
      throw new BlobsError('BLOBS_UNSAFE_PATH', `${redactUrl(url)} lies outside the mirror's directory`);
    }
    const handle = await openRegularFile(file);
    return { stream: handle.createReadStream({ highWaterMark: 1024 * 1024 }) };
  } catch (error) {
    if (error instanceof BlobsError) throw error;
    if (systemCode(error) === 'ENOENT')
      throw new BlobsError('BLOBS_MISSING', `${redactUrl(url)} does not exist`);
    throw new BlobsError('BLOBS_FILE_ACCESS', `cannot read ${redactUrl(url)}: ${describeError(error)}`, {
      cause: error,
    });
  }
}
