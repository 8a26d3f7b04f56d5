// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { findPlaces, isByHash, parseMirror } from '../../../src/fetch/mirrors.ts';
import { caught, digestOf } from '../samples.ts';

const DIGEST = digestOf('content');

function urls(mirrors: readonly string[], ...declared: string[]): string[] {
  const originals = declared.map((url) => ({ url }));
  const { places } = findPlaces(mirrors.map(parseMirror), originals, DIGEST);
  return places.flatMap((place) => (place.kind === 'mirror' ? place.url : []));
}

describe('parseMirror', () => {
  it.each([
    ['https://a.invalid/x/=https://m.invalid/y/', 'https://a.invalid/x/', 'https://m.invalid/y/'],
    ['https://a.invalid/x=http://m.invalid', 'https://a.invalid/x/', 'http://m.invalid'],
    ['https://a.invalid=file:///mirror', 'https://a.invalid/', 'file:///mirror'],
    ['https://a.invalid/a=b/=https://m.invalid/c=d/', 'https://a.invalid/a=b/', 'https://m.invalid/c=d/'],
    ['HTTPS://A.invalid:443/./x/=https://m.invalid/', 'https://a.invalid/x/', 'https://m.invalid/'],
    ['sha256=https://m.invalid/{sha256:2}/{sha256}', 'sha256', 'https://m.invalid/{sha256:2}/{sha256}'],
    ['https://a.invalid/=HTTP://m.invalid/', 'https://a.invalid/', 'http://m.invalid/'],
    ['sha256=FILE:///M/{sha256}', 'sha256', 'file:///M/{sha256}'],
    ['sha256=OCI://oci.invalid/blobs', 'sha256', 'oci://oci.invalid/blobs'],
    ['https://a.invalid/=oci://R.invalid:5000/a/b', 'https://a.invalid/', 'oci://r.invalid:5000/a/b'],
    ['https://a.invalid/=file://localhost/m', 'https://a.invalid/', 'file://localhost/m'],
  ])('%s', (text, prefix, replacement) => {
    expect(parseMirror(text)).toEqual({ prefix, replacement });
  });

  it.each([
    '',
    'https://a.invalid/',
    'https://a.invalid/=m.invalid',
    'https://a.invalid/=ftp://m.invalid/',
    'https://a.invalid/=https://',
    'https://a.invalid/=oci://oci.invalid/Blobs',
    'sha256=oci://oci.invalid/blobs@sha256:{sha256}',
    '=https://m.invalid/',
    'a.invalid=https://m.invalid/',
    'file:///a/=https://m.invalid/',
    'https://a.invalid/?x=https://m.invalid/',
    'https://a.invalid/#x=https://m.invalid/',
    'sha256=https://m.invalid/',
    'SHA256=https://m.invalid/{sha256}',
    'sha256=https://m.invalid/{sha256:3}/{sha256}',
    'https://a.invalid/=https://m.invalid/{SHA256}/',
    'https://a.invalid/=https://m.invalid/{}/',
    'https://a.invalid/=file://relative/x',
    'https://user:pw@a.invalid/=https://m.invalid/',
    'https://user@a.invalid/=https://m.invalid/',
  ])('refuses "%s" as wrong usage, with a hint', async (text) => {
    const error = await caught(() => parseMirror(text));
    expect(error.code).toBe('BLOBS_USAGE');
    expect(error.message).toContain('--mirror');
    expect(error.details.hint).toContain('--mirror');
  });

  it('shows no credentials when it refuses', async () => {
    for (const text of [
      'https://u:secret@a.invalid/?x=https://m.invalid/',
      'sha256=https://u:secret@m.invalid/',
    ])
      expect((await caught(() => parseMirror(text))).message).not.toContain('secret');
  });
});

