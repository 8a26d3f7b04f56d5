// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BlobsError } from '../../../src/core/errors.ts';
import { type Login, parseNetrc, readNetrc } from '../../../src/fetch/netrc.ts';
import { tempDir } from '../../support/temp.ts';

describe('a netrc file', () => {
  it.each<[string, Record<string, Login>]>([
    ['', {}],
    ['machine h login l password p', { h: { login: 'l', password: 'p' } }],
    ['machine H\r\n  password p\r\n\tlogin l\r\n', { h: { login: 'l', password: 'p' } }],
    ['\uFEFFmachine h login l account a password p', { h: { login: 'l', password: 'p' } }],
    ['machine h password p', { h: { login: '', password: 'p' } }],
    ['machine h login l', {}],
    [
      'machine h login l password p machine h login m password q machine i login n password r',
      { h: { login: 'l', password: 'p' }, i: { login: 'n', password: 'r' } },
    ],
    ['machine h login "l m" password "a\\"b\\\\c\\td"', { h: { login: 'l m', password: 'a"b\\c\td' } }],
    ['machine h login l password #p', { h: { login: 'l', password: '#p' } }],
    ['# machine x password y\nmachine h password p # rest\n#', { h: { login: '', password: 'p' } }],
    ['default login l password p', {}],
    ['machine h password p default login l password q', { h: { login: '', password: 'p' } }],
    ['macdef init\nmachine x password y\n\nmachine h password p', { h: { login: '', password: 'p' } }],
    ['machine h password p\nmacdef init\r\nmachine x\r\n\r\n', { h: { login: '', password: 'p' } }],
    ['macdef init\nmachine x password y', {}],
    [
      'machine __proto__ login l password p',
      Object.fromEntries([['__proto__', { login: 'l', password: 'p' }]]),
    ],
  ])('%j gives %j', (text, expected) => {
    expect(Object.fromEntries(parseNetrc(text))).toEqual(expected);
  });

  it.each([
    ['machine', 1],
    ['machine h\nlogin', 2],
    ['machine h\n\npasswort hunter2', 3],
    ['login hunter2', 1],
    ['<!doctype html>', 1],
    ['machine h password "hunter2', 1],
  ])('%j is refused with its line, and what it holds is not shown', (text, line) => {
    expect(() => parseNetrc(text)).toThrow(BlobsError);
    expect(() => parseNetrc(text)).toThrow(new RegExp(`^line ${line} holds (?!.*hunter2)`));
  });

  it('is the first that exists; one that cannot be read or understood counts as empty and says why', () => {
    const directory = tempDir();
    const [none, bad, good, dir] = ['none', 'bad', 'good', 'dir'].map((name) => join(directory, name));
    writeFileSync(bad ?? '', 'what is this');
    writeFileSync(good ?? '', 'machine h password p');
    mkdirSync(dir ?? '');
    const read = (...files: (string | undefined)[]): ReturnType<typeof readNetrc> =>
      readNetrc(files.filter((file) => file !== undefined));
    expect(read(none)).toEqual({ logins: new Map() });
    expect(read(none, good)).toEqual({ logins: new Map([['h', { login: '', password: 'p' }]]) });
    expect(read(bad, good)).toEqual({
      logins: new Map(),
      problem: `${bad} was not used: line 1 holds a word that is not expected here`,
    });
    expect(read(dir)).toEqual({
      logins: new Map(),
      problem: `${dir} was not used: ${dir} is not a regular file`,
    });
  });
});
