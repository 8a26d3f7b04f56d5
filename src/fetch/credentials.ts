// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import type { Netrc } from './netrc.ts';
import { basicAuthorization } from './proxy.ts';

/** What the user's environment holds to prove who asks. */
export interface Credentials {
  /** Reads the user's netrc file, once. */
  readonly netrc: () => Netrc;
  /** `GITHUB_TOKEN`. */
  readonly githubToken: string | undefined;
}

/** A value for the header Authorization, and where it comes from, which may be shown. */
export interface Authorization {
  readonly value: string;
  readonly from: 'the URL' | 'netrc' | 'GITHUB_TOKEN';
}

/** How a URL is asked for. */
export interface Asked {
  readonly url: URL;
  /** Whether a proxy is asked, so that even the name of this machine means another. */
  readonly isProxied: boolean;
}

const GITHUB_HOSTS = new Set(['github.com', 'raw.githubusercontent.com', 'api.github.com']);

/**
 * What to send with the first request for a URL: the credentials that stand in it, else those of netrc for exactly its
 * host, over https or to this machine. Each hop of a redirect is asked about anew, so nothing follows it elsewhere.
 */
export function findAuthorization(asked: Asked, credentials?: Credentials): Authorization | undefined {
  const own = basicAuthorization(asked.url);
  if (own !== undefined) return { value: own, from: 'the URL' };
  if (credentials === undefined || !isSafe(asked)) return undefined;
  const { logins } = credentials.netrc();
  const { hostname } = asked.url;
  const found = logins.get(hostname) ?? logins.get(hostname.replace(/^\[(.*)\]$/, '$1'));
  if (found === undefined) return undefined;
  const pair = Buffer.from(`${found.login}:${found.password}`).toString('base64');
  return { value: `Basic ${pair}`, from: 'netrc' };
}

/**
 * What to send with a second request, after `status` was the answer to one without credentials.
 *
 * @throws BlobsError `BLOBS_BAD_CONFIG` where the token cannot be one.
 */
export function findToken(url: URL, status: number, credentials?: Credentials): Authorization | undefined {
  const token = credentials?.githubToken?.trim();
  if (!token || ![401, 403, 404].includes(status)) return undefined;
  if (url.protocol !== 'https:' || url.port !== '' || !GITHUB_HOSTS.has(url.hostname)) return undefined;
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new BlobsError('BLOBS_BAD_CONFIG', 'GITHUB_TOKEN holds characters that are in no token');
  }
  return { value: `Bearer ${token}`, from: 'GITHUB_TOKEN' };
}

/** Whether nobody on the way can read what is sent. */
function isSafe({ url, isProxied }: Asked): boolean {
  if (url.protocol === 'https:') return true;
  return !isProxied && isLoopback(url.hostname);
}

/** Whether a host of a URL is surely this machine. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