describe('findPlaces', () => {
  const MIRROR = 'https://a.invalid/x/=https://m.invalid/y/';

  it.each([
    ['https://a.invalid/x/fw.bin', 'https://m.invalid/y/fw.bin'],
    ['https://a.invalid/x/d/fw.bin?raw=1', 'https://m.invalid/y/d/fw.bin?raw=1'],
    ['https://a.invalid/x/', 'https://m.invalid/y/'],
    ['HTTPS://A.INVALID:443/x/fw.bin', 'https://m.invalid/y/fw.bin'],
    ['https://a.invalid/z/../x/fw.bin', 'https://m.invalid/y/fw.bin'],
    ['https://a.invalid/x/%2e%2e/x/fw.bin', 'https://m.invalid/y/fw.bin'],
  ])('%s is looked for at %s', (declared, expected) => {
    expect(urls([MIRROR], declared)).toEqual([expected]);
  });

  it.each([
    'https://a.invalid/xy/fw.bin',
    'https://a.invalid/x',
    'https://a.invalid/X/fw.bin',
    'http://a.invalid/x/fw.bin',
    'https://a.invalid:444/x/fw.bin',
    'https://a.invalid.evil.invalid/x/fw.bin',
    'https://user@a.invalid/x/fw.bin',
    'https://b.invalid/https://a.invalid/x/fw.bin',
    'https://a.invalid/x/../fw.bin',
    'not a URL',
  ])('%s is not covered', (declared) => {
    expect(urls([MIRROR], declared)).toEqual([]);
  });

  it('takes a whole origin as a prefix, but no part of a host', () => {
    const mirrors = ['https://a.inv=https://m.invalid/', 'https://a.invalid=https://m.invalid/'];
    expect(urls(mirrors, 'https://a.invalid/fw.bin')).toEqual(['https://m.invalid/fw.bin']);
  });

  it('fills in the digest in lower case, whatever the URL', () => {
    expect(urls(['sha256=https://m.invalid/{sha256:2}/{sha256}'], 'https://a.invalid/')).toEqual([
      `https://m.invalid/${DIGEST.slice(0, 2)}/${DIGEST}`,
    ]);
    expect(urls(['https://a.invalid/=https://m.invalid/{sha256}.bin'], 'https://a.invalid/d/fw.bin')).toEqual(
      [`https://m.invalid/${DIGEST}.bin`],
    );
    expect(urls(['https://a.invalid/=https://m.invalid/{sha256:2}'], 'https://a.invalid/d/fw.bin')).toEqual([
      `https://m.invalid/${DIGEST.slice(0, 2)}/d/fw.bin`,
    ]);
  });

  it('finds blobs in registries by digest, whatever the URL', () => {
    const mirrors = ['https://a.invalid/=oci://r.invalid/x', 'sha256=oci://r.invalid/y'].map(parseMirror);
    expect(mirrors.map(isByHash)).toEqual([true, true]);
    const { places } = findPlaces(mirrors, [{ url: 'https://a.invalid/b/c' }], DIGEST);
    expect(places.flatMap((place) => (place.kind === 'mirror' ? place.url : []))).toEqual([
      `oci://r.invalid/y@sha256:${DIGEST}`,
      `oci://r.invalid/x@sha256:${DIGEST}`,
    ]);
  });

  it('adds nothing of its own to a replacement with a query', () => {
    expect(urls(['https://a.invalid/=https://m.invalid/get?file='], 'https://a.invalid/d/fw.bin')).toEqual([
      'https://m.invalid/get?file=d/fw.bin',
    ]);
  });

  it('asks mirrors by digest first, then every match of each URL in the order given', () => {
    const mirrors = [
      'https://a.invalid/=https://one.invalid/',
      'https://a.invalid/x/=https://two.invalid/',
      'sha256=https://hash.invalid/{sha256}',
      'https://b.invalid/=https://three.invalid/',
    ];
    expect(urls(mirrors, 'https://b.invalid/f', 'https://a.invalid/x/f')).toEqual([
      `https://hash.invalid/${DIGEST}`,
      'https://three.invalid/f',
      'https://one.invalid/x/f',
      'https://two.invalid/f',
    ]);
  });
});
