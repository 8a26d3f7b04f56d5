// SPDX-License-Identifier: Apache-2.0
import { resolve } from 'node:path';
import { BlobsError } from '../core/errors.ts';

/**
 * The directory that --build-dir names, absolute, as a part of an options object; nothing where it was not given.
 *
 * @throws BlobsError `BLOBS_USAGE` for an empty name: what a script's empty variable gives is not meant for the current
 *   directory.
 */
export function parseBuildDirectory(cwd: string, named: string | undefined): { buildDirectory?: string } {
  if (named === undefined) return {};
  if (named === '') throw new BlobsError('BLOBS_USAGE', '--build-dir names no directory');
  return { buildDirectory: resolve(cwd, named) };
}
