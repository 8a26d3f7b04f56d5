// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { BlobsError } from '../../../../src/core/errors.ts';
import { editGroups } from '../../../../src/yaml/edit/edit-groups.ts';
import type { YamlEdit } from '../../../../src/yaml/edit/edit-yaml.ts';
import { editOnce } from './edit-once.ts';

const OPTIONS = { file: '/m/zephyr/module.yml' };

function edited(text: string, ...edits: YamlEdit[]): string {
  return Buffer.from(editOnce(Buffer.from(text), edits, OPTIONS).bytes).toString();
}

function refusal(text: string, edits: readonly YamlEdit[], keepsLines = false): string {
  try {
    editOnce(Buffer.from(text), edits, { ...OPTIONS, keepsLines });
  } catch (error) {
    if (!(error instanceof BlobsError)) throw error;
    expect(error).toMatchObject({ code: 'BLOBS_CANNOT_EDIT', details: { file: OPTIONS.file } });
    return error.message;
  }
  return 'done';
}

describe('editing YAML: a value', () => {
  it.each([
    ['a: x # why\nb: y\n', 'a: z # why\nb: y\n'],
    ["a: 'x' # why\r\nb: y", "a: 'z' # why\r\nb: y"],
    ['\ufeffa:   "x"\r\n', '\ufeffa:   "z"\r\n'],
    ['a: &n x\n', 'a: &n z\n'],
    ['a: &n !!str x\n', 'a: &n !!str z\n'],
    ['b: &n x\na: *n\n', 'b: &n x\na: z\n'],
    ['{b: 1, a: x}', '{b: 1, a: z}'],
    ['{"a":"x"}', '{"a":"z"}'],
    ['a:\n', 'a: z\n'],
    ['a: # none\n', 'a: z # none\n'],
    ['a: >-\n  x\nb: 1\n', 'a: >-\n  z\nb: 1\n'],
    ['a: |\n  x\n', 'a: z\n'],
    ['a:\n  x\n', 'a:\n  z\n'],
    ['a: 1\n', 'a: z\n'],
  ])('%j becomes %j', (before, after) => {
    expect(edited(before, { path: ['a'], value: 'z' })).toBe(after);
  });

  it.each([
    ['2.0', "'2.0'"],
    ['1_000', "'1_000'"],
    ['12e34', "'12e34'"],
    ['1:30', "'1:30'"],
    ['2026-11-22', "'2026-11-22'"],
    ['no', "'no'"],
    ['n', "'n'"],
    ['0o7', "'0o7'"],
    ['null', "'null'"],
    ['', "''"],
    ['a: b', "'a: b'"],
    ['a #b', "'a #b'"],
    ["it's", "it's"],
    ['#a', "'#a'"],
    [' a', "' a'"],
    ['a\tb', '"a\\tb"'],
    ['a\u2028b', '"a\\u2028b"'],
    ['v1.2.3', 'v1.2.3'],
    ['1.2.3', '1.2.3'],
    ['https://h/a?b=c#d', 'https://h/a?b=c#d'],
    ['[a]', "'[a]'"],
    [7, '7'],
    [true, 'true'],
  ])('%j is written as %s where there were no quotes', (value, source) => {
    expect(edited('a: x\n', { path: ['a'], value })).toBe(`a: ${source}\n`);
  });

  it('gets quotes in a flow map where a bracket would end it', () => {
    expect(edited('{a: x}', { path: ['a'], value: 'b,c' })).toBe("{a: 'b,c'}");
    expect(edited('a: x', { path: ['a'], value: 'b,c' })).toBe('a: b,c');
  });

  it('keeps its quotes, escapes what needs it, and leaves other escapes as they are', () => {
    expect(edited("a: 'it''s x'\n", { path: ['a'], value: "it's y's" })).toBe("a: 'it''s y''s'\n");
    expect(edited('a: "\\x41\\/x"\n', { path: ['a'], value: 'A/"y"\\' })).toBe('a: "\\x41\\/\\"y\\"\\\\"\n');
    expect(edited("a: 'x'\n", { path: ['a'], value: 'x\u0007' })).toBe('a: "x\\u0007"\n');
  });

  it.each(['\n', '\r\n'])('keeps where its lines are broken', (end) => {
    const url = (ref: string) => `a: "https://h/o/r/\\${end}     raw/${ref}/f.bin"${end}b: 1${end}`;
    const value = 'https://h/o/r/raw/v1/f.bin';
    expect(edited(url('refs/heads/main'), { path: ['a'], value })).toBe(url('v1'));
    const moved = edited(url('main'), { path: ['a'], value: 'https://h/x/raw/y/f.bin' });
    expect(moved).toBe(url('main').replace('/o/r/', '/x/').replace('main', 'y'));
    const folded = `a: some long${end}  text here${end}`;
    expect(edited(folded, { path: ['a'], value: 'some short text there' })).toBe(
      `a: some short${end}  text there${end}`,
    );
  });

  it('keeps a break where it first may be, of places that are alike', () => {
    const text = (first: string, second: string) => `a: "${first}\\\n  ${second}"\n`;
    // Nothing that is left is as it was: what is new comes before the break.
    expect(edited(text('ab', 'cd'), { path: ['a'], value: 'wxyz' })).toBe(text('wxyz', ''));
    // Before each x, one character is the same.
    expect(edited(text('p1', 'xq'), { path: ['a'], value: '2x3x4' })).toBe(text('2', 'x3x4'));
  });

  it('keeps the lines of a block scalar where a word changes', () => {
    const text = (word: string) => `a: >-\n  some\n  ${word}\n  text\nb: |\n  ${word}\n\n  more\n`;
    const change = { path: ['a'], value: 'some new text' };
    expect(edited(text('old'), change, { path: ['b'], value: 'new\n\nmore\n' })).toBe(text('new'));
  });
});

