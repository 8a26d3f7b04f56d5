// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { parseConfiguredMirrors } from '../../../src/fetch/configured-mirrors.ts';
import { findPlaces, parseMirror, unusedMirrors } from '../../../src/fetch/mirrors.ts';
import { caught, digestOf } from '../samples.ts';

const DIGEST = digestOf('content');
const A = 'https://a.invalid/x/f';
const B = 'https://b.invalid/f';

function parse(value: unknown) {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return parseConfiguredMirrors({ value: text, where: 'BLOBS_MIRRORS' });
}

/** The places for these URLs, "!" before each that is blocked. */
function order(config: unknown, ...urls: string[]): string[] {
  const originals = urls.map((url) => ({ url }));
  const { places, blocked } = findPlaces(parse(config), originals, DIGEST);
  const asked = places.map((place) => (place.kind === 'url' ? place.original.url : `mirror ${place.url}`));
  return [...new Set(asked), ...blocked.map(({ url }) => `!${url}`)];
}

describe('the object shapes', () => {
  it('ask the replacement first, and the original last', () => {
    expect(order({ 'https://a.invalid/': 'https://m.invalid/' }, A)).toEqual([
      'mirror https://m.invalid/x/f',
      A,
    ]);
    expect(order({ 'https://a.invalid': ['https://m.invalid', 'https://n.invalid'] }, A)).toEqual([
      'mirror https://m.invalid/x/f',
      'mirror https://n.invalid/x/f',
      A,
    ]);
  });

  it('let the longest matching prefix alone count, wherever it stands', () => {
    const config = {
      'https://a.invalid/': ['https://short.invalid/', 'block'],
      'https://a.invalid/x/': 'https://long.invalid/',
      'https://a.invalid/x/longer/than/that/': 'https://no.invalid/',
    };
    expect(order(config, A)).toEqual(['mirror https://long.invalid/f', A]);
    expect(order(config, 'https://a.invalid/f')).toEqual([
      'mirror https://short.invalid/f',
      '!https://a.invalid/f',
    ]);
  });

  it('ask what is addressed by hash before the longest prefix, not instead of it', () => {
    const config = { sha256: 'https://h.invalid/{sha256}', 'https://a.invalid/': 'https://m.invalid/' };
    expect(order(config, A)).toEqual([
      `mirror https://h.invalid/${DIGEST}`,
      'mirror https://m.invalid/x/f',
      A,
    ]);
  });
});

describe('the list shape', () => {
  it('lets every matching pair count, in the order of the list', () => {
    const config = [
      { 'https://a.invalid/': 'https://one.invalid/' },
      { 'https://b.invalid/': 'https://other.invalid/' },
      { 'https://a.invalid/x/': ['https://two.invalid/', 'https://three.invalid/'] },
      { 'https://a.invalid/': 'https://four.invalid/' },
      { sha256: 'https://h.invalid/{sha256}' },
    ];
    expect(order(config, A)).toEqual([
      `mirror https://h.invalid/${DIGEST}`,
      'mirror https://one.invalid/x/f',
      'mirror https://two.invalid/f',
      'mirror https://three.invalid/f',
      'mirror https://four.invalid/x/f',
      A,
    ]);
  });

  it('ends at a pair that blocks', () => {
    const config = [
      { 'https://a.invalid/': 'https://one.invalid/' },
      { 'https://a.invalid/x': 'block' },
      { 'https://a.invalid/': 'https://two.invalid/' },
    ];
    expect(order(config, A, 'https://a.invalid/f')).toEqual([
      'mirror https://one.invalid/x/f',
      'mirror https://one.invalid/f',
      'mirror https://two.invalid/f',
      'https://a.invalid/f',
      `!${A}`,
    ]);
  });
});

describe('origin', () => {
  it('is the original at its place', () => {
    expect(
      order({ 'https://a.invalid/': ['https://m.invalid/', 'origin', 'https://n.invalid/'] }, A),
    ).toEqual(['mirror https://m.invalid/x/f', A, 'mirror https://n.invalid/x/f']);
  });

  it('concerns the URL that matches alone', () => {
    const config = {
      'https://a.invalid/': ['origin', 'https://m.invalid/'],
      'https://b.invalid/': 'https://n.invalid/',
    };
    expect(order(config, B, A)).toEqual(['mirror https://n.invalid/f', A, 'mirror https://m.invalid/x/f', B]);
  });

  it('for every blob stands for all its URLs that are not blocked', () => {
    const config = { sha256: ['origin', 'https://h.invalid/{sha256}'], 'https://b.invalid/': 'block' };
    expect(order(config, A, B)).toEqual([A, `mirror https://h.invalid/${DIGEST}`, `!${B}`]);
  });

  it('before block is asked, and nothing after it', () => {
    expect(order({ 'https://a.invalid/': ['origin', 'block'] }, A)).toEqual([A]);
  });
});

