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
// RFC 7617 §2. Longer values hold no token of 4 KiB, whatever the user name.
const BASIC = /^[Bb][Aa][Ss][Ii][Cc] +([A-Za-z0-9+/]{1,8192}={0,2})$/;
const OTHERS = 0o006;

export interface ReadToken {
  readonly token: string;
  /** Something to tell whoever started the server. */
  readonly warning?: string;
}

/**
 * The token in `file`: its one line, with or without an end of line.
 *
 * @throws BlobsError `BLOBS_BAD_CONFIG` where the file cannot be read, or holds no token (RFC 6750 §2.1); `BLOBS_NOT_A_FILE`
 *   for anything but a regular file of at most 4 KiB. None of them quotes it.
 */
export function readToken(file: string): ReadToken {
  let mode = 0;
  const bytes = readFile(file, (stats) => {
    mode = stats.mode;
  });
  const token = bytes.toString('latin1').replace(/\r?\n$/, '');
  if (!TOKEN.test(token)) {
    throw new BlobsError('BLOBS_BAD_CONFIG', 'it holds no token', {
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
    // Node.js names the file at the end; it stands in front of the message already.
    const reason = describeError(error).replace(/, [a-z]+ '.*'$/s, '');
    throw new BlobsError('BLOBS_BAD_CONFIG', `the token cannot be read: ${reason}`, {
      file,
      hint: 'name a file with one line, which this user may read, with --token-file',
      cause: error,
    });
  }
}

/** What an answer of 401 asks for (RFC 6750 §3, RFC 7617 §2): with an error where a Bearer token was shown. */
export function challenges(header: string | undefined): string {
  const error = /^bearer/i.test(header ?? '') ? ', error="invalid_token"' : '';
  return `Bearer realm="blobs"${error}, Basic realm="blobs", charset="UTF-8"`;
}

/**
 * Whether the value of an Authorization header presents `token`: as Bearer (RFC 6750 §2.1), or as the password of any user
 * (Basic, RFC 7617), as browsers and netrc files have it. How long that takes depends on the header
 * alone: what is compared are digests, whole ones, also where there is no token to compare.
 */
export function isAuthorized(header: string | undefined, token: string): boolean {
  const presented = HEADER.exec(header ?? '')?.[1] ?? findPassword(header);
  const isEqual = timingSafeEqual(digest(presented ?? ''), digest(token));
  return isEqual && presented !== undefined;
}

function findPassword(header: string | undefined): string | undefined {
  const encoded = BASIC.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString('latin1');
  // A user name holds no colon.
  const colon = pair.indexOf(':');
  return colon === -1 ? undefined : pair.slice(colon + 1);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
