// SPDX-License-Identifier: Apache-2.0

/** A host name without the dot that ends it, an address without brackets. */
export function bareHost(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

/** The port that a request for `url` (http or https) goes to. */
export function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
