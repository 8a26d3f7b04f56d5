// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { readText, soundValue, summary } from '../samples.ts';

describe('anchors and aliases', () => {
  it('stand for what was anchored last before them', () => {
    expect(soundValue('a: &x 1\nb: *x\nc: &x 2\nd: *x\n')).toEqual({ a: 1, b: 1, c: 2, d: 2 });
  });

  it('work on keys, maps, lists and empty values', () => {
    expect(soundValue('&k a: &m {b: &l [1]}\nc: [*k, *m, *l]\nd: &e\ne: *e\n')).toEqual({
      a: { b: [1] },
      c: ['a', { b: [1] }, [1]],
      d: null,
      e: null,
    });
  });

  it.each([
    ['an unknown one', 'a: *x\n', '1:4 nothing is anchored as &x'],
    ['one that is anchored later', 'a: *x\nb: &x 1\n', '1:4 nothing is anchored as &x'],
    ['one inside what it names', 'a: &x\n  - *x\n', '2:5 *x refers to itself'],
    ['one deep inside what it names', 'a: &x {b: {c: [*x]}}\n', '1:16 *x refers to itself'],
    ['a merge of itself', 'a: &x\n  <<: *x\n', '2:7 *x refers to itself'],
  ])('refuses %s', (_what, text, message) => {
    expect(summary(readText(text).issues)[0]).toBe(message);
  });

  it('refuses lists that double until memory is full', () => {
    const levels = Array.from({ length: 60 }, (_, i) => `l${i + 1}: &l${i + 1} [*l${i}, *l${i}]\n`);
    const { issues } = readText(`l0: &l0 [x, x]\n${levels.join('')}`);
    expect(issues).toMatchObject([
      { code: 'BLOBS_MALFORMED_YAML', message: 'the aliases expand to too many values' },
    ]);
  });

  it('refuses maps that double through merge keys and values', () => {
    const levels = Array.from({ length: 60 }, (_, i) => `- &l${i + 1} {<<: *l${i}, a${i}: *l${i}}\n`);
    expect(readText(`- &l0 {x: 1}\n${levels.join('')}`).issues).toMatchObject([
      { message: 'the aliases expand to too many values' },
    ]);
  });

  it('allows defaults that every entry of a long list uses', () => {
    const entries = Array.from({ length: 2000 }, (_, i) => `  - {<<: *defaults, path: p${i}}\n`);
    const text = `defaults: &defaults {a: 1, b: 2, c: 3}\nblobs:\n${entries.join('')}`;
    const { blobs } = soundValue(text) as { blobs: unknown[] };
    expect(blobs).toHaveLength(2000);
    expect(blobs[1999]).toEqual({ a: 1, b: 2, c: 3, path: 'p1999' });
  });
});
