// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { createImportFilter, type ImportLists } from '../../../../src/workspace/manifest/import-filter.ts';

const EMPTY: ImportLists = { allowedNames: [], allowedPaths: [], blockedNames: [], blockedPaths: [] };

const PROJECTS = [
  { name: 'a', path: 'modules/hal/a' },
  { name: 'b', path: 'modules/lib/b' },
  { name: 'c', path: 'c' },
];

/** The names of those of the three projects that are let through. */
function allowed(lists: Partial<ImportLists>): string {
  const filter = createImportFilter({ ...EMPTY, ...lists });
  return PROJECTS.filter((project) => filter?.allows(project))
    .map(({ name }) => name)
    .join('');
}

describe('createImportFilter', () => {
  it('makes no filter of empty lists', () => {
    expect(createImportFilter(EMPTY)).toBeUndefined();
  });

  it.each<[string, Partial<ImportLists>, string]>([
    ['what a list of names allows, and nothing else', { allowedNames: ['a'] }, 'a'],
    ['what a list of paths allows, and nothing else', { allowedPaths: ['modules/*/*'] }, 'ab'],
    [
      'what either of the two allowlists names',
      { allowedNames: ['c'], allowedPaths: ['modules/hal/*'] },
      'ac',
    ],
    ['all but what a list of names blocks', { blockedNames: ['a'] }, 'bc'],
    ['all but what a list of paths blocks', { blockedPaths: ['modules/*/*'] }, 'c'],
    [
      'nothing that either of the two blocklists names',
      { blockedNames: ['c'], blockedPaths: ['modules/hal/*'] },
      'b',
    ],
    [
      'what is allowed by name though it is blocked by name',
      { allowedNames: ['a'], blockedNames: ['a'] },
      'a',
    ],
    [
      'what is allowed by name though it is blocked by path',
      { allowedNames: ['a'], blockedPaths: ['modules/*/*'] },
      'a',
    ],
    [
      'what is allowed by path though it is blocked by name',
      { allowedPaths: ['modules/*/*'], blockedNames: ['a'] },
      'ab',
    ],
    [
      'nothing that no allowlist names, though nothing blocks it',
      { allowedNames: ['a'], blockedNames: ['b'] },
      'a',
    ],
    ['nothing where an allowlist names what is not there', { allowedNames: ['x'] }, ''],
    ['nothing where an allowlist holds an empty text alone', { allowedNames: [''] }, ''],
    ['nothing where an allowlist holds a pattern without parts alone', { allowedPaths: [''] }, ''],
    ['all where a blocklist holds a pattern without parts alone', { blockedPaths: ['', '.'] }, 'abc'],
    ['by names that are compared whole, and are no patterns', { allowedNames: ['*', 'A', 'aa'] }, ''],
    ['by names that are no paths', { allowedNames: ['modules/hal/a'] }, ''],
    ['by the last parts of a path', { allowedPaths: ['lib/b'] }, 'b'],
    ['by all parts of a path where the pattern is absolute', { allowedPaths: ['/c', '/b'] }, ''],
    ['by patterns, and not by the name', { blockedPaths: ['hal'] }, 'abc'],
  ])('lets through %s', (_what, lists, names) => {
    expect(allowed(lists)).toBe(names);
  });

  it('counts the characters of all its patterns, and none of its names', () => {
    const lists = { ...EMPTY, allowedNames: ['name'], allowedPaths: ['ab', 'c'], blockedPaths: ['def'] };
    expect(createImportFilter(lists)?.patternCharacters).toBe(1 + 3 + 2 + 4);
    expect(createImportFilter({ ...EMPTY, blockedNames: ['name'] })?.patternCharacters).toBe(1);
  });
});
