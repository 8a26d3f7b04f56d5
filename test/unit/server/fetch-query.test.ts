// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, test } from 'vitest';
import { BlobsError } from '../../../src/core/errors.ts';
import { parseFetchQuery } from '../../../src/server/fetch-query.ts';
import { parseTtl } from '../../../src/server/parse-ttl.ts';

const DIGEST = 'ab'.repeat(32);

describe('the query of /api/v1/fetch', () => {
  test.for([
    ['percent-encoded', 'url=http%3A%2F%2Fx%2Fy.bin', 'http://x/y.bin'],
    ['as it stands', 'url=http://x/y.bin', 'http://x/y.bin'],
    ['encoded with a query', 'url=http%3A%2F%2Fx%2Fy%3Fa%3Db%26c%3Dd', 'http://x/y?a=b&c=d'],
    ['half encoded, with a query', 'url=http://x/y?a%3Db%26c%3Dd', 'http://x/y?a=b&c=d'],
    ['as it stands, with a query', 'url=http://x/y?a=b', 'http://x/y?a=b'],
    ['as it stands, with a query of several', 'url=http://x/y?a=b&c=d', 'http://x/y?a=b&c=d'],
    ['as it stands, with escapes in its query', 'url=http://x/y%2Fz?a=%26', 'http://x/y%2Fz?a=%26'],
    ['encoded twice', 'url=http%3A%2F%2Fx%2Fa%2520b', 'http://x/a%20b'],
    ['with a plus', 'url=http://x/c++.bin', 'http://x/c++.bin'],
  ] as const)('has a URL that is %s', ([, query, url]) => {
    expect(parseFetchQuery(query)).toEqual({ url });
  });

  test.for([
    ['behind', `url=http%3A%2F%2Fx%2Fy&sha256=${DIGEST.toUpperCase()}&ttl=5h`],
    ['before', `ttl=5h&sha256=${DIGEST}&url=http%3A%2F%2Fx%2Fy`],
    ['around', `ttl=5h&url=http://x/y&sha256=${DIGEST}`],
  ] as const)('has the other parameters %s the URL', ([, query]) => {
    expect(parseFetchQuery(query)).toEqual({ url: 'http://x/y', digest: DIGEST, ttlMs: 18_000_000 });
  });

  it('takes sha256 and ttl behind a URL that was not encoded for its own', () => {
    expect(parseFetchQuery(`url=http://x/y?a=b&c=d&ttl=1d`)).toEqual({
      url: 'http://x/y?a=b&c=d',
      ttlMs: 86_400_000,
    });
  });

  test.for([
    ['nothing', ''],
    ['no URL', 'ttl=5h'],
    ['an empty URL', 'url='],
    ['a URL without a value', 'url'],
    ['two URLs', 'url=http://x/y&url=http://x/z'],
    ['two URLs, the first with a query', 'url=http://x/y?a=b&url=http://x/z'],
    ['two digests', `url=http://x/y&sha256=${DIGEST}&sha256=${DIGEST}`],
    ['two times to live', 'url=http://x/y&ttl=1d&ttl=1d'],
    ['an unknown parameter', 'url=http://x/y&x=1'],
    ['an unknown parameter before', 'x=1&url=http://x/y'],
    ['a name of an object', '__proto__=1&url=http://x/y'],
    ['a short digest', 'url=http://x/y&sha256=abc'],
    ['an empty digest', 'url=http://x/y&sha256='],
    ['a digest with an end of line', `url=http://x/y&sha256=${DIGEST}%0a`],
    ['a broken escape', 'url=http%3A%2F%2Fx%2F%zz'],
    ['an escape of no UTF-8', 'url=http%3A%2F%2Fx%2F%ff'],
    ['an escaped name', '%75rl=http://x/y'],
    ['a name in upper case', 'URL=http://x/y'],
  ] as const)('is refused with %s', ([, query]) => {
    expect(() => parseFetchQuery(query)).toThrow(BlobsError);
    expect(() => parseFetchQuery(query)).toThrow(expect.objectContaining({ code: 'BLOBS_BAD_REQUEST' }));
  });

  it('is read in linear time', () => {
    const start = performance.now();
    expect(() => parseFetchQuery(`url=http://x/${'?&='.repeat(300_000)}`)).not.toThrow();
    expect(() => parseFetchQuery(`${'&'.repeat(300_000)}url=`)).toThrow();
    expect(() => parseFetchQuery(`url=${'http://'.repeat(100_000)}&x=1`)).toThrow();
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('a time to live', () => {
  test.for([
    ['60s', 60_000],
    ['30m', 1_800_000],
    ['5h', 18_000_000],
    ['10d', 864_000_000],
    ['1w', 604_800_000],
    ['0s', 0],
    ['3650d', 315_360_000_000],
  ] as const)('of %s is understood', ([text, ttlMs]) => {
    expect(parseTtl(text)).toBe(ttlMs);
  });

  test.for([
    '',
    '10',
    'd',
    '-1d',
    '1.5d',
    ' 1d',
    '1d ',
    '1D',
    '3651d',
    '9999999999s',
    '1y',
    '1e3d',
    '١d',
    '1d1h',
  ])('of "%s" is refused', (text) => {
    expect(() => parseTtl(text)).toThrow(expect.objectContaining({ code: 'BLOBS_BAD_REQUEST' }));
  });
});
