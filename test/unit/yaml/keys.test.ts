// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { readText, soundValue, summary } from '../samples.ts';

describe('duplicate keys', () => {
  it.each([
    ['at the top', 'a: 1\nb: 2\na: 3\n', '3:1 the key "a" stands twice in one map'],
    ['nested', 'a:\n  - b: 1\n    b: 2\n', '3:5 the key "b" stands twice in one map'],
    ['in a flow map', '{a: {b: 1, b: 2}}\n', '1:12 the key "b" stands twice in one map'],
    ['quoted and plain', 'a: 1\n"a": 2\n', '2:1 the key "a" stands twice in one map'],
    ['an alias and its text', '&k a: 1\n*k : 2\n', '2:1 the key "a" stands twice in one map'],
    ['a number and its text', '1: a\n"1": b\n', '2:1 the key "1" stands twice in one map'],
    ['merge keys', 'a: &x {b: 1}\nc:\n  <<: *x\n  <<: *x\n', '4:3 the key "<<" stands twice in one map'],
    [
      'with a name of Object',
      '__proto__: 1\n__proto__: 2\n',
      '2:1 the key "__proto__" stands twice in one map',
    ],
  ])('are refused: %s', (_what, text, message) => {
    const { issues } = readText(text);
    expect(summary(issues)).toEqual([message]);
    expect(issues[0]).toMatchObject({ severity: 'error', code: 'BLOBS_MALFORMED_YAML' });
  });

  it('are all reported, but not without end', () => {
    expect(readText('a: 1\na: 2\nb: 1\nb: 2\n').issues).toHaveLength(2);
    expect(readText('a: 1\n'.repeat(1000)).issues).toHaveLength(50);
  });

  it('in different maps are none', () => {
    expect(soundValue('a: {b: 1}\nc: {b: 2}\n')).toEqual({ a: { b: 1 }, c: { b: 2 } });
  });

  it('are looked for in time that grows with the number of keys, not its square', () => {
    const text = Array.from({ length: 50_000 }, (_, i) => `k${i}: ${i}\n`).join('');
    expect(Object.keys(soundValue(text) as object)).toHaveLength(50_000);
  });
});

describe('hostile keys', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is a key like any other', (key) => {
    const value = soundValue(`${key}: {polluted: yes}\n`) as Record<string, unknown>;
    expect(Object.keys(value)).toEqual([key]);
    expect(value[key]).toEqual({ polluted: 'yes' });
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('is not merged into the prototype either', () => {
    const value = soundValue('a: &a {__proto__: {polluted: 1}}\nb:\n  <<: *a\n') as { b: object };
    expect(Object.keys(value.b)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value.b)).toBeNull();
  });

  it.each([
    ['a list', '? [a, b]\n: 1\n'],
    ['a map', '? {a: b}\n: 1\n'],
    ['an alias of a map', 'a: &x {b: c}\n*x : d\n'],
    ['an alias of a list of maps', 'a: &x [{b: c}]\n*x : d\n'],
  ])('is refused when it is %s', (_what, text) => {
    expect(readText(text).issues).toMatchObject([{ code: 'BLOBS_MALFORMED_YAML' }]);
  });

  it('null stands for its name', () => {
    expect(soundValue('~: 1\n')).toEqual({ null: 1 });
  });
});

describe('merge keys', () => {
  it.each([
    ['own keys win, also before the merge', 'd: &d {a: 1, b: 2}\nm:\n  a: 9\n  <<: *d\n', { a: 9, b: 2 }],
    ['own keys win, also after the merge', 'd: &d {a: 1, b: 2}\nm:\n  <<: *d\n  a: 9\n', { a: 9, b: 2 }],
    ['of a list the first wins', 'd: &d {a: 1}\ne: &e {a: 2, b: 3}\nm: {<<: [*d, *e]}\n', { a: 1, b: 3 }],
    ['an inline map', 'm: {<<: {a: 1}, b: 2}\n', { a: 1, b: 2 }],
    ['a map that merges itself', 'd: &d {a: 1}\ne: &e {<<: *d, b: 2}\nm: {<<: *e}\n', { a: 1, b: 2 }],
    ['nothing to merge', 'm: {<<: [], a: 1}\n', { a: 1 }],
  ])('%s', (_what, text, expected) => {
    expect((soundValue(text) as { m: unknown }).m).toEqual(expected);
  });

  it('are a plain key when quoted', () => {
    expect(soundValue('"<<": {a: 1}\n')).toEqual({ '<<': { a: 1 } });
  });

  it.each(['text', '[1]', '', '[{a: 1}, text]'])('want a map or a list of maps, not "%s"', (source) => {
    expect(readText(`m:\n  <<: ${source}\n`).issues).toMatchObject([
      { message: '"<<" wants a map, or a list of maps, to merge', line: expect.any(Number) },
    ]);
  });
});
