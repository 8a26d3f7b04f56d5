// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { duplicateSha256 } from '../../../src/lint/rules/duplicate-sha256.ts';
import { lfsWithoutSize } from '../../../src/lint/rules/lfs-without-size.ts';
import { missingDocUrl } from '../../../src/lint/rules/missing-doc-url.ts';
import { pathCaseCollision } from '../../../src/lint/rules/path-case-collision.ts';
import { versionPlaceholder } from '../../../src/lint/rules/version-placeholder.ts';
import { versionZero } from '../../../src/lint/rules/version-zero.ts';
import { windowsName } from '../../../src/lint/rules/windows-name.ts';
import { blobsFoundBy, findWith } from './findings.ts';

describe('versions', () => {
  it.each(['TBD', 'todo', 'N/A', ' unknown ', 'latest', 'X.Y.Z', ''])(
    '%j is a placeholder',
    async (version) => {
      expect(await blobsFoundBy(versionPlaceholder, { blobs: [{ path: 'a', version }] })).toEqual(['a']);
    },
  );

  it.each(['1.0', 'latest-1.2', 'tbd1', 'x.y', '0.0'])('%j is none', async (version) => {
    expect(await blobsFoundBy(versionPlaceholder, { blobs: [{ path: 'a', version }] })).toEqual([]);
  });

  it.each(['0', '0.0', '0.0.0', 'v0.0', '00.00'])('%j is all zeros', async (version) => {
    expect(await blobsFoundBy(versionZero, { blobs: [{ path: 'a', version }] })).toEqual(['a']);
  });

  it.each(['0.1', '0.0.0-rc1', '10', '', '.', '0.', 'v'])('%j is not', async (version) => {
    expect(await blobsFoundBy(versionZero, { blobs: [{ path: 'a', version }] })).toEqual([]);
  });

  it('are read as they are spelt where they are numbers', async () => {
    expect(
      await blobsFoundBy(versionZero, { yaml: 'blobs: [{path: a, version: 0.0}, {path: b, version: 10}]' }),
    ).toEqual(['a']);
  });
});

it('missing-doc-url finds each blob without one', async () => {
  const yaml = 'blobs: [{path: a}, {path: b, doc-url: https://x.invalid}, {path: c, doc-url: ""}]';
  expect(await blobsFoundBy(missingDocUrl, { yaml })).toEqual(['a']);
});

it('lfs-without-size wants a size for lfs alone', async () => {
  const blobs = [
    { path: 'a', fetcher: 'lfs' },
    { path: 'b', fetcher: 'lfs', size: 5 },
    { path: 'c', fetcher: 'http' },
    { path: 'd' },
  ];
  expect(await blobsFoundBy(lfsWithoutSize, { blobs })).toEqual(['a']);
});

it('duplicate-sha256 names the first, in any case of the digits', async () => {
  const sha256 = 'ab'.repeat(32);
  const blobs = [
    { path: 'a', sha256 },
    { path: 'b', sha256: sha256.toUpperCase() },
    { path: 'c' },
    { path: 'd', sha256 },
  ];
  const found = await findWith(duplicateSha256, { blobs });
  expect(found.map(({ blob, message }) => [blob, message.includes('"a"')])).toEqual([
    ['b', true],
    ['d', true],
  ]);
  expect(found.every(({ hint }) => hint?.includes('meant to be the same'))).toBe(true);
});

describe('windows-name', () => {
  it.each([
    'CON',
    'lib/aux.a',
    'nul.tar.gz',
    'lib/com1/x',
    'LPT9.txt',
    'com¹',
    'con .x',
    'a./b',
    'a/b ',
    'a/b.',
    '...',
    'a:b',
    'what?',
    'a*',
    '<a>',
    'a|b',
    'a"b',
    `${'x'.repeat(256)}/y`,
    `${'abcdefghi/'.repeat(20)}x`,
  ])('finds %j', async (path) => {
    expect(await blobsFoundBy(windowsName, { blobs: [{ path }] })).toEqual([path]);
  });

  it.each([
    'console',
    'lib/com10.a',
    'com0x',
    'auxiliary.a',
    '.hidden',
    'a b/c',
    'x'.repeat(199),
    '../x',
    './x',
  ])('leaves %j alone', async (path) => {
    expect(await blobsFoundBy(windowsName, { blobs: [{ path }] })).toEqual([]);
  });
});

describe('path-case-collision', () => {
  it('finds files, and a file and a directory, that are one elsewhere', async () => {
    const paths = [
      'lib/FW.a',
      'lib/fw.a',
      'img/X',
      'IMG/x/y',
      'dir/sub/z',
      'DIR/Sub',
      'caf\u00e9',
      'cafe\u0301',
      'Ⅷ/ß',
      'other',
    ];
    const found = await findWith(pathCaseCollision, { blobs: paths.map((path) => ({ path })) });
    expect(found.map(({ blob }) => blob)).toEqual(['lib/fw.a', 'IMG/x/y', 'DIR/Sub', 'cafe\u0301']);
    expect(found.map(({ message }) => /from "([^"]*)"/.exec(message)?.[1])).toEqual([
      'lib/FW.a',
      'img/X',
      'dir/sub/z',
      'caf\u00e9',
    ]);
  });

  it('leaves directories alone that differ only by case: they become one', async () => {
    expect(await blobsFoundBy(pathCaseCollision, { blobs: [{ path: 'Lib/a' }, { path: 'lib/b' }] })).toEqual(
      [],
    );
  });
});
