// SPDX-License-Identifier: Apache-2.0
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { editGroups } from '../../../../src/yaml/edit/edit-groups.ts';
import type { YamlEdit } from '../../../../src/yaml/edit/edit-yaml.ts';

const work = vi.hoisted(() => ({ parses: 0, onParse: (): void => undefined }));

vi.mock('../../../../src/yaml/parse-syntax.ts', async (importOriginal) => {
  const real = await importOriginal<typeof import('../../../../src/yaml/parse-syntax.ts')>();
  return {
    parseSyntax: (...args: Parameters<typeof real.parseSyntax>) => {
      work.parses += 1;
      work.onParse();
      return real.parseSyntax(...args);
    },
  };
});

beforeEach(() => {
  Object.assign(work, { parses: 0, onParse: () => undefined });
});

const MANY = 400;
const many = <T>(make: (index: number) => T): T[] => Array.from({ length: MANY }, (_, index) => make(index));

async function edited(text: string, edits: readonly YamlEdit[], signal = new AbortController().signal) {
  const groups = edits.map((edit) => ({ edits: [edit] }));
  const options = { file: '/m/zephyr/module.yml', keepsLines: true, signal };
  const { bytes, refused } = await editGroups(Buffer.from(text), groups, options);
  return {
    text: Buffer.from(bytes).toString(),
    refused: [...refused.values()].map(({ message }) => message),
  };
}

describe('editGroups, with hundreds of groups that cannot be done', () => {
  it.each([
    [
      'merge keys',
      `x: &d\n  v: 1\nb:\n${many((i) => `- <<: *d\n  n: ${i}\n`).join('')}end: 1\n`,
      (i: number): YamlEdit => ({ path: ['b', i, 'v'], value: 2 }),
      /does not stand in the entry/,
    ],
    [
      'anchors of values',
      `b:\n${many((i) => `- v: &a${i} 1\n  w: *a${i}\n`).join('')}end: 1\n`,
      (i: number): YamlEdit => ({ path: ['b', i, 'v'], value: 2 }),
      /is shared/,
    ],
    [
      'anchors of entries',
      `b:\n${many((i) => `- &a${i}\n  v: 1\n`).join('')}c: [${many((i) => `*a${i}`).join()}]\nend: 1\n`,
      (i: number): YamlEdit => ({ path: ['b', i, 'v'], value: 2 }),
      /is shared/,
    ],
    [
      'entries that others merge',
      `b:\n${many((i) => `- &a${i}\n  v: 1\n`).join('')}c:\n${many((i) => `- <<: *a${i}\n`).join('')}end: 1\n`,
      (i: number): YamlEdit => ({ path: ['b', i, 'v'], value: 2 }),
      /is shared/,
    ],
  ])('parses the file twice: %s', async (_, text, toEdit, reason) => {
    const result = await edited(text, [...many(toEdit), { path: ['end'], value: 2 }]);
    expect(result.text).toBe(text.replace('end: 1', 'end: 2'));
    expect(result.refused).toHaveLength(MANY);
    for (const message of result.refused) expect(message).toMatch(reason);
    expect(work.parses).toBe(2);
  });

  it('does the earlier ones of those that exclude each other, without trying', async () => {
    const text = `b:\n${many(() => '- v: http://h/a\n').join('')}`;
    const edits = many((i): YamlEdit[] => [
      { path: ['b', i, 'v'], value: 'https://h/a' },
      { path: ['b', i, 'v'], value: 'http://h/b' },
      { path: ['b', i, 'v'], value: 'https://h/a' },
    ]);
    const result = await edited(text, edits.flat());
    expect(result.text).toBe(text.replaceAll('http:', 'https:'));
    expect(result.refused).toHaveLength(2 * MANY);
    expect(work.parses).toBe(2);
  });

  it('gives up halving after some parses, and keeps what was found to be possible', async () => {
    const text = `a: 1\n${many((i) => `b${i}: x y\n`).join('')}`;
    const cut = (at: number): YamlEdit => ({ cut: { start: at, end: at + 1 } });
    const edits = many((i) => cut(text.indexOf(`b${i}: x`) + `b${i}: x`.length));
    const result = await edited(text, [{ path: ['a'], value: 2 }, ...edits]);
    expect(result.text).toBe(text.replace('a: 1', 'a: 2'));
    expect(result.refused).toHaveLength(MANY);
    expect(result.refused.at(-1)).toMatch(/too many other changes/);
    expect(work.parses).toBe(41);
  });
});

describe('editGroups', () => {
  it('changes what only looks shared, and what all that share it change alike', async () => {
    const overridden = 'b:\n- &a\n  v: 1\n- <<: *a\n  v: 3\n';
    const first = await edited(overridden, [{ path: ['b', 0, 'v'], value: 2 }]);
    expect(first).toEqual({ text: overridden.replace('v: 1', 'v: 2'), refused: [] });
    const both = ['a', 'b'].map((key): YamlEdit => ({ path: [key], value: 2 }));
    expect(await edited('a: &x 1\nb: *x\n', both)).toEqual({ text: 'a: &x 2\nb: 2\n', refused: [] });
  });

  it('leaves alone what one shares whose own change cannot be made', async () => {
    const text = 'a: &x 1\nm: &m\n  b: *x\nn: *m\nc: 1\n';
    const paths = [['a'], ['m', 'b'], ['c']];
    const result = await edited(
      text,
      paths.map((path) => ({ path, value: 2 })),
    );
    expect(result.text).toBe(text.replace('c: 1', 'c: 2'));
    expect(result.refused).toEqual([
      expect.stringMatching(/^m\.b .*is shared/),
      expect.stringMatching(/^a .*is shared/),
    ]);
    expect(work.parses).toBe(2);
  });

  it('hears of a signal between two parses', async () => {
    const text = `${many((i) => `b${i}: x y\n`).join('')}`;
    const edits = many((i): YamlEdit => {
      const start = text.indexOf(`b${i}: x`) + `b${i}: x`.length;
      return { cut: { start, end: start + 1 } };
    });
    const controller = new AbortController();
    // As a signal's handler: it runs once the event loop turns.
    work.onParse = () => {
      if (work.parses === 3) setImmediate(() => controller.abort(new Error('stop')));
    };
    await expect(edited(text, edits, controller.signal)).rejects.toThrow('stop');
    expect(work.parses).toBeLessThan(6);
  });
});
