// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { BlobsError } from '../../../src/core/errors.ts';
import { isAllowedClient, parseNetwork } from '../../../src/server/client-networks.ts';

describe('a client', () => {
  it.each([
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.0/8', '9.255.255.255', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '::ffff:a01:203', true],
    ['10.0.0.0/8', '::ffff:11.1.2.3', false],
    ['10.0.0.0/8', '::10.1.2.3', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '::ffff:192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['192.0.2.7/31', '192.0.2.6', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '::ffff:203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::/0', '2001:db8::1', true],
    ['::/0', '203.0.113.9', false],
    ['::/0', '::ffff:203.0.113.9', false],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['2001:DB8:0:0::1', '2001:db8::1', true],
    ['2001:db8::1', '2001:db8::2', false],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['fe80::/10', '2001:db8::1%eth0', false],
    ['::ffff:10.0.0.0/104', '10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '::ffff:10.1.2.3', true],
    ['::ffff:10.0.0.0/104', '11.1.2.3', false],
    ['::1', '127.0.0.1', false],
  ])('of a network %s from %s: %s', (cidr, address, expected) => {
    expect(isAllowedClient(address, [parseNetwork(cidr)])).toBe(expected);
  });

  it('may come from any of several networks', () => {
    const networks = ['10.0.0.0/8', 'fd00::/8'].map(parseNetwork);
    expect(isAllowedClient('10.0.0.1', networks)).toBe(true);
    expect(isAllowedClient('fd12::1', networks)).toBe(true);
    expect(isAllowedClient('192.168.0.1', networks)).toBe(false);
  });

  it('may come from anywhere where no network is named', () => {
    for (const address of ['203.0.113.9', '2001:db8::1', undefined]) {
      expect(isAllowedClient(address, [])).toBe(true);
    }
  });

  it.each([undefined, '', 'localhost', '%', '10.0.0.1, 10.0.0.1', '/tmp/socket'])(
    'without an address that can be read may not come where one is: %s',
    (address) => {
      const networks = ['0.0.0.0/0', '::/0'].map(parseNetwork);
      expect(isAllowedClient(address, networks)).toBe(false);
    },
  );
});

it.each([
  '',
  '/',
  '10.0.0.0/',
  '10.0.0.0/33',
  '10.0.0.0/-1',
  '10.0.0.0/08',
  '10.0.0.0/8/8',
  '10.0.0.0/255.0.0.0',
  '10.0.0',
  '10.0.0.0.0',
  '010.0.0.0/8',
  '0xa.0.0.0/8',
  '10.0.0.0 /8',
  ' 10.0.0.0/8',
  '10.0.0.0/8\n',
  '10.0.0.0/8,10.0.0.0/8',
  '256.0.0.0/8',
  '::/129',
  '::1%lo',
  '[::1]',
  ':::/0',
  'example.com',
  '*',
  'all',
  '\u001b[31m',
  '1'.repeat(100_000),
])('%.30j is no network', (cidr) => {
  expect(() => parseNetwork(cidr)).toThrow(
    expect.objectContaining({
      constructor: BlobsError,
      code: 'BLOBS_USAGE',
      message: expect.not.stringMatching(/\u001b|.{200}/),
    }),
  );
});
