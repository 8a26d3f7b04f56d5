// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { matchesGlob, parseDep5Glob, parseReuseGlob } from '../../../src/spdx/glob.ts';
import { isPermissive } from '../../../src/spdx/permissive.ts';
import { findSpdxTags } from '../../../src/spdx/tags.ts';

const TAG = ['SPDX-License', 'Identifier:'].join('-');

describe('findSpdxTags', () => {
  it.each([
    [`/* ${TAG} Apache-2.0 */`, ['Apache-2.0']],
    [`<!-- ${TAG} MIT -->`, ['MIT']],
    [
      `# ${TAG} (MIT OR GPL-2.0-only WITH Classpath-exception-2.0)\r\n`,
      ['(MIT OR GPL-2.0-only WITH Classpath-exception-2.0)'],
    ],
    [`${TAG}\tLicenseRef-X\n${TAG} MIT\n// ${TAG} MIT`, ['LicenseRef-X', 'MIT']],
    [`${TAG} DocumentRef-a:LicenseRef-b`, ['DocumentRef-a:LicenseRef-b']],
    [`${TAG} MIT/LicenseRef-Evil`, ['MIT/LicenseRef-Evil']],
    [`${TAG} MIT & LicenseRef-Evil */`, ['MIT & LicenseRef-Evil']],
    [`${TAG} MIT, but not here`, ['MIT, but not here']],
    [`Our samples (not this file) are under ${TAG} MIT`, []],
    [`${TAG} MIT\nA part is under ${TAG} ISC`, ['MIT', 'ISC']],
    [`dnl ${TAG} MIT`, ['MIT']],
    [`/* ${TAG} MIT *****/ int a;`, ['MIT']],
    [`${TAG}\nMIT`, []],
    [`${TAG} <expression>`, []],
    [
      `a\n${['REUSE', 'IgnoreStart'].join('-')}\n${TAG} MIT\n${['REUSE', 'IgnoreEnd'].join('-')}\n${TAG} ISC`,
      ['ISC'],
    ],
    ['no tag', []],
  ])('in %j', (text, expected) => {
    expect(findSpdxTags(text)).toEqual(expected);
  });
});

describe('globs', () => {
  it.each([
    ['a/*.c', 'a/b.c', true],
    ['a/*.c', 'a/b/c.c', false],
    ['a/**', 'a/b/c.c', true],
    ['**/c.c', 'a/b/c.c', true],
    ['**/c.c', 'c.c', false],
    ['**', '', true],
    ['a?c', 'abc', false],
    ['a\\*c', 'a*c', true],
    ['a\\*c', 'abc', false],
    ['a\\\\b', 'a\\b', true],
    ['a', 'ab', false],
    ['ab', 'a', false],
    ['*a*b*', 'xaxbx', true],
    ['*a*b*', 'xbxax', false],
  ])('REUSE.toml: %s and %s: %s', (pattern, path, expected) => {
    expect(matchesGlob(parseReuseGlob(pattern), path, { steps: 1_000 })).toBe(expected);
  });

  it.each([
    ['a/*', 'a/b/c', true],
    ['a?c', 'a/c', true],
    ['a?c', 'ac', false],
    ['\\?', 'x', false],
  ])('dep5: %s and %s: %s', (pattern, path, expected) => {
    expect(matchesGlob(parseDep5Glob(pattern), path, { steps: 1_000 })).toBe(expected);
  });

  it('end with their budget', () => {
    expect(matchesGlob(parseReuseGlob('**b'), 'aaab', { steps: 3 })).toBe(false);
  });
});

describe('isPermissive', () => {
  it.each([
    'Apache-2.0',
    'BSD-3-Clause',
    'MIT',
    'Zlib',
    'ISC',
    'MIT AND BSD-2-Clause',
    'GPL-2.0-only OR Apache-2.0',
    '0BSD',
  ])('%s is', async (expression) => {
    expect(await isPermissive(expression)).toBe(true);
  });

  it.each([
    'GPL-2.0-only',
    'LGPL-2.1+',
    'AGPL-3.0-or-later',
    'MPL-2.0',
    'EPL-2.0',
    'CDDL-1.0',
    'EUPL-1.2',
    'OFL-1.1',
    'GPL-3.0-only WITH GCC-exception-3.1',
    'MIT AND GPL-2.0-only',
    'LicenseRef-Vendor',
    'CC-BY-4.0',
    'BSD-4-Clause',
    'JSON',
    'constructor',
    'no expression',
    '',
    '('.repeat(100_000),
  ])('%s is not', async (expression) => {
    expect(await isPermissive(expression)).toBe(false);
  });
});
