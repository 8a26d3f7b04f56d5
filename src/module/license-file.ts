// SPDX-License-Identifier: Apache-2.0
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Blob } from '../core/blob.ts';
import { findSha256, type Sha256 } from '../core/sha256.ts';
import { createSha256 } from '../store/create-hash.ts';
import { readRegularFile } from '../store/regular-file.ts';
import { findPathProblem, PathGuard } from './blob-path.ts';

const MAX_LICENSE_BYTES = 1024 * 1024;

/** The text of a licence file, and its digest, by which acceptance is remembered. */
export interface LicenseText {
  readonly sha256: Sha256;
  readonly text: string;
}

/**
 * The licence text of `blob`; undefined where `license-path` leaves the module, or names anything but a readable
 * regular file of at most 1 MiB. A "./" in the path, which many modules write, is harmless and is passed over.
 */
export function findLicenseText(
  blob: Pick<Blob, 'moduleDirectory' | 'licensePath'>,
): LicenseText | undefined {
  const path = blob.licensePath
    .split('/')
    .filter((segment) => segment !== '.')
    .join('/');
  if (findPathProblem(path) !== undefined) return undefined;
  try {
    if (!new PathGuard(blob.moduleDirectory).staysInside([], path)) return undefined;
    const bytes = readRegularFile(
      join(realpathSync(blob.moduleDirectory), ...path.split('/')),
      MAX_LICENSE_BYTES,
    );
    const sha256 = findSha256(createSha256().update(bytes).digest('hex'));
    return sha256 && { sha256, text: bytes.toString('utf8') };
  } catch {
    // Whatever the reason, there is no text that a person could be shown.
    return undefined;
  }
}
