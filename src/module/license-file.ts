// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import { findSha256, type Sha256 } from '../core/sha256.ts';
import { createSha256 } from '../store/create-hash.ts';
import { ModuleFiles } from './module-files.ts';

/** A licence file that is larger counts as missing. */
export const MAX_LICENSE_BYTES = 1024 * 1024;

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
  const bytes = new ModuleFiles(blob.moduleDirectory).findBytes(blob.licensePath, MAX_LICENSE_BYTES);
  const sha256 = bytes && findSha256(createSha256().update(bytes).digest('hex'));
  return sha256 && { sha256, text: bytes.toString('utf8') };
}