describe('editing YAML: what is shared', () => {
  const merged = 'base: &b\n  v: x # base\n  w: 1\nmap:\n  <<: *b\n  k: 1\nend: *b\n';

  it('stays as it is for others, or nothing is changed', () => {
    expect(edited(merged, { path: ['map', 'v'], value: 'z' })).toBe(
      merged.replace('  k: 1\n', '  k: 1\n  v: z\n'),
    );
    expect(refusal(merged, [{ path: ['map', 'v'], value: 'z' }], true)).toMatch(
      /does not stand in the entry/,
    );
    expect(refusal(merged, [{ path: ['base', 'v'], value: 'z' }])).toMatch(/base\.v .*without changing/);
    expect(refusal(merged, [{ path: ['end', 'v'], value: 'z' }])).toMatch(/alias/);
    expect(refusal('a: &x 1\nb: *x\n', [{ path: ['a'], value: 'z' }])).toMatch(/without changing/);
    expect(refusal('a: &x {u: [1]}\nb: {<<: *x}\n', [{ path: ['b', 'u', 0], value: 'z' }])).toMatch(
      /merge key/,
    );
  });

  it('may change where all that share it change alike', () => {
    const both: YamlEdit[] = [
      { path: ['a'], value: 'z' },
      { path: ['b'], value: 'z' },
    ];
    expect(edited('a: &x 1\nb: *x\n', ...both)).toBe('a: &x z\nb: z\n');
  });
});

