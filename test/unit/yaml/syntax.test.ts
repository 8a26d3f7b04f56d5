// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { readText, soundValue, summary } from '../samples.ts';

describe('scalars', () => {
  it('are read by the core schema of YAML 1.2', () => {
    const text =
      'a: yes\nb: On\nc: 0o17\nd: 017\ne: 1_000\nf: 12:30\ng: 2024-01-02\nh: ~\ni: True\nj: .inf\nk: 1e3\n';
    expect(soundValue(text)).toEqual({
      a: 'yes',
      b: 'On',
      c: 15,
      d: 17,
      e: '1_000',
      f: '12:30',
      g: '2024-01-02',
      h: null,
      i: true,
      j: Number.POSITIVE_INFINITY,
      k: 1000,
    });
  });

  it('are read so whatever version a directive names', () => {
    expect(soundValue('%YAML 1.1\n---\na: yes\nb: 12:30\n')).toEqual({ a: 'yes', b: '12:30' });
  });

  it('may carry a tag of the core schema', () => {
    expect(soundValue('a: !!str 1.0\nb: !!int "7"\n')).toEqual({ a: '1.0', b: 7 });
  });
});

describe('malformed files', () => {
  it.each([
    ['an unknown tag', 'a: !vendor x\n', 1],
    ['a tag that would run code elsewhere', 'x: 1\na: !!python/object/apply:os.system ["true"]\n', 2],
    ['a tag of YAML 1.1', 'a: !!binary AAAA\n', 1],
    ['a quote without end', 'a: 1\nb: "x\n', 2],
    ['a tab for indentation', 'a:\n\tb: 1\n', 2],
    ['a bracket without end', 'a: [1, 2\n', 1],
    ['a colon in a plain value', 'a: b: c\n', 1],
    ['wrong indentation', 'a:\n    b: 1\n  c: 2\n', 3],
    ['a reserved character', 'a: @x\n', 1],
    ['an unknown version', '%YAML 7.3\n---\na: 1\n', 1],
  ])('are refused with one message and a line: %s', (_what, text, line) => {
    const { document, issues } = readText(text);
    expect(document).toBeUndefined();
    expect(issues).toHaveLength(1);
    expect(issues[0]).toMatchObject({
      severity: 'error',
      code: 'BLOBS_MALFORMED_YAML',
      file: '/x/module.yml',
    });
    expect(issues[0]?.message).not.toMatch(/\n/);
    expect([line, line + 1]).toContain(issues[0]?.line);
  });

  it('cannot control the terminal by what the message quotes', () => {
    for (const text of ['a: *\u001b[31mx\n', '"\\e[31m": 1\n"\\e[31m": 2\n', 'a: !\u001b[31mx y\n']) {
      const messages = summary(readText(text).issues).join();
      expect(messages).not.toBe('');
      expect(messages).not.toMatch(/[\u0000-\u001f]/);
    }
  });
});

describe('nesting', () => {
  const nested = (depth: number, open: string, close: string): string =>
    `a: ${open.repeat(depth)}1${close.repeat(depth)}\n`;

  it('of 150 levels is read, of 250 is refused', () => {
    expect(readText(nested(150, '[', ']')).issues).toEqual([]);
    expect(readText(nested(250, '[', ']')).issues).toMatchObject([
      { message: 'the file is nested too deeply', line: 1 },
    ]);
    expect(readText(nested(250, '{a: ', '}')).issues).toMatchObject([
      { message: 'the file is nested too deeply' },
    ]);
  });

  it('is not what brackets in text or comments look like', () => {
    const text = `a: "${'['.repeat(300)}"\n# ${'{'.repeat(300)}\n`;
    expect(soundValue(text)).toEqual({ a: '['.repeat(300) });
  });

  it('of lists in many lines is refused or read, but never throws', () => {
    const text = Array.from({ length: 1400 }, (_, i) => `${' '.repeat(i)}a:\n`).join('');
    expect([undefined, 'the file is nested too deeply']).toContain(readText(text).issues[0]?.message);
  });
});
