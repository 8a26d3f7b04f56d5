// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { toUri } from '../../../src/sbom/to-uri.ts';

describe('toUri', () => {
  it.each([
    ['https://host.example/a/b.bin', 'https://host.example/a/b.bin'],
    ['https://host.example/a%20b?x=1#y', 'https://host.example/a%20b?x=1#y'],
    ['https://host.example/a b|c^d', 'https://host.example/a%20b%7Cc%5Ed'],
    ['https://host.example/100%', 'https://host.example/100%25'],
    ['https://host.example/?a[]={x}', 'https://host.example/?a%5B%5D=%7Bx%7D'],
    ['https://host.example/#a#b', 'https://host.example/#a%23b'],
    ['https://höst.example/ü', 'https://xn--hst-sna.example/%C3%BC'],
    ['http://[::1]:8080/x', 'http://[::1]:8080/x'],
    ['file:///mnt/a b/c', 'file:///mnt/a%20b/c'],
    ['oci://r.example:5000/a/b@sha256:0a', 'oci://r.example:5000/a/b@sha256:0a'],
    ['https://host.example/a\u0085b', 'https://host.example/a%C2%85b'],
  ])('spells %j as RFC 3986 does', (text, uri) => {
    expect(toUri(text)).toBe(uri);
  });

  it.each(['', 'x', '//host.example/x', 'mailto:a@b.example', 'ftp://host.example/x', 'javascript:alert(1)'])(
    'makes no URI of %j',
    (text) => {
      expect(toUri(text)).toBeUndefined();
    },
  );

  it('leaves credentials and tokens out', () => {
    expect(toUri('https://user:secret@host.example/x?token=abc&y=1')).toBe(
      'https://host.example/x?token=REDACTED&y=1',
    );
  });
});
