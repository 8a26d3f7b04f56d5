// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { compilePathPattern } from '../../../../src/workspace/python/path-match.ts';

// What Python 3.11 answers: PurePosixPath(path).match(pattern).

describe('compilePathPattern', () => {
  it.each(['', '.', './', './.', './/.'])('refuses %j, which has no parts', (pattern) => {
    expect(compilePathPattern(pattern)).toBeUndefined();
  });

  it.each([
    ['a relative pattern is compared from the right', 'b/c', 'a/b/c', true],
    ['a relative pattern also matches an absolute path', 'c', '/a/c', true],
    ['a relative pattern is as long as it is', 'a/b/c', 'b/c', false],
    ['the anchor is a part that "*" matches', '*/a', '/a', true],
    ['an absolute pattern wants as many parts', '/a/*', '/a/b', true],
    ['an absolute pattern does not match a longer path', '/b', '/a/b', false],
    ['an absolute pattern does not match a relative path', '/a', 'a', false],
    ['two slashes are another anchor than one', '//a', '/a', false],
    ['two slashes are the anchor of two slashes', '//a', '//a', true],
    ['three slashes are one', '///a', '/a', true],
    ['the root matches itself', '/', '/', true],
    ['the root is no other path', '/', '/a', false],
    ['"." and empty parts go', 'a/./b//', 'a//b/.', true],
    ['".." stays', '../b', 'a/../b', true],
    ['".." is not resolved', 'b', 'b/..', false],
    ['an empty path has no parts', '*', '', false],
    ['"**" is "*"', 'a/**', 'a/b/c', false],
    ['"**" matches one part', '**/c', 'b/c', true],
  ])('%s: %j, %j', (_rule, pattern, path, expected) => {
    expect(compilePathPattern(pattern)?.(path)).toBe(expected);
  });

  it.each([
    ['case matters', 'A', 'a', false],
    ['"*" matches any text', 'a*c', 'abbc', true],
    ['"*" matches no text', 'a*c', 'ac', true],
    ['"*" gives back what is wanted', '*ab', 'aab', true],
    ['"*" matches a first dot', '*.yml', '.yml', true],
    ['"*" matches a line break', '*', 'a\nb', true],
    ['nothing may remain', 'a*c', 'acb', false],
    ['"?" is one character', 'a?', 'ab', true],
    ['"?" is not none', 'a?', 'a', false],
    ['"?" is one character beyond the basic plane', '?', '𝒳', true],
    ['a backslash quotes nothing', '\\*', '\\a', true],
    ['a regular expression is nothing special', 'a.c', 'abc', false],
    ['a set is one of its characters', '[ab]', 'b', true],
    ['a set is no other character', '[ab]', 'c', false],
    ['"!" negates', '[!ab]', 'c', true],
    ['"^" does not', '[^a]', '^', true],
    ['a range holds what is between', '[a-c]x', 'bx', true],
    ['a range counts in code points', '[𝒳-𝒵]', '𝒴', true],
    ['a first "]" is a member', '[]a]', ']', true],
    ['a first "]" of a negated set is a member', '[!]a]', ']', false],
    ['a first "-" is a member', '[-a]', '-', true],
    ['a last "-" is a member', '[a-]', '-', true],
    ['a "-" behind a range is a member', '[a-c-e]', '-', true],
    ['the end of a range begins no other', '[a-c-e]', 'd', false],
    ['a range from "-" to "-"', '[---]', '-', true],
    ['a backslash in a set is a member', '[\\a]', '\\', true],
    ['set operations are none', '[a&&b]', '&', true],
    ['a "[" that is not closed is itself', '[a', '[a', true],
    ['"[]" is not closed', '[]', '[]', true],
    ['"[!]" is not closed', '[!]', '[!]', true],
    ['a range that ends before it begins matches nothing', '[b-a]', 'b', false],
    ['such a range leaves the rest', '[b-ax]', 'x', true],
    ['without such a range, a negated set matches all', '[!b-a]', 'b', true],
    ['a "!" that comes to the front without it negates', '[b-a!x]', 'y', true],
    ['a "-" behind such a "!" is a member', '[b-a!-z]', '-', false],
  ])('%s: %j, %j', (_rule, pattern, path, expected) => {
    expect(compilePathPattern(pattern)?.(path)).toBe(expected);
  });

  it.each(['*a*a*a*a*a*b', `*${'a*'.repeat(50)}b`])('takes no exponential time for %j', (pattern) => {
    const start = performance.now();
    expect(compilePathPattern(pattern)?.('a'.repeat(10_000))).toBe(false);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it.each(['[', '[!', '*['])('reads %j, many times, in linear time', (piece) => {
    const start = performance.now();
    expect(compilePathPattern(piece.repeat(100_000))).toBeDefined();
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
