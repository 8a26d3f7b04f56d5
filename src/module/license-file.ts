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

const PLACEHOLDER = /^[^\p{L}\p{N}]*(?:todo|tbd|fixme)\b/iu;
const MAX_PLACEHOLDER_CHARACTERS = 1_000;

/**
 * The licence text of `blob`; undefined where `license-path` leaves the module, or names anything but a readable
 * regular file of at most 1 MiB. A "./" in the path, which many modules write, is harmless and is passed over. `files`
 * are those of the blob's module.
 */
export function findLicenseText(
  blob: Pick<Blob, 'moduleDirectory' | 'licensePath'>,
  files = new ModuleFiles(blob.moduleDirectory),
): LicenseText | undefined {
  const bytes = files.findBytes(blob.licensePath, MAX_LICENSE_BYTES);
  const sha256 = bytes && findSha256(createSha256().update(bytes).digest('hex'));
  return sha256 && { sha256, text: bytes.toString('utf8') };
}

/** The one line of a text that says only that a licence is to come; undefined for any other text. */
export function findPlaceholder(text: string): string | undefined {
  if (text.length > MAX_PLACEHOLDER_CHARACTERS) return undefined;
  const line = text.trim();
  return PLACEHOLDER.test(line) && !line.includes('\n') ? line : undefined;
}

/** Whether a text could be a licence: it holds words, no NUL, and does not only say that one is to come. */
export function isLicenseText(text: string): boolean {
  return /\S/.test(text) && !text.includes('\0') && findPlaceholder(text) === undefined;
}
