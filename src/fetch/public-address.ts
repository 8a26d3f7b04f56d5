// SPDX-License-Identifier: Apache-2.0
import { BlockList, isIP, isIPv4 } from 'node:net';

/** Networks of IPv4 that are not the public internet (IANA IPv4 Special-Purpose Address Registry, RFC 6890). */
const SPECIAL_IPV4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8], // this network; 0.0.0.0 is this machine
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // a cloud's own service in each of its virtual machines
  ['169.254.0.0', 16], // link-local, with the services of most clouds
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, with broadcast
];

/** The same within what IPv6 has of public addresses (IANA IPv6 Special-Purpose Address Registry). */
const SPECIAL_IPV6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23], // protocol assignments: Teredo, benchmarks, ORCHID
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4: a tunnel to whatever IPv4 address it names
  ['3fff::', 20], // documentation
];

/** Where IPv6 addresses stand for one of IPv4, so that it is that one which counts: mapped, and NAT64 (RFC 6052). */
const EMBEDDING = ['::ffff:', '64:ff9b::'] as const;
const EMBEDDING_PREFIX = 96;

const SPECIAL = new BlockList();
const GLOBAL_IPV6 = new BlockList();
GLOBAL_IPV6.addSubnet('2000::', 3, 'ipv6');
for (const start of EMBEDDING) GLOBAL_IPV6.addSubnet(`${start}0.0.0.0`, EMBEDDING_PREFIX, 'ipv6');
for (const [network, prefix] of SPECIAL_IPV6) SPECIAL.addSubnet(network, prefix, 'ipv6');
for (const [network, prefix] of SPECIAL_IPV4) {
  SPECIAL.addSubnet(network, prefix, 'ipv4');
  for (const start of EMBEDDING) SPECIAL.addSubnet(start + network, EMBEDDING_PREFIX + prefix, 'ipv6');
}

/**
 * Whether `address` (without brackets) is an IP address of the public internet: none of a private or special network, in
 * no form that leads to one. Of IPv6, whatever is not global unicast counts as special (RFC 4291 §2.4).
 */
export function isPublicAddress(address: string): boolean {
  // A zone (`%eth0`) belongs to addresses of this link alone.
  if (isIP(address) === 0 || address.includes('%')) return false;
  if (isIPv4(address)) return !SPECIAL.check(address, 'ipv4');
  return GLOBAL_IPV6.check(address, 'ipv6') && !SPECIAL.check(address, 'ipv6');
}
