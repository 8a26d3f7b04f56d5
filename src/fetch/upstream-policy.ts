// SPDX-License-Identifier: Apache-2.0
import { isIP } from 'node:net';
import { BlobsError } from '../core/errors.ts';
import { findUrl, redactUrl } from '../core/url.ts';
import { type AllowedHost, isListedHost } from './allowed-host.ts';
import { bareHost } from './host-name.ts';
import { isPublicAddress } from './public-address.ts';

const MAX_URL_CHARACTERS = 8 * 1024;

/**
 * What the server may ask others for its clients, who choose URLs, and for those whom these lead to, who choose redirects
 * and addresses. Its three functions stand for the three moments at which a request could be led astray; they may be
 * passed on by themselves.
 */
export interface UpstreamPolicy {
  /**
   * The URL that a client asks for, without its fragment.
   *
   * @throws BlobsError `BLOBS_URL_UNSUPPORTED` for what nobody may ask for (malformed, too long, another scheme than
   *   http or https, with credentials); `BLOBS_URL_NOT_ALLOWED` for what is neither declared nor on an allowed host.
   */
  readonly admitRequest: (text: string) => URL;
  /**
   * For every hop of every request: the first, redirects, what a Git LFS server names. See `HttpOptions.admit`.
   *
   * @throws BlobsError `BLOBS_URL_NOT_ALLOWED`, `BLOBS_ADDRESS_NOT_ALLOWED`.
   */
  readonly admitHop: (url: URL, way: { readonly isProxied: boolean }) => void;
  /**
   * For every address that a connection for `url` would go to. See `TransportOptions.admitAddress`.
   *
   * @throws BlobsError `BLOBS_ADDRESS_NOT_ALLOWED`.
   */
  readonly admitAddress: (url: URL, address: string) => void;
}

export interface UpstreamPolicyOptions {
  /** URLs as {@link requestHref} gives them. What it holds may change later. */
  readonly declaredUrls: Pick<ReadonlySet<string>, 'has'>;
  readonly allowHosts: readonly AllowedHost[];
}

/** What tells one request from another: the normalised URL (WHATWG) without its fragment, which is never sent. */
export function requestHref(url: URL): string {
  const asked = new URL(url);
  asked.hash = '';
  return asked.href;
}

/** The policy for the URLs that modules declare and for the hosts that `--allow-host` names. */
export function createUpstreamPolicy({ declaredUrls, allowHosts }: UpstreamPolicyOptions): UpstreamPolicy {
  const isAllowed = (url: URL): boolean => isListedHost(url, allowHosts);
  const admitAddress = (url: URL, address: string): void => {
    if (!isPublicAddress(address) && !isAllowed(url)) throw addressError(url, address);
  };
  return {
    admitRequest: (text) => {
      const url = parseAskedUrl(text);
      const href = requestHref(url);
      if (declaredUrls.has(href) || isAllowed(url)) return new URL(href);
      throw urlError(url, 'no module declares it, and its host was not allowed');
    },
    admitHop: (url, { isProxied }) => {
      if (!isHttp(url)) throw urlError(url, 'its scheme is neither http nor https');
      if (hasCredentials(url)) throw urlError(url, 'it holds credentials');
      if (isProxied && !isAllowed(url)) {
        throw urlError(url, 'its address cannot be checked behind a proxy, and its host was not allowed');
      }
      const host = bareHost(url.hostname);
      if (isIP(host) !== 0) admitAddress(url, host);
    },
    admitAddress,
  };
}

function parseAskedUrl(text: string): URL {
  // Neither what is too long nor what may be a password is repeated.
  if (text.length > MAX_URL_CHARACTERS) {
    throw new BlobsError('BLOBS_URL_UNSUPPORTED', `a URL of more than ${MAX_URL_CHARACTERS} characters`);
  }
  const url = findUrl(text);
  if (url === undefined) throw new BlobsError('BLOBS_URL_UNSUPPORTED', 'malformed URL');
  const shown = redactUrl(url.href);
  if (!isHttp(url)) {
    throw new BlobsError('BLOBS_URL_UNSUPPORTED', `the scheme of ${shown} is neither http nor https`);
  }
  if (hasCredentials(url)) {
    throw new BlobsError('BLOBS_URL_UNSUPPORTED', `credentials in the URL of ${shown}`, {
      hint: 'ask without them: this server passes no credentials of its clients on',
    });
  }
  return url;
}

function isHttp({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:';
}

function hasCredentials({ username, password }: URL): boolean {
  return username !== '' || password !== '';
}

function urlError(url: URL, reason: string): BlobsError {
  return new BlobsError('BLOBS_URL_NOT_ALLOWED', `${redactUrl(url.href)} is not asked for: ${reason}`, {
    hint: `who runs the server can allow the host with --allow-host ${url.host}`,
  });
}

/** The address is a fact for the log: a client who reads only the message learns nothing of the network from it. */
function addressError(url: URL, address: string): BlobsError {
  return new BlobsError('BLOBS_ADDRESS_NOT_ALLOWED', `${url.host} has no public address`, {
    facts: [`its address is ${address}`],
    hint: `who runs the server can allow the host with --allow-host ${url.host}`,
  });
}
