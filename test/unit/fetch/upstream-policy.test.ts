// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { BlobsError, type ErrorCode } from '../../../src/core/errors.ts';
import { parseAllowHost } from '../../../src/fetch/allowed-host.ts';
import { createUpstreamPolicy, requestHref } from '../../../src/fetch/upstream-policy.ts';

const DECLARED = 'https://declared.example/fw.bin?v=1';
const POLICY = createUpstreamPolicy({
  declaredUrls: new Set([DECLARED, 'http://10.0.0.9/declared.bin']),
  allowHosts: ['listed.example', 'ported.example:8443', '10.0.0.5', '[::1]:8080'].map(parseAllowHost),
});
const NOTHING = createUpstreamPolicy({ declaredUrls: new Set(), allowHosts: [] });

/** The error of `act`; undefined where it throws none. */
function errorOf(act: () => unknown): BlobsError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (error instanceof BlobsError) return error;
    throw error;
  }
}

describe("a client's URL", () => {
  it.each([
    [DECLARED, DECLARED],
    ['HTTPS://DECLARED.example:443/x/../fw.bin?v=1#part', DECLARED],
    ['https://declared.example/fw%2Ebin?v=1', undefined],
    ['https://declared.example/fw.bin', undefined],
    ['https://declared.example/fw.bin?v=1&w=2', undefined],
    ['https://declared.example/fw.bin?v=1?', undefined],
    ['https://declared.example:8443/fw.bin?v=1', undefined],
    ['https://declared.example./fw.bin?v=1', undefined],
    ['http://declared.example/fw.bin?v=1', undefined],
    ['https://listed.example/any?x=%20', 'https://listed.example/any?x=%20'],
    ['http://LISTED.example.:99/any#part', 'http://listed.example.:99/any'],
    ['https://listed.example.evil.invalid/', undefined],
    ['https://ported.example:8443/', 'https://ported.example:8443/'],
    ['https://ported.example/', undefined],
    ['http://10.0.0.5/', 'http://10.0.0.5/'],
    ['http://127.0.0.1/', undefined],
  ])('%s', (text, expected) => {
    if (expected !== undefined) expect(POLICY.admitRequest(text).href).toBe(expected);
    else expect(errorOf(() => POLICY.admitRequest(text))?.code).toBe('BLOBS_URL_NOT_ALLOWED');
  });

  it.each([
    '',
    'fw.bin',
    '/etc/passwd',
    '//listed.example/',
    'file:///etc/passwd',
    'ftp://listed.example/',
    'gopher://listed.example/',
    'data:,x',
    'javascript:1',
    'blob:https://listed.example/x',
    'ws://listed.example/',
    'oci://listed.example/x',
    'http://',
    'http://[::1',
    'http://listed.example:99999/',
    'https://me@listed.example/',
    'https://me:hunter2@listed.example/',
    'https://:hunter2@listed.example/',
    `https://listed.example/${'x'.repeat(8192)}`,
  ])('%.50s is refused for what it is, on whatever host', (text) => {
    const error = errorOf(() => POLICY.admitRequest(text));
    expect(error?.code).toBe('BLOBS_URL_UNSUPPORTED');
    expect(JSON.stringify([error?.message, error?.details])).not.toContain('hunter2');
    expect(error?.message.length).toBeLessThan(200);
  });

  it('may have 8 KiB', () => {
    const start = 'https://listed.example/';
    const text = start + 'x'.repeat(8192 - start.length);
    expect(POLICY.admitRequest(text).href).toBe(text);
  });

  it('is refused with the option that would allow it', () => {
    const error = errorOf(() => NOTHING.admitRequest('https://a.example:81/x?token=hunter2'));
    expect(error?.details.hint).toContain('--allow-host a.example:81');
    expect(error?.message).not.toContain('hunter2');
  });

  it('counts as declared from the moment on that it is', () => {
    const declaredUrls = new Set<string>();
    const policy = createUpstreamPolicy({ declaredUrls, allowHosts: [] });
    expect(errorOf(() => policy.admitRequest(DECLARED))?.code).toBe('BLOBS_URL_NOT_ALLOWED');
    declaredUrls.add(requestHref(new URL(`${DECLARED}#part`)));
    expect(policy.admitRequest(DECLARED).href).toBe(DECLARED);
  });
});

/** Hosts that stand for this machine or a network of its owner, in every spelling that a URL may have. */
const PRIVATE_HOSTS = [
  '127.0.0.1',
  '127.0.0.1.',
  '127.1',
  '127.0.1',
  '0x7f.1',
  '0x7f.1.',
  '0X7F000001',
  '2130706433',
  '0177.0.0.1',
  '017700000001',
  '%31%32%37.0.0.1',
  '①②⑦.0.0.1',
  '127。0。0。1',
  '０x7f.1',
  '0',
  '0.0.0.0',
  '[::]',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:7f00:1]',
  '[::ffff:127.0.0.1]',
  '[::127.0.0.1]',
  '[::ffff:0:127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b:1::7f00:1]',
  '[2002:7f00:1::]',
  '[2001:0:7f00:1::]',
  '[2001:0:808:808:0:0:80ff:fffe]',
  '10.0.0.1',
  '0300.0250.1',
  '172.31.255.255',
  '3232235777',
  '100.64.0.1',
  '169.254.169.254',
  '0xa9fea9fe',
  '[::ffff:a9fe:a9fe]',
  '[fd00:ec2::254]',
  '[fe80::1]',
  '[fec0::1]',
  '[ff02::1]',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '[2001:db8::1]',
];

