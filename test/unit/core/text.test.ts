// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { findSha256 } from '../../../src/core/sha256.ts';
import {
  count,
  escapeControls,
  escapeControlsInText,
  hasControlCharacters,
  shorten,
} from '../../../src/core/text.ts';

describe('escapeControls', () => {
  it.each([
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\0\x1b[2J\x07', '\\x00\\x1b[2J\\x07'],
    ['\x7f\x80\x9b', '\\x7f\\x80\\x9b'],
    ['\u2028\u2029', '\\u2028\\u2029'],
    ['\u202a\u202e\u2066\u2069', '\\u202a\\u202e\\u2066\\u2069'],
    ['plain ü 日本 😀 \u00a0 \u200d', 'plain ü 日本 😀 \u00a0 \u200d'],
  ])('%j becomes %j', (text, escaped) => {
    expect(escapeControls(text)).toBe(escaped);
    expect(hasControlCharacters(escaped)).toBe(false);
    expect(hasControlCharacters(text)).toBe(text !== escaped);
  });

  it('has no memory: every call sees the same', () => {
    for (let i = 0; i < 3; i++) expect(hasControlCharacters('\x1bx')).toBe(true);
  });
});

describe('escapeControlsInText', () => {
  it('leaves lines and tabs, and nothing else', () => {
    expect(escapeControlsInText('a\tb\r\nc\n\x1b[31m\rd\n')).toBe('a\tb\nc\n\\x1b[31m\\rd\n');
  });
});

describe('shorten', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'ab…'],
    ['abcd', 1, '…'],
    ['', 0, ''],
  ])('%j to %i', (text, most, expected) => {
    expect(shorten(text, most)).toBe(expected);
  });
});

describe('count', () => {
  it('knows singular and plural', () => {
    expect([count(0, 'blob'), count(1, 'blob'), count(2, 'blob'), count(2, 'entry', 'entries')]).toEqual([
      '0 blobs',
      '1 blob',
      '2 blobs',
      '2 entries',
    ]);
  });
});

describe('findSha256', () => {
  it('gives lower case, and only for exactly 64 digits', () => {
    expect(findSha256('AB'.repeat(32))).toBe('ab'.repeat(32));
    for (const text of [
      '',
      'a'.repeat(63),
      'a'.repeat(65),
      `${'a'.repeat(64)}\n`,
      `x${'a'.repeat(63)}`,
      ` ${'a'.repeat(64)}`,
    ])
      expect(findSha256(text)).toBeUndefined();
  });
});
