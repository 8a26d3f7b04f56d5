// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { isPublicAddress } from '../../../src/fetch/public-address.ts';

/** Special networks of IPv4 by their first and last address, with the public neighbours that they have. */
const NETWORKS: readonly (readonly [
  name: string,
  first: string,
  last: string,
  before: string | undefined,
  after: string | undefined,
])[] = [
  ['this network', '0.0.0.0', '0.255.255.255', undefined, '1.0.0.0'],
  ['private, of class A', '10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
  ['carrier-grade NAT', '100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
  ['loopback', '127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
  ['a cloud', '168.63.129.16', '168.63.129.16', '168.63.129.15', '168.63.129.17'],
  ['link-local', '169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
  ['private, of class B', '172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
  ['protocol assignments', '192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
  ['documentation', '192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
  ['6to4 relays', '192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
  ['private, of class C', '192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
  ['benchmarks', '198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
  ['more documentation', '198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
  ['still more', '203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
  ['multicast', '224.0.0.0', '239.255.255.255', '223.255.255.255', undefined],
  ['reserved, and broadcast', '240.0.0.0', '255.255.255.255', undefined, undefined],
];

function hex(address: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

describe.each(NETWORKS)('%s', (_name, first, last, before, after) => {
  it('is special from its first to its last address', () => {
    for (const address of [first, last]) expect(isPublicAddress(address), address).toBe(false);
  });

  it('ends there', () => {
    const neighbours = [before, after].filter((address) => address !== undefined);
    for (const address of neighbours) expect(isPublicAddress(address), address).toBe(true);
    // Above them is nothing that is public.
    expect(neighbours.length > 0 || last === '255.255.255.255').toBe(true);
  });

  it.each([
    ['mapped', '::ffff:'],
    ['through NAT64', '64:ff9b::'],
  ])('is the same %s to IPv6', (_form, start) => {
    for (const address of [first, last]) {
      expect(isPublicAddress(start + address), address).toBe(false);
      expect(isPublicAddress(start + hex(address)), address).toBe(false);
    }
    for (const address of [before, after]) {
      if (address !== undefined) expect(isPublicAddress(start + hex(address)), address).toBe(true);
    }
  });

  it('is not reached by forms of IPv6 that nobody needs', () => {
    const [high = '', low = ''] = hex(first).split(':');
    const forms = [`::${high}:${low}`, `::ffff:0:${high}:${low}`, `2002:${high}:${low}::1`];
    forms.push(`64:ff9b:1::${high}:${low}`, `2001:0:${high}:${low}::`, `2001:0:808:808::${high}:${low}`);
    for (const form of forms) expect(isPublicAddress(form), form).toBe(false);
  });
});

describe('an address of IPv6', () => {
  it.each([
    ['unspecified', '::'],
    ['unspecified, at length', '0:0:0:0:0:0:0:0'],
    ['loopback', '::1'],
    ['compatible to a public one of IPv4', '::8.8.8.8'],
    ['translated (SIIT)', '::ffff:0:808:808'],
    ['for NAT64 of the own network', '64:ff9b:1::808:808'],
    ['discarded', '100::1'],
    ['below global unicast', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['Teredo', '2001::1'],
    ['ORCHID', '2001:10::1'],
    ['ORCHIDv2', '2001:20::1'],
    ['for benchmarks', '2001:2::1'],
    ['the last assigned to a protocol', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['documentation', '2001:db8::1'],
    ['6to4 of a public one', '2002:808:808::1'],
    ['documentation, at last', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['above global unicast', '4000::'],
    ['segment routing', '5f00::1'],
    ['unique local', 'fc00::1'],
    ['unique local, of a cloud', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['link-local, with a zone', 'fe80::1%lo'],
    ['global, with a zone', '2606:4700::1%lo'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['the last', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ])('is special: %s', (_name, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each([
    ['the first of global unicast', '2000::'],
    ['after the protocols', '2001:200::1'],
    ['beside documentation', '2001:db9::1'],
    ['after 6to4', '2003::1'],
    ['between', '2606:4700:4700::1111'],
    ['after the documentation', '3fff:1000::'],
    ['mapped', '::ffff:8.8.8.8'],
    ['through NAT64', '64:ff9b::8.8.8.8'],
  ])('is public: %s', (_name, address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
});

it.each(['', 'localhost', '[::1]', '8.8.8', '8.8.8.8.', '08.8.8.8', '0x8.8.8.8', '8.8.8.8/32', ' 8.8.8.8'])(
  'what is no address is not public: "%s"',
  (text) => {
    expect(isPublicAddress(text)).toBe(false);
  },
);
