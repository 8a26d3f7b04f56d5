// SPDX-License-Identifier: Apache-2.0
import { BlockList, isIP } from 'node:net';
import { BlobsError } from '../core/errors.ts';
import { escapeControls, shorten } from '../core/text.ts';

/** A network whose clients may use the server. */
export interface ClientNetwork {
  readonly family: 'ipv4' | 'ipv6';
  readonly addresses: BlockList;
}

// What an address of IPv4 looks like to a socket that listens on IPv6 (RFC 4291 §2.5.5.2).
const MAPPED = new BlockList();
const MAPPED_PREFIX = 96;
MAPPED.addSubnet('::ffff:0.0.0.0', MAPPED_PREFIX, 'ipv6');

/**
 * Reads a network in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3), such as 10.0.0.0/8 or fd00::/8, or a single address.
 * As usual, bits of the address beyond the prefix do not count.
 *
 * @throws BlobsError `BLOBS_USAGE` for anything else.
 */
export function parseNetwork(cidr: string): ClientNetwork {
  const [, address = '', bits] = /^([0-9a-f:.]{1,45})(?:\/(0|[1-9]\d{0,2}))?$/i.exec(cidr) ?? [];
  const version = isIP(address);
  const widest = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? widest : Number(bits);
  if (version === 0 || prefix > widest) {
    throw new BlobsError('BLOBS_USAGE', `"${escapeControls(shorten(cidr, 100))}" is no network`, {
      hint: 'give an address, or a network such as 10.0.0.0/8 or fd00::/8',
    });
  }
  const written = version === 4 ? 'ipv4' : 'ipv6';
  const addresses = new BlockList();
  addresses.addSubnet(address, prefix, written);
  const isMapped = version === 6 && prefix >= MAPPED_PREFIX && MAPPED.check(address, 'ipv6');
  return { family: isMapped ? 'ipv4' : written, addresses };
}

/**
 * Whether a client at `address` (`Socket.remoteAddress`) may use the server: where there are networks, it must be in one
 * of them. An address of IPv4 counts as that in whatever way it is written; it is in no network of IPv6.
 */
export function isAllowedClient(address: string | undefined, networks: readonly ClientNetwork[]): boolean {
  if (networks.length === 0) return true;
  const version = isIP(address ?? '');
  // Of a socket that is closed already, nobody can tell.
  if (address === undefined || version === 0) return false;
  const written = version === 4 ? 'ipv4' : 'ipv6';
  const meant = version === 6 && MAPPED.check(address, 'ipv6') ? 'ipv4' : written;
  return networks.some(({ family, addresses }) => family === meant && addresses.check(address, written));
}
