// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { type NewBlob, parseDrafts, toEntry, toNewBlobs } from '../../../src/app/new-blob.ts';
import type { Sha256 } from '../../../src/core/sha256.ts';

const GOOD = {
  path: 'a',
  type: 'lib',
  version: '1',
  'license-path': 'L',
  url: 'https://h.invalid/a',
  description: 'd',
};
const FOUND = { sha256: 'ab'.repeat(32) as Sha256, sizeBytes: 7 };

function read(text: string): readonly NewBlob[] {
  return toNewBlobs(parseDrafts(text, '--from: x'), (key) => `"${key}"`);
}

describe('a JSON list of entries', () => {
  it.each([
    ['{', 'not JSON'],
    ['[]', 'empty'],
    ['[1]', 'no list of objects'],
    ['[{}, null]', 'item 1 is no object'],
    ['{}', '"url", "path", "type", "version", "license-path", "description" missing'],
    [JSON.stringify({ ...GOOD, path: 7 }), '"path" must be a text'],
    [JSON.stringify({ ...GOOD, path: ' ' }), '"path" must be a text'],
    [JSON.stringify({ ...GOOD, type: 'exe' }), '"type" must be "img" or "lib", but is "exe"'],
    [JSON.stringify({ ...GOOD, url: [] }), '"url" must be'],
    [JSON.stringify({ ...GOOD, url: ['a', 1] }), '"url" must be'],
    [JSON.stringify({ ...GOOD, 'click-through': 'yes' }), '"click-through" must be true or false'],
    [JSON.stringify({ ...GOOD, fetcher: 'ftp' }), '"fetcher" must be "lfs"'],
    [JSON.stringify({ ...GOOD, size: -1 }), '"size" must be'],
    [JSON.stringify({ ...GOOD, sha256: 'abc' }), '"sha256" must be 64'],
    [JSON.stringify({ ...GOOD, licence: 'x' }), '"licence" is no key'],
    ['{"__proto__": {"type": "lib"}}', 'missing'],
    [JSON.stringify(Array.from({ length: 1001 }, () => GOOD)), 'more than 1000'],
  ])('is refused: %s', (text, words) => {
    expect(() => read(text)).toThrow(words);
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'BLOBS_USAGE' }));
  });

  it('tells all that is wrong at once, by item', () => {
    const text = JSON.stringify([GOOD, { ...GOOD, type: 'x' }, { ...GOOD, path: undefined }]);
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining('item 1: "type"'),
        details: expect.objectContaining({ facts: ['item 2: "path" missing'] }),
      }),
    );
  });

  it('gives entries with the keys of module.yml', () => {
    const [blob] = read(JSON.stringify({ ...GOOD, 'click-through': true, fetcher: 'http', license: 'MIT' }));
    expect(blob && toEntry(blob, FOUND, false)).toEqual({
      ...GOOD,
      sha256: FOUND.sha256,
      'click-through': true,
      fetcher: 'http',
      license: 'MIT',
    });
  });

  it('names a size only where older releases must know it, or where it is asked for', () => {
    const sizes = [{}, { fetcher: 'lfs' }, { size: 7 }, { 'click-through': false }].map((more) => {
      const [blob] = read(JSON.stringify({ ...GOOD, ...more }));
      return blob && toEntry(blob, FOUND, false);
    });
    expect(sizes.map((entry) => entry?.['size'])).toEqual([undefined, 7, 7, undefined]);
    // False is what an absent key says.
    expect(sizes[3]).not.toHaveProperty('click-through');
  });
});
