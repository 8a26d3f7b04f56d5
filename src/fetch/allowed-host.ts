// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import { findUrl, redactUrl } from '../core/url.ts';
import { bareHost, portOf } from './host-name.ts';

/** A host that may be asked for clients of the server, whatever its address. */
export interface AllowedHost {
  /** As it stands in a URL (WHATWG): lower case, punycode, without brackets and without a dot at its end. */
  readonly host: string;
  /** Absent for every port. */
  readonly port?: number;
}

const MAX_CHARACTERS = 1024;
// Everything that would make it more than a host to the parser of URLs, and "*", which would be part of a name to it.
const FORM = /^(?<host>\[[0-9a-f:.]+\]|[^\s/?#@\\%:*[\]<>^|]+)(?::(?<port>\d{1,5}))?$/i;

/**
 * Reads HOST, HOST:PORT, [IPv6] or [IPv6]:PORT. Names may be international ones, addresses stand for what a URL makes of
 * them.
 *
 * @throws BlobsError `BLOBS_USAGE` for anything else: URLs, wildcards, ports out of range.
 */
export function parseAllowHost(text: string): AllowedHost {
  const { host = '', port } = (text.length <= MAX_CHARACTERS && FORM.exec(text)?.groups) || {};
  const url = host === '' ? undefined : findUrl(`http://${host}/`);
  if (url === undefined || !isSound(bareHost(url.hostname))) throw noHost(text);
  if (port === undefined) return { host: bareHost(url.hostname) };
  if (Number(port) < 1 || Number(port) > 65_535) throw noHost(text);
  return { host: bareHost(url.hostname), port: Number(port) };
}

/** Whether the host of `url`, exactly, is among `hosts`, with its port or with every port. */
export function isListedHost(url: URL, hosts: readonly AllowedHost[]): boolean {
  const host = bareHost(url.hostname);
  return hosts.some((one) => one.host === host && (one.port === undefined || one.port === portOf(url)));
}

/** An empty label means a typing error, or no name at all. */
function isSound(host: string): boolean {
  return host.split('.').every((label) => label !== '');
}

function noHost(text: string): BlobsError {
  return new BlobsError('BLOBS_USAGE', `"${redactUrl(text.slice(0, MAX_CHARACTERS))}" is no host`, {
    hint: 'give HOST, HOST:PORT, [IPv6] or [IPv6]:PORT, such as files.example.com or [2001:db8::1]:8443',
  });
}