describe('editing YAML: a key that is missing', () => {
  const add: YamlEdit = { path: ['b', 0, 'size'], value: 7, after: 'h' };

  it.each([
    ['b:\n  - p: x\n    h: y # c\n    u: z\n', 'b:\n  - p: x\n    h: y # c\n    size: 7\n    u: z\n'],
    ['b:\r\n- h: y\r\n- h: z\r\n', 'b:\r\n- h: y\r\n  size: 7\r\n- h: z\r\n'],
    ['b:\n  - p: x\n    h: y', 'b:\n  - p: x\n    h: y\n    size: 7'],
    ['b:\r\n  - p: x\r\n    h: y', 'b:\r\n  - p: x\r\n    h: y\r\n    size: 7'],
    ['b:\n  - h:\n      - y\n      - z\n# c\n', 'b:\n  - h:\n      - y\n      - z\n    size: 7\n# c\n'],
    ['b:\n  - h: |\n      y\n# c\n', 'b:\n  - h: |\n      y\n    size: 7\n# c\n'],
    ['b: [{p: x, h: y, u: z}]\n', 'b: [{p: x, h: y, size: 7, u: z}]\n'],
    ['b: [{"p":"x","h":"y"}]\n', 'b: [{"p":"x","h":"y", "size": 7}]\n'],
    ['b:\n  - {\n    h: y # c\n    }\n', 'b:\n  - {\n    h: y, size: 7 # c\n    }\n'],
    ['b:\n  - p: x\n  # end\n', 'b:\n  - p: x\n    size: 7\n  # end\n'],
  ])('is written into %j', (before, after) => {
    expect(edited(before, add)).toBe(after);
  });

  it('is not where no line may be added, or there is nothing to write it behind', () => {
    expect(refusal('b:\n  - h: y\n', [add], true)).toMatch(/not stand in the entry/);
    expect(refusal('b: [{}]\n', [add])).toMatch(/empty/);
    expect(refusal('b: []\n', [add])).toMatch(/no single value/);
    expect(refusal('b: [{h: [1]}]', [{ path: ['b', 0, 'h'], value: 1 }])).toMatch(/no single value/);
  });
});

describe('editing YAML', () => {
  it('cuts what means nothing, and nothing else', () => {
    const cut = (start: number, end: number): YamlEdit => ({ cut: { start, end } });
    expect(edited('a: 1  \nb: 2\n', cut(4, 6))).toBe('a: 1\nb: 2\n');
    expect(refusal('a: 1  \nb: 2\n', [cut(3, 6)])).toMatch(/without changing/);
    expect(refusal('a: |\n  x  \n', [cut(8, 10)])).toMatch(/without changing/);
    expect(refusal('a: 1\n\nb: 2\n', [cut(5, 6)], true)).toMatch(/line/);
    expect(refusal('a: 1\n', [cut(4, 9)])).toMatch(/outside/);
    expect(refusal('a: 12\n', [cut(3, 5), { path: ['a'], value: 13 }])).toMatch(/same characters/);
    expect(refusal('a: [\n', [cut(0, 0)])).toMatch(/no YAML/);
  });

  it('tells which lines changed', () => {
    const text = 'b:\n  - h: y\n    u: "x\\\n      y"\n  - h: y\n';
    const edits: YamlEdit[] = [
      { path: ['b', 0, 'h'], value: 'z' },
      { path: ['b', 0, 'size'], value: 7, after: 'h' },
      { path: ['b', 0, 'u'], value: 'xw' },
      { path: ['b', 1, 'h'], value: 'q' },
    ];
    expect(editOnce(Buffer.from(text), edits, OPTIONS).hunks).toEqual([
      { line: 2, newLine: 2, before: ['  - h: y'], after: ['  - h: z'] },
      { line: 3, newLine: 3, before: [], after: ['    size: 7'] },
      { line: 4, newLine: 5, before: ['      y"'], after: ['      w"'] },
      { line: 5, newLine: 6, before: ['  - h: y'], after: ['  - h: q'] },
    ]);
  });
});

describe('editGroups', () => {
  const { signal } = new AbortController();

  it('leaves out what cannot be done, and does the rest', async () => {
    const text = Array.from({ length: 9 }, (_, i) => `a${i}: ${i === 4 ? '&x ' : ''}1\n`).join('');
    const groups = Array.from({ length: 9 }, (_, i) => ({ edits: [{ path: [`a${i}`], value: `v${i}` }] }));
    const { bytes, refused } = await editGroups(Buffer.from(`${text}b: *x\n`), groups, {
      ...OPTIONS,
      signal,
    });
    expect([...refused.keys()]).toEqual([groups[4]]);
    expect(Buffer.from(bytes).toString()).toBe(`${text.replaceAll(/a([0-35-8]): 1/g, 'a$1: v$1')}b: *x\n`);
  });

  it('changes nothing where nothing can be done', async () => {
    const bytes = Buffer.from('a: [1]\n');
    const result = await editGroups(bytes, [{ edits: [{ path: ['a'], value: 1 }] }], { ...OPTIONS, signal });
    expect([result.bytes, result.hunks, result.refused.size]).toEqual([bytes, [], 1]);
  });
});
