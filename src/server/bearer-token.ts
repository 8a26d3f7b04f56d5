// SPDX-License-Identifier: Apache-2.0
import { createHash, timingSafeEqual } from 'node:crypto';
import { BlobsError, describeError } from '../core/errors.ts';
import { readCheckedFile } from '../store/regular-file.ts';

const MAX_FILE_BYTES = 4096;
// RFC 6750 §2.1.
const B64TOKEN = '[A-Za-z0-9\\-._~+/]+=*';
const TOKEN = new RegExp(`^${B64TOKEN}$`);
// The scheme in whatever case (RFC 9110 §11.1).
const HEADER = new RegExp(`^[Bb][Ee][Aa][Rr][Ee][Rr] +(${B64TOKEN})$`);
const OTHERS = 0o006;

export interface ReadToken {
  readonly token: string;
  /** Something to tell whoever started the server. */
  readonly warning?: string;
}

/**
 * The token in `file`: its one line, with or without an end of line.
 *
 * @throws BlobsError `BLOBS_FILE_ACCESS` where the file cannot be read; `BLOBS_NOT_A_FILE` for anything but a regular file
 *   of at most 4 KiB; `BLOBS_BAD_CONFIG` where it holds no token (RFC 6750 §2.1). None of them quotes it.
 */
export function readToken(file: string): ReadToken {
  let mode = 0;
  const bytes = readFile(file, (stats) => {
    mode = stats.mode;
  });
  const token = bytes.toString('latin1').replace(/\r?\n$/, '');
  if (!TOKEN.test(token)) {
    throw new BlobsError('BLOBS_BAD_CONFIG', `${file} holds no token`, {
      file,
      hint: 'write one line of letters, digits and -._~+/ into it, as "openssl rand -hex 32" does',
    });
  }
  // Windows knows no such bits, and sets them all.
  if (process.platform === 'win32' || (mode & OTHERS) === 0) return { token };
  return { token, warning: `other users may read or write ${file}, which holds the token: chmod 600` };
}

function readFile(file: string, check: Parameters<typeof readCheckedFile>[2]): Buffer {
  try {
    return readCheckedFile(file, MAX_FILE_BYTES, check);
  } catch (error) {
    if (error instanceof BlobsError) throw error;
    throw new BlobsError('BLOBS_FILE_ACCESS', `cannot read ${file}: ${describeError(error)}`, {
      file,
      cause: error,
    });
  }
}

/**
 * Whether the value of an Authorization header presents `token` (RFC 6750 §2.1). How long that takes depends on the header
 * alone: what is compared are digests, whole ones, also where there is no token to compare.
 */
export function isAuthorized(header: string | undefined, token: string): boolean {
  const presented = HEADER.exec(header ?? '')?.[1];
  const isEqual = timingSafeEqual(digest(presented ?? ''), digest(token));
  return isEqual && presented !== undefined;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