describe('block', () => {
  it('keeps the original of its prefix from being asked, and no other', () => {
    expect(order({ 'https://a.invalid/': ['https://m.invalid/', 'block'] }, A, B)).toEqual([
      'mirror https://m.invalid/x/f',
      B,
      `!${A}`,
    ]);
    expect(order({ 'https://a.invalid/': 'block' }, A)).toEqual([`!${A}`]);
  });

  it('for every blob leaves nothing but what stands before it', () => {
    const config = {
      sha256: ['file:///m/{sha256}', 'block'],
      'https://a.invalid/': ['origin', 'https://m.invalid/'],
    };
    expect(order(config, A, 'not a URL')).toEqual([`mirror file:///m/${DIGEST}`, `!${A}`, '!not a URL']);
  });

  it.each([
    'https://user@a.invalid/x/f',
    'https://user:pw@a.invalid/x/f',
    'HTTPS://A.INVALID:443/y/../x/f',
    'https://a.invalid./x/f',
    'https:a.invalid/x/f',
    'https://a.invalid/x/f?raw=1#part',
  ])('is not got around by %s', (url) => {
    expect(order({ 'https://a.invalid/x': ['https://m.invalid/', 'block'] }, url)).toContain(`!${url}`);
  });

  it.each(['https://a.invalid/xy/f', 'http://a.invalid/x/f', 'https://b.a.invalid/x/f'])(
    'spares %s',
    (url) => {
      expect(order({ 'https://a.invalid/x': ['https://m.invalid/', 'block'] }, url)).toEqual([url]);
    },
  );
});

describe('a value that is refused', () => {
  const M = 'https://m.invalid/';
  it.each<[string, unknown, string]>([
    ['no JSON', '{', 'not JSON'],
    ['YAML', '{a: b}', 'not JSON, from character 2 on'],
    ['a string', '"https://a.invalid/"', 'must be an object'],
    ['null', 'null', 'must be an object'],
    ['a number in a list', [1], 'must be an object'],
    ['a list in a list', [[{ 'https://a.invalid/': M }]], 'must be an object'],
    ['deep lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'must be an object'],
    [
      'two pairs in a list',
      [{ 'https://a.invalid/': M, 'https://b.invalid/': M }],
      'one pair, but one holds 2',
    ],
    ['no pair in a list', [{}], 'one pair, but one holds 0'],
    ['a number', { 'https://a.invalid/': 1 }, 'must be a string'],
    ['an object as a replacement', { 'https://a.invalid/': { to: M } }, 'must be a string'],
    ['a list of lists', { 'https://a.invalid/': [[M]] }, 'must be a string'],
    ['no replacement', { 'https://a.invalid/': [] }, 'empty list'],
    ['a block that is not last', { 'https://a.invalid/': ['block', M] }, '"block" must be the last'],
    [
      'a scheme that nobody knows',
      { 'https://a.invalid/': 'ftp://m.invalid/' },
      'not an http, https, file or oci URL',
    ],
    ['no URL', { 'https://a.invalid/': 'Origin' }, 'not an http, https, file or oci URL'],
    ['a tag of a registry', { 'https://a.invalid/': 'oci://r.invalid/x:latest' }, 'must hold no tag'],
    ['a file as a prefix', { 'file:///a/': M }, 'neither "sha256" nor'],
    ['a prefix with a query', { 'https://a.invalid/?x': M }, 'neither "sha256" nor'],
    ['a digest that is nowhere filled in', { sha256: M }, 'must hold {sha256}'],
    ['a key twice', `{"https://a.invalid/": "${M}", "https://a.invalid/" : "${M}"}`, 'a key twice'],
    ['a key twice, differently escaped', `{"sha256":"block","sha25\\u0036":"origin"}`, 'a key twice'],
    [
      'a key twice in a list',
      `[{"https://a.invalid/": "${M}", "https://a.invalid/": "${M}"}]`,
      'a key twice',
    ],
    ['one prefix in two spellings', { 'https://a.invalid': M, 'HTTPS://a.invalid:443/': M }, 'mean the same'],
    ['a prototype', '{"__proto__": "x"}', 'neither "sha256" nor'],
    ['too much', { 'https://a.invalid/': Array.from({ length: 1001 }, () => M) }, 'more than 1000'],
  ])('%s', async (_what, value, problem) => {
    const error = await caught(() => parse(value));
    expect(error.code).toBe('BLOBS_BAD_CONFIG');
    expect(error.message).toMatch(/^BLOBS_MIRRORS: /);
    expect(error.message).toContain(problem);
  });

  it('shows no credentials', async () => {
    for (const value of ['{"https://u:secret@a.invalid/": x}', { sha256: 'https://u:secret@m.invalid/' }])
      expect((await caught(() => parse(value))).message).not.toContain('secret');
  });
});

it.each(['', ' ', '{}', '[]'])('a value of %j has no mirrors', (value) => {
  expect(parse(value)).toEqual([]);
});

it('takes strings with colons, quotes and backslashes for what they are', () => {
  const config = { 'https://a.invalid/': 'https://m.invalid/"a":\\"b":/' };
  expect(parse(config)).toMatchObject([{ replacement: 'https://m.invalid/"a":\\"b":/' }]);
});

it('a configured mirror that is of no use is no slip of the pen', () => {
  expect(unusedMirrors(parse({ 'https://a.invalid/': 'https://m.invalid/' }), [B])).toEqual([]);
  expect(unusedMirrors([parseMirror('https://a.invalid/=https://m.invalid/')], [B])).toHaveLength(1);
});

it.each(['https://a.invalid/%73ecret/x', 'https://u@a.invalid/s%65cret/x', 'https://a.invalid./secret/x'])(
  'a block holds for %s too',
  (url) => {
    expect(order({ 'https://a.invalid/secret/': 'block' }, url)).toEqual([`!${url}`]);
  },
);
