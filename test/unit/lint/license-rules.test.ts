// SPDX-License-Identifier: Apache-2.0
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { licenseIsHeader } from '../../../src/lint/rules/license-is-header.ts';
import { licensePathDotSlash } from '../../../src/lint/rules/license-path-dot-slash.ts';
import { licensePlaceholder } from '../../../src/lint/rules/license-placeholder.ts';
import { missingLicenseFile } from '../../../src/lint/rules/missing-license-file.ts';
import { noSpdxLicense } from '../../../src/lint/rules/no-spdx-license.ts';
import { makeModule } from '../../support/modules.ts';
import { tempDir } from '../../support/temp.ts';
import { blobsFoundBy, findIn, findWith } from './findings.ts';

function licensed(...paths: readonly string[]) {
  return paths.map((path, index) => ({ path: `b${index}`, 'license-path': path }));
}

const TAG = 'SPDX-License-Identifier';

describe('missing-license-file', () => {
  it('finds what is no readable file of the module', async () => {
    const directory = tempDir();
    writeFileSync(join(directory, 'OUTSIDE'), 'x');
    const paths = ['LICENSE', './LICENSE', 'none', 'zephyr', '../OUTSIDE', 'link', 'large', '', 'inner'];
    const { directory: module } = makeModule(join(directory, 'hal_x'), {
      blobs: licensed(...paths),
      files: { large: Buffer.alloc(1024 * 1024 + 1) },
    });
    symlinkSync(join(directory, 'OUTSIDE'), join(module, 'link'));
    symlinkSync('LICENSE', join(module, 'inner'));
    const found = await findIn(module, missingLicenseFile);
    expect(found.map(({ blob }) => blob)).toEqual(['b2', 'b3', 'b4', 'b5', 'b6', 'b7']);
    expect(found.every(({ fix }) => fix === undefined)).toBe(true);
  });

  it('names the one file that differs by case alone, and can write that', async () => {
    const [found] = await findWith(missingLicenseFile, {
      blobs: licensed('./Zephyr/BLOBS/Licence.TXT'),
      files: { 'zephyr/blobs/licence.txt': 'x' },
    });
    expect(found?.fix).toEqual({ value: 'zephyr/blobs/licence.txt' });
    expect(found?.hint).toBe('write "license-path: zephyr/blobs/licence.txt"');
    expect(found?.facts).toEqual(['there is "zephyr/blobs/licence.txt", and case counts']);
  });

  it('writes nothing where several files differ by case alone', async () => {
    const [found] = await findWith(missingLicenseFile, {
      blobs: licensed('license'),
      files: { License: 'x' },
    });
    expect(found?.facts).toHaveLength(2);
    expect(found?.fix).toBeUndefined();
  });

  it.each([
    ['blobs/license.txt', 'zephyr/blobs/license.txt'],
    ['license.txt', 'zephyr/blobs/license.txt'],
    ['zephyr/LICENSE', 'LICENSE'],
    ['zephyr/blobs/LICENSE', 'LICENSE'],
  ])('names the directory from which %s is there', async (path, meant) => {
    const [found] = await findWith(missingLicenseFile, {
      blobs: licensed(path),
      files: { 'zephyr/blobs/license.txt': 'x' },
    });
    expect(found?.hint).toBe(`write "license-path: ${meant}"`);
    expect(found?.fix).toBeUndefined();
  });
});

describe('license-path-dot-slash', () => {
  it('drops the dot where the file is there', async () => {
    const found = await findWith(licensePathDotSlash, {
      blobs: licensed('./LICENSE', 'LICENSE', './none', '././zephyr/module.yml', '.hidden'),
    });
    expect(found.map(({ blob, fix }) => [blob, fix])).toEqual([
      ['b0', { value: 'LICENSE' }],
      ['b2', undefined],
      ['b3', { value: 'zephyr/module.yml' }],
    ]);
    expect(found.map(({ hint }) => hint)).toEqual([
      'write "license-path: LICENSE"',
      'write the path of a file that is there, without "./"',
      'write "license-path: zephyr/module.yml"',
    ]);
  });
});

it('license-is-header knows C and C++ headers', async () => {
  const blobs = licensed('include/a.h', 'a.HPP', 'LICENSE.h.txt', 'h', 'LICENSE');
  expect(await blobsFoundBy(licenseIsHeader, { blobs })).toEqual(['b0', 'b1']);
});

describe('license-placeholder', () => {
  it.each(['TODO: figure out blob license.', '# todo\n', '\n TBD \n', 'FIXME'])('finds %j', async (text) => {
    const found = await findWith(licensePlaceholder, { blobs: licensed('L'), files: { L: text } });
    expect(found).toHaveLength(1);
  });

  it.each(['Todorov grants you …', 'TODO\nCopyright', '', 'Apache-2.0 TODO', `TODO${'x'.repeat(5_000)}`])(
    'leaves %j alone',
    async (text) => {
      expect(await findWith(licensePlaceholder, { blobs: licensed('L'), files: { L: text } })).toEqual([]);
    },
  );
});

describe('no-spdx-license', () => {
  it('is content with any place where REUSE would look', async () => {
    const blobs = [
      ...licensed('tagged', 'beside', 'LICENSES/Zlib.txt', 'annotated'),
      { path: 'covered/x.a', 'license-path': 'plain' },
      { path: 'own', 'license-path': 'plain', license: 'Zlib' },
    ];
    const toml = `version = 1\n[[annotations]]\npath = ["annotated", "zephyr/blobs/covered/**"]\n${TAG} = "MIT"\n`;
    const files = {
      tagged: `${TAG}: BSD-3-Clause\n`,
      beside: 'x',
      'beside.license': `${TAG}: MIT\n`,
      'LICENSES/Zlib.txt': 'x',
      annotated: 'x',
      plain: 'x',
      'REUSE.toml': toml,
    };
    expect(await findWith(noSpdxLicense, { blobs, files })).toEqual([]);
  });

  it('reports each licence file once', async () => {
    const found = await findWith(noSpdxLicense, {
      blobs: licensed('LICENSE', './LICENSE', 'other', 'LICENSE'),
      files: { other: 'x' },
    });
    expect(found.map(({ blob, facts }) => [blob, facts?.[1]])).toEqual([
      ['b0', 'the same holds for 2 other blobs'],
      ['b2', undefined],
    ]);
  });

  it('leaves to other rules what is missing or a placeholder', async () => {
    expect(
      await findWith(noSpdxLicense, { blobs: licensed('none', 'todo'), files: { todo: 'TODO' } }),
    ).toEqual([]);
  });
});
