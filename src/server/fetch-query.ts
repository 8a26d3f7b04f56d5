// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import { findSha256, type Sha256 } from '../core/sha256.ts';
import { parseTtl } from './parse-ttl.ts';

/** What `/api/v1/fetch` is asked for. */
export interface FetchQuery {
  /** What should be a URL. Nothing of it was checked. */
  readonly url: string;
  readonly digest?: Sha256;
  readonly ttlMs?: number;
}

/** A URL that was put behind `url=` as it stands, with a query of its own. */
const UNENCODED = /^https?:\/\/[^?]*\?[^=]*=/i;

/**
 * Reads the query of `/api/v1/fetch`, without its "?".
 *
 * KissCache is used by putting a prefix that ends in `?url=` before a URL, encoded or not. A URL that stands there as it is,
 * with a query of its own, is taken as it stands, and all that follows is its own up to `&url=`, `&sha256=` or `&ttl=`.
 * Anything else is percent-decoded once. A "+" stays one, since no URL holds a space, and many file names hold a "+".
 *
 * @throws BlobsError `BLOBS_BAD_REQUEST` where a parameter is missing, malformed, unknown, or there twice
 */
export function parseFetchQuery(query: string): FetchQuery {
  const found = new Map<string, string>();
  for (const part of query.split(/&(?=(?:url|sha256|ttl)(?:=|&|$))/)) {
    const equals = part.indexOf('=');
    const name = equals === -1 ? part : part.slice(0, equals);
    if (!NAMES.has(name)) throw bad(name === '' ? 'url is missing' : 'a parameter is unknown');
    if (found.has(name)) throw bad(`${name} is there twice`);
    found.set(name, equals === -1 ? '' : part.slice(equals + 1));
  }
  const url = found.get('url') ?? '';
  if (url === '') throw bad('url is missing');
  const sha256 = found.get('sha256');
  const digest = sha256 === undefined ? undefined : findSha256(sha256);
  if (sha256 !== undefined && digest === undefined) throw bad('sha256 must be 64 hexadecimal digits');
  const ttl = found.get('ttl');
  return {
    url: UNENCODED.test(url) ? url : decode(url),
    ...(digest === undefined ? {} : { digest }),
    ...(ttl === undefined ? {} : { ttlMs: parseTtl(ttl) }),
  };
}

const NAMES: ReadonlySet<string> = new Set(['url', 'sha256', 'ttl']);

function decode(text: string): string {
  if (text.includes('&')) {
    throw bad('a parameter is unknown; if it is a part of the URL, percent-encode the URL');
  }
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad('url is not percent-encoded UTF-8');
  }
}

function bad(message: string): BlobsError {
  return new BlobsError('BLOBS_BAD_REQUEST', message);
}
