// SPDX-License-Identifier: Apache-2.0
import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { byteCount, collect, parseSelection, seconds, wholeNumber } from '../../../src/cli/options.ts';
import { caught } from '../samples.ts';

describe('byteCount', () => {
  it.each([
    ['1', 1],
    ['4096', 4096],
    ['1k', 1024],
    ['1K', 1024],
    ['3M', 3 * 2 ** 20],
    ['2g', 2 ** 31],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('%s is %i', (text, bytes) => {
    expect(byteCount(1)(text)).toBe(bytes);
  });

  it.each([
    '',
    '0',
    '0k',
    '-1',
    '1.5M',
    '1T',
    'k',
    '1 k',
    '1kB',
    '1e6',
    '0x10',
    '9007199254740992',
    '9999999999G',
    ' 1',
  ])('refuses "%s"', (text) => {
    expect(() => byteCount(1)(text)).toThrow(InvalidArgumentError);
  });

  it('takes 0 where nothing may be left', () => {
    expect(byteCount(0)('0')).toBe(0);
    expect(() => byteCount(0)('-1')).toThrow(InvalidArgumentError);
  });
});

describe('seconds', () => {
  it.each([
    ['30', 30_000],
    ['0.5', 500],
    ['0.001', 1],
    ['1.2345', 1235],
  ])('%s is %i ms', (text, ms) => {
    expect(seconds(text)).toBe(ms);
  });

  it.each(['', '0', '0.0', '0.0001', '-1', '1e3', '1.', '.5', 'x', '2147484', 'Infinity', 'NaN', '1s'])(
    'refuses "%s"',
    (text) => {
      expect(() => seconds(text)).toThrow(InvalidArgumentError);
    },
  );
});

describe('wholeNumber', () => {
  it('takes what lies between its limits', () => {
    expect(['1', '16', '9999'].map(wholeNumber(1, 9999))).toEqual([1, 16, 9999]);
  });

  it.each(['', '0', '10000', '-1', '1.5', '1e2', '0x2', 'x', ' 2', '1'.repeat(400)])(
    'refuses "%s"',
    (text) => {
      expect(() => wholeNumber(1, 9999)(text)).toThrow(/whole number from 1 to 9999/);
    },
  );
});

describe('collect', () => {
  it('keeps all values, in order', () => {
    expect(collect('b', collect('a', undefined))).toEqual(['a', 'b']);
  });
});

describe('parseSelection', () => {
  it('takes a regular expression for one that matches at the start', () => {
    const { allow } = parseSelection([], { allowRegex: 'lib|img' });
    expect(allow).toMatchObject({ source: 'lib|img', flags: 'y' });
  });

  it.each(['(', '[', '*', 'a{2,1}', '(?<x>', '\\'])(
    'refuses the regular expression "%s"',
    async (allowRegex) => {
      const error = await caught(() => parseSelection([], { allowRegex }));
      expect(error.code).toBe('BLOBS_BAD_REGEX');
      expect(error.message).toContain(`--allow-regex: Invalid regular expression: /${allowRegex}/`);
    },
  );

  it('leaves out what was not given', () => {
    expect(parseSelection(['a'], {})).toEqual({ modules: ['a'] });
    expect(parseSelection([], { type: 'lib' })).toEqual({ modules: [], type: 'lib' });
  });
});
