// SPDX-License-Identifier: Apache-2.0
import { findUrl, redactUrl } from '../core/url.ts';

// What RFC 3986 allows in each part; the rest is percent-encoded, and so is a "%" that encodes nothing.
const NOT_IN_PATH = /%(?![0-9A-Fa-f]{2})|[^\w\-.~!$&'()*+,;=:@/%]/g;
const NOT_BEHIND = /%(?![0-9A-Fa-f]{2})|[^\w\-.~!$&'()*+,;=:@/?%]/g;

// RFC 3986, section 3.2: a name, an IPv4 address, or an IPv6 address in brackets; with a port.
const AUTHORITY = /^(?:(?:[\w\-.~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*|\[[0-9A-Fa-f:.]+\])(?::\d*)?$/;

/**
 * `text` as a URI (RFC 3986) in ASCII, without credentials and what looks like a token; undefined for anything but an
 * absolute http, https, file or oci URL. The WHATWG's URLs, which `text` is read as, may hold what URIs may not.
 */
export function toUri(text: string): string | undefined {
  const given = findUrl(text);
  // Spelt by the parser, it holds no character that redacting would escape.
  const url = given && findUrl(redactUrl(given.href));
  if (url === undefined || !['http:', 'https:', 'file:', 'oci:'].includes(url.protocol)) return undefined;
  if (!AUTHORITY.test(url.host)) return undefined;
  const search = url.search.slice(1).replace(NOT_BEHIND, encode);
  const hash = url.hash.slice(1).replace(NOT_BEHIND, encode);
  return [
    `${url.protocol}//${url.host}${url.pathname.replace(NOT_IN_PATH, encode)}`,
    search === '' ? '' : `?${search}`,
    hash === '' ? '' : `#${hash}`,
  ].join('');
}

/** Outside of ASCII, URL has encoded everything already. */
function encode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
