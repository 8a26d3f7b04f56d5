// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { mergeIni, parseIni } from '../../../../src/workspace/west-config/ini.ts';
import { findIniBoolean, findIniValue } from '../../../../src/workspace/west-config/ini-value.ts';
import { caught } from '../temporary.ts';

function get(text: string, section: string, option: string): string | undefined {
  return findIniValue(parseIni('config', text), section, option)?.value;
}

describe('parseIni', () => {
  it.each([
    ['an equals sign', '[a]\nx = 1', '1'],
    ['a colon', '[a]\nx: 1', '1'],
    ['the first of both delimiters', '[a]\nx: 1 = 2', '1 = 2'],
    ['an option name in any case', '[a]\nX = 1', '1'],
    ['a comment sign inside a value', '[a]\nx = 1 # 2 ; 3', '1 # 2 ; 3'],
    ['lines that are comments, indented ones too', '[a]\n# c\n  ; c\nx = 1', '1'],
    ['a continued value', '[a]\nx = 1\n  2\n\t3', '1\n2\n3'],
    ['a continuation that looks like an option', '[a]\nx = 1\n y = 2', '1\ny = 2'],
    ['a continuation that looks like a section', '[a]\nx = 1\n [b]', '1\n[b]'],
    ['an empty line inside a value', '[a]\nx = 1\n\n  2', '1\n\n2'],
    ['a comment inside a value', '[a]\nx = 1\n# c\n  2', '1\n2'],
    ['empty lines behind a value', '[a]\nx = 1\n\n\ny = 2', '1'],
    ['an empty value', '[a]\nx =', ''],
    ['line ends of every kind', '[a]\r\ny = 0\rx = 1\r\n', '1'],
    ['text behind a section header', '[a] junk\nx = 1', '1'],
    ['an indented option after a header', '[a]\n  x = 1', '1'],
    ['an inherited option', '[DEFAULT]\nx = 1\n[a]', '1'],
    ['its own option before an inherited one', '[a]\nx = 1\n[DEFAULT]\nx = 2', '1'],
  ])('reads %s', (_what, text, value) => {
    expect(get(text, 'a', 'x')).toBe(value);
  });

  it('takes an option without a delimiter as one without a value', () => {
    const option = parseIni('config', '[a]\nx').get('a')?.get('x');
    expect(option).toEqual({ value: undefined, file: 'config', line: 2 });
    expect(get('[a]\nx', 'a', 'x')).toBeUndefined();
  });

  it('keeps section names as they are written', () => {
    expect([...parseIni('config', '[A b]\n[ c ]\n[d]e]').keys()]).toEqual(['DEFAULT', 'A b', ' c ', 'd]e']);
  });

  it('finds nothing in a section that is not there, whatever DEFAULT holds', () => {
    expect(get('[DEFAULT]\nx = 1', 'a', 'x')).toBeUndefined();
  });

  it.each([
    ['an option before the first section', 'x = 1', 1],
    ['a byte order mark', '\ufeff[a]', 1],
    ['a header without its bracket', '[a\nx = 1', 1],
    ['a section that stands twice', '[a]\n[b]\n[a]', 3],
    ['an option that stands twice', '[a]\nx = 1\nX = 2', 3],
    ['a value without a name', '[a]\nx = 1\n= 2', 3],
    ['a continuation of an option without a value', '[a]\nx\n  1', 3],
  ])('refuses %s and names the line', (_what, text, line) => {
    const error = caught(() => parseIni('some/config', text));
    expect(error.code).toBe('BLOBS_BAD_CONFIG');
    expect(error.details).toMatchObject({
      file: 'some/config',
      line,
      sourceLine: text.split('\n')[line - 1],
    });
  });

  it('reads a large file of blanks and brackets in linear time', () => {
    const blanks = `[a]\nx = 1${' '.repeat(500_000)}2\n${'['.repeat(500_000)}\n${' \n'.repeat(100_000)}`;
    expect(get(blanks, 'a', 'x')).toHaveLength(500_002);
  });
});

describe('findIniValue', () => {
  it.each([
    ['100%%', '100%'],
    ['%(other)s/x', '1/x'],
    ['%(OTHER)s', '1'],
    ['%(inherited)s', 'd'],
    ['%(chain)s', '<1>'],
  ])('expands %s', (value, expanded) => {
    const text = `[DEFAULT]\ninherited = d\n[a]\nother = 1\nchain = <%(other)s>\nx = ${value}`;
    expect(get(text, 'a', 'x')).toBe(expanded);
  });

  it.each([
    ['a lone percent sign', '50%'],
    ['an unclosed reference', '%(x'],
    ['a reference without its s', '%(y)d'],
    ['a reference to nothing', '%(y)s'],
    ['a reference to an option without value', '%(none)s'],
    ['a value that refers to itself', '%(x)s'],
  ])('refuses %s, but only when it is read', (_what, value) => {
    const sections = parseIni('config', `[a]\nfine = 1\nnone\nx = ${value}`);
    expect(findIniValue(sections, 'a', 'fine')?.value).toBe('1');
    const error = caught(() => findIniValue(sections, 'a', 'x'));
    expect(error.code).toBe('BLOBS_BAD_CONFIG');
    expect(error.message).toContain('a.x');
    expect(error.details).toMatchObject({ file: 'config', line: 4 });
  });

  it('does not expand a bomb of references', () => {
    const levels = Array.from({ length: 9 }, (_, i) => `x${i} = ${`%(x${i + 1})s`.repeat(10)}`);
    const error = caught(() => get(`[a]\n${levels.join('\n')}\nx9 = boom`, 'a', 'x0'));
    expect(error.code).toBe('BLOBS_BAD_CONFIG');
  });
});

describe('mergeIni', () => {
  it('lets later files replace single options', () => {
    const merged = mergeIni([parseIni('1', '[a]\nx = 1\ny = 1'), parseIni('2', '[a]\nx = 2\n[b]\nz = 2')]);
    expect(findIniValue(merged, 'a', 'x')).toEqual({ value: '2', file: '2', line: 2 });
    expect(findIniValue(merged, 'a', 'y')?.value).toBe('1');
    expect(findIniValue(merged, 'b', 'z')?.value).toBe('2');
  });
});

describe('findIniBoolean', () => {
  it("knows Python's words and no others", () => {
    expect(['1', 'yes', 'True', 'ON'].map(findIniBoolean)).toEqual([true, true, true, true]);
    expect(['0', 'no', 'False', 'OFF'].map(findIniBoolean)).toEqual([false, false, false, false]);
    expect(['', '2', 'y', ' yes'].map(findIniBoolean)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