describe('a hop', () => {
  it.each(PRIVATE_HOSTS)('to http://%s/ is refused', (host) => {
    const code: ErrorCode = 'BLOBS_ADDRESS_NOT_ALLOWED';
    for (const url of [`http://${host}/`, `https://${host}:8443/x`]) {
      expect(errorOf(() => POLICY.admitHop(new URL(url), { isProxied: false }))?.code, url).toBe(code);
    }
  });

  it.each([
    ['https://anywhere.example/', 'direct', undefined],
    ['https://8.8.8.8/', 'direct', undefined],
    ['https://[2606:4700::1]/', 'direct', undefined],
    ['https://[64:ff9b::8.8.8.8]/', 'direct', undefined],
    // A name is looked up later; that it is declared allows no address.
    ['http://localhost/', 'direct', undefined],
    ['http://10.0.0.9/declared.bin', 'direct', 'BLOBS_ADDRESS_NOT_ALLOWED'],
    ['http://10.0.0.5/', 'direct', undefined],
    ['http://10.0.0.5:22/', 'direct', undefined],
    ['http://[::1]:8080/', 'direct', undefined],
    ['http://[::1]:22/', 'direct', 'BLOBS_ADDRESS_NOT_ALLOWED'],
    ['https://me:hunter2@listed.example/', 'direct', 'BLOBS_URL_NOT_ALLOWED'],
    ['https://me@anywhere.example/', 'direct', 'BLOBS_URL_NOT_ALLOWED'],
    ['file:///etc/passwd', 'direct', 'BLOBS_URL_NOT_ALLOWED'],
    ['ftp://listed.example/', 'direct', 'BLOBS_URL_NOT_ALLOWED'],
    ['https://listed.example/', 'proxied', undefined],
    ['https://ported.example:8443/', 'proxied', undefined],
    ['https://ported.example/', 'proxied', 'BLOBS_URL_NOT_ALLOWED'],
    ['https://anywhere.example/', 'proxied', 'BLOBS_URL_NOT_ALLOWED'],
    [DECLARED, 'proxied', 'BLOBS_URL_NOT_ALLOWED'],
    ['https://8.8.8.8/', 'proxied', 'BLOBS_URL_NOT_ALLOWED'],
    ['http://127.0.0.1/', 'proxied', 'BLOBS_URL_NOT_ALLOWED'],
    ['http://10.0.0.5/', 'proxied', undefined],
  ])('to %s, %s: %s', (url, way, expected) => {
    const error = errorOf(() => POLICY.admitHop(new URL(url), { isProxied: way === 'proxied' }));
    expect(error?.code).toBe(expected);
    expect(String(error?.message)).not.toContain('hunter2');
  });
});

describe('an address', () => {
  it.each([
    ['https://anywhere.example/', '8.8.8.8', undefined],
    ['https://anywhere.example/', '10.0.0.1', 'BLOBS_ADDRESS_NOT_ALLOWED'],
    ['https://anywhere.example/', '::ffff:10.0.0.1', 'BLOBS_ADDRESS_NOT_ALLOWED'],
    ['https://anywhere.example/', 'fe80::1%lo', 'BLOBS_ADDRESS_NOT_ALLOWED'],
    [DECLARED, '10.0.0.1', 'BLOBS_ADDRESS_NOT_ALLOWED'],
    ['https://listed.example/', '10.0.0.1', undefined],
    ['https://Listed.Example./', '::1', undefined],
    ['https://sub.listed.example/', '10.0.0.1', 'BLOBS_ADDRESS_NOT_ALLOWED'],
    ['https://ported.example:8443/', '10.0.0.1', undefined],
    ['https://ported.example:22/', '10.0.0.1', 'BLOBS_ADDRESS_NOT_ALLOWED'],
    // What was allowed is that host, not whoever says to have its address.
    ['https://anywhere.example/', '10.0.0.5', 'BLOBS_ADDRESS_NOT_ALLOWED'],
  ])('for %s of %s: %s', (url, address, expected) => {
    expect(errorOf(() => POLICY.admitAddress(new URL(url), address))?.code).toBe(expected);
  });

  it('that is refused stands in the facts alone, which clients do not get', () => {
    const error = errorOf(() => NOTHING.admitAddress(new URL('https://a.example/'), '10.1.2.3'));
    expect(error?.message).not.toContain('10.1.2.3');
    expect(error?.details.facts).toEqual(['its address is 10.1.2.3']);
  });
});
