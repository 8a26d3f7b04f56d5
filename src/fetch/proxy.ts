// SPDX-License-Identifier: Apache-2.0
import { BlockList, isIP } from 'node:net';
import { BlobsError } from '../core/errors.ts';
import { bareHost, portOf } from './host-name.ts';

/** The value of an environment variable, and its name for messages. */
export interface ProxyVariable {
  readonly variable: string;
  readonly value: string;
}

/** What the environment says about proxies. */
export interface ProxySettings {
  /** For URLs that begin with `http:`. */
  readonly http?: ProxyVariable;
  /** For URLs that begin with `https:`. */
  readonly https?: ProxyVariable;
  /** Hosts that are asked directly. */
  readonly noProxy: string;
}

/** A proxy that is to be asked. */
export interface HttpProxy {
  /** Scheme, host and port; fit to be shown, since credentials are apart. */
  readonly origin: string;
  /** The value of Proxy-Authorization. */
  readonly authorization?: string;
}

// What curl takes where the URL of a proxy names no port.
const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '1080', 'https:': '443' };

/**
 * The proxy for `url`, as curl chooses it: by the scheme of `url`, unless its host is listed in `noProxy`.
 *
 * @throws BlobsError `BLOBS_BAD_CONFIG` where the variable that counts holds no URL of a proxy.
 */
export function findProxy(url: URL, settings: ProxySettings): HttpProxy | undefined {
  const variable = url.protocol === 'https:' ? settings.https : settings.http;
  if (variable === undefined || isExempt(url, settings.noProxy)) return undefined;
  return parseProxy(variable);
}

/**
 * Whether `noProxy` lists the host of `url`: names and what ends in `.name`, addresses, networks (`10.0.0.0/8`), all
 * parted by commas or white space; `*` alone for every host. A port (`name:8080`), which curl does not know, and a
 * leading `.` or `*.` are understood.
 */
export function isExempt(url: URL, noProxy: string): boolean {
  const host = bareHost(url.hostname);
  const port = String(portOf(url));
  const entries = noProxy.toLowerCase().split(/[\s,]+/);
  if (noProxy.trim() === '*') return true;
  return entries.some((entry) => entry !== '' && isListed(host, port, entry));
}

function isListed(host: string, port: string, entry: string): boolean {
  const [, bracketed, plain, entryPort] = /^(?:\[([^\]]*)\]|([^:]*|.*:.*:.*))(?::(\d+))?$/.exec(entry) ?? [];
  const name = bracketed ?? plain;
  if (name === undefined || (entryPort !== undefined && entryPort !== port)) return false;
  if (isIP(host) !== 0) return isSameAddress(host, name);
  const suffix = bareHost(name.replace(/^\*?\./, ''));
  return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
}

function isSameAddress(host: string, entry: string): boolean {
  const [address = '', bits, ...rest] = entry.split('/');
  const version = isIP(address);
  if (version === 0 || version !== isIP(host) || rest.length > 0) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const widest = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? widest : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if (!(prefix >= 0 && prefix <= widest)) return false;
  const network = new BlockList();
  network.addSubnet(address, prefix, family);
  return network.check(host, family);
}

/** The value itself is never quoted: where it is malformed, nobody can tell which part of it is the password. */
function parseProxy({ variable, value }: ProxyVariable): HttpProxy {
  const bad = (problem: string): BlobsError =>
    new BlobsError('BLOBS_BAD_CONFIG', `${variable} ${problem}`, {
      hint: `set ${variable} to something like http://proxy.example:3128, or unset it`,
    });
  const text = value.trim();
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(full)) throw bad('is not the URL of a proxy');
  const url = new URL(full);
  const defaultPort = DEFAULT_PORTS[url.protocol];
  if (defaultPort === undefined)
    throw bad(`names a proxy of the kind ${url.protocol} only http and https are known`);
  const port = url.port || writtenPort(full) || defaultPort;
  const credentials = basicAuthorization(url);
  return {
    origin: `${url.protocol}//${url.hostname}:${port}`,
    ...(credentials === undefined ? {} : { authorization: credentials }),
  };
}

/** The port that `url` names, also where it is the usual one of its scheme, which the parser takes away. */
function writtenPort(url: string): string | undefined {
  return /^[^/]*\/\/[^/?#\\]*:0*(\d+)(?:[/?#\\]|$)/.exec(url)?.[1];
}

/** What user name and password in a URL ask for (RFC 7617). */
export function basicAuthorization(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const bytes = Buffer.from(`${url.username}:${url.password}`).toString('latin1');
  const decoded = bytes.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return `Basic ${Buffer.from(decoded, 'latin1').toString('base64')}`;
}
