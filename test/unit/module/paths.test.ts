// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { blobsDirectory, findPathProblem } from '../../../src/module/blob-path.ts';
import { entryText, readModuleText } from '../samples.ts';

describe('findPathProblem', () => {
  it.each([
    'fw.bin',
    'lib/esp32c3/libphy.a',
    '.hidden',
    '...',
    'a..b/..c/d..',
    'with space',
    'ü/日本',
    'ab:c',
    '-rf',
    '$(true)',
    'x/C:y',
  ])('allows %j', (path) => {
    expect(findPathProblem(path)).toBeUndefined();
  });

  it.each([
    ['', 'is empty'],
    ['/etc/passwd', 'is absolute'],
    ['//host/share', 'is absolute'],
    ['..', 'holds a ".." segment'],
    ['../x', 'holds a ".." segment'],
    ['a/../b', 'holds a ".." segment'],
    ['a/..', 'holds a ".." segment'],
    ['.', 'holds a "." segment'],
    ['./a', 'holds a "." segment'],
    ['a/./b', 'holds a "." segment'],
    ['a//b', 'holds an empty segment'],
    ['a/', 'holds an empty segment'],
    ['C:/x', 'begins with a drive letter'],
    ['c:x', 'begins with a drive letter'],
    ['a\\b', 'holds a backslash'],
    ['..\\x', 'holds a backslash'],
    ['\\\\host\\share', 'holds a backslash'],
    ['a\0b', 'holds a control character'],
    ['a\nb', 'holds a control character'],
    ['a\u007fb', 'holds a control character'],
    ['a\u009bb', 'holds a control character'],
    ['a\u2028b', 'holds a control character'],
    ['a\u202eb', 'holds a control character'],
    ['a\u2069b', 'holds a control character'],
    [`${'a/'.repeat(2048)}b`, 'is longer than 4096 characters'],
  ])('says of %j that it %s', (path, problem) => {
    expect(findPathProblem(path)).toBe(problem);
  });
});

describe('an unsafe path in module.yml', () => {
  it.each(['../x', '/etc/passwd', '"a\\\\b"', '"C:\\\\x"', 'a/./b', 'a//b', '"a\\0b"', '"\\u202ea"'])(
    '%s leaves out its entry alone, with the position of the path',
    (path) => {
      const { module, issues } = readModuleText(
        `blobs:\n${entryText({ path: 'good' })}${entryText({ path })}`,
      );
      expect(module.blobs.map((blob) => blob.path)).toEqual(['good']);
      expect(issues).toMatchObject([
        { severity: 'error', code: 'BLOBS_UNSAFE_PATH', line: 9, column: 11, module: 'hal_x' },
      ]);
      expect(issues[0]?.message).toMatch(/^blobs\[1\] \(.*\): "path" (?:is|holds|begins) /);
      expect(issues[0]?.message).not.toMatch(/[\u0000-\u001f\u202e]/);
    },
  );
});

describe('two entries with paths in conflict', () => {
  const read = (...paths: string[]) =>
    readModuleText(`blobs:\n${paths.map((path) => entryText({ path })).join('')}`);

  it.each([
    [['a', 'a'], 'an earlier entry has the same "path"'],
    [['a/b', 'a'], '"path" would be a file where an earlier entry needs a directory for "a/b"'],
    [['a', 'a/b/c'], '"path" lies below "a", which an earlier entry makes a file'],
    [['a/b', 'a/b/c/d'], '"path" lies below "a/b", which an earlier entry makes a file'],
  ])('%j: the first is kept', (paths, message) => {
    const { module, issues } = read(...paths);
    expect(module.blobs.map((blob) => blob.path)).toEqual([paths[0]]);
    expect(issues).toMatchObject([
      { severity: 'error', code: 'BLOBS_DUPLICATE_PATH', path: paths[1], line: 9, column: 11 },
    ]);
    expect(issues[0]?.message).toBe(`blobs[1] (${paths[1]}): ${message}`);
  });

  it('are not those with a common beginning', () => {
    expect(read('a', 'ab', 'a.b', 'b/a', 'b/ab/c', 'b/abc').issues).toEqual([]);
  });

  it('are found among many in time that is no square of their number', () => {
    const paths = Array.from({ length: 2000 }, (_, i) => `${'d/'.repeat(i % 20)}f${i}`);
    const { module, issues } = read(...paths, 'd/d', paths[1999] ?? '');
    expect(module.blobs).toHaveLength(2000);
    expect(issues.map((issue) => issue.code)).toEqual(['BLOBS_DUPLICATE_PATH', 'BLOBS_DUPLICATE_PATH']);
  });

  it('in which the first is malformed are none', () => {
    const { module } = readModuleText(`blobs:\n${entryText({ version: '1' })}${entryText()}`);
    expect(module.blobs).toHaveLength(1);
  });
});

describe('blobsDirectory', () => {
  it('is zephyr/blobs of the module', () => {
    expect(blobsDirectory('/ws/hal_x')).toBe('/ws/hal_x/zephyr/blobs');
  });
});
