// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { commentedOutBlob } from '../../../src/lint/rules/commented-out-blob.ts';
import { crlf } from '../../../src/lint/rules/crlf.ts';
import { missingName } from '../../../src/lint/rules/missing-name.ts';
import { noFinalNewline } from '../../../src/lint/rules/no-final-newline.ts';
import { trailingWhitespace } from '../../../src/lint/rules/trailing-whitespace.ts';
import { unknownKey } from '../../../src/lint/rules/unknown-key.ts';
import { findWith } from './findings.ts';

describe('unknown-key', () => {
  it.each([
    ['license-click-through'],
    ['click_through'],
    ['clickthrough'],
    ['Click-Through'],
    ['click-trough'],
    ['click-thru'],
  ])('takes %s for a question that is never asked', async (key) => {
    const found = await findWith(unknownKey, { blobs: [{ path: 'a', [key]: true }] });
    expect(found).toEqual([
      expect.objectContaining({
        severity: 'error',
        at: [key],
        isAboutKey: true,
        blob: 'a',
        hint: 'did you mean "click-through"?',
      }),
    ]);
  });

  it.each([
    ['docurl', 'did you mean "doc-url"?'],
    ['licence-path', 'did you mean "license-path"?'],
    ['license_path', 'did you mean "license-path"?'],
    ['click', undefined],
    ['purpose', undefined],
    ['x'.repeat(5_000), undefined],
  ])('warns of %s', async (key, hint) => {
    const [found, ...others] = await findWith(unknownKey, { blobs: [{ path: 'a', [key]: 'v' }] });
    expect(others).toEqual([]);
    expect(found?.at).toEqual([key]);
    expect(found?.severity).toBeUndefined();
    expect(found?.hint).toBe(hint);
    expect(found?.message.length).toBeLessThan(200);
  });

  it('looks at the top of the file, by its own keys', async () => {
    const found = await findWith(unknownKey, {
      yaml: 'name: x\nnmae: y\nclick-through: true\npackage-managers: {}\nrunners: []\nsecurity: {}\nblobs: []\n',
    });
    expect(found.map(({ at, hint, severity }) => [at, hint, severity])).toEqual([
      [['nmae'], 'did you mean "name"?', undefined],
      [['click-through'], 'write "click-through" into each entry', 'error'],
    ]);
  });

  it('looks at entries that are not sound', async () => {
    const found = await findWith(unknownKey, { yaml: 'blobs: [{path: a, licence-path: L}]' });
    expect(found.map(({ blob }) => blob)).toEqual(['a']);
  });
});

describe('missing-name', () => {
  it('names what stands in for it', async () => {
    const [found] = await findWith(missingName, { blobs: [] });
    expect(found?.message).toContain('"hal_default"');
    // In CI, a checkout's directory is often called after a hash.
    expect(found?.hint).toBe('add "name:" with the name that users know, such as hal_x');
  });

  it('has nothing to say where there is one', async () => {
    expect(await findWith(missingName, { name: 'hal_x' })).toEqual([]);
  });
});

describe('commented-out-blob', () => {
  it('finds entries in comments, wherever they begin', async () => {
    const yaml = [
      'blobs:',
      '  # - path: lib/a.a',
      '  #   sha256:',
      '  #- sha256: 00',
      '  #  path: b',
      '  - path: a # - path: beside',
      '    description: |',
      '      # - path: no comment',
      '  ## - "path": c',
    ].join('\n');
    const found = await findWith(commentedOutBlob, { yaml });
    expect(found.map(({ place }) => place?.line)).toEqual([2, 4, 6, 9]);
  });

  it('leaves other comments alone', async () => {
    const yaml = [
      '# - paths are relative',
      '# path: the path',
      '# - url: a list',
      '#   of things',
      '# - type: x',
      '',
      '# path: y',
      '# - type: x',
      '# - version: y',
      '#   path: z',
      'blobs: []',
    ].join('\n');
    const found = await findWith(commentedOutBlob, { yaml });
    expect(found.map(({ place }) => place?.line)).toEqual([9]);
  });
});

describe('trailing-whitespace', () => {
  it('says where, and removes what no value depends on', async () => {
    const yaml = [
      'name: x  ',
      '# comment \t\r',
      ' ',
      'blobs: ',
      '  - path: a\t',
      '    description: |  ',
      '      text  ',
      '      more',
      '    version: "1 ',
      '      2" ',
      '    url: plain ',
      '      text ',
      '  - {path: b,  ',
      '     type: lib} ',
    ].join('\n');
    const found = await findWith(trailingWhitespace, { yaml: `${yaml}\n` });
    const fixable = found.filter(({ fix }) => fix !== undefined).map(({ place }) => place?.line);
    expect(found.map(({ place }) => place?.line)).toEqual([1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14]);
    expect(fixable).toEqual([1, 2, 3, 4, 5, 6, 10, 12, 13, 14]);
    const ranges = found.flatMap(({ fix }) => (fix && 'remove' in fix ? [fix.remove] : []));
    for (const { start, end } of ranges) expect(`${yaml}\n`.slice(start, end)).toMatch(/^[ \t]+$/);
    expect(found[1]?.place?.column).toBe(10);
  });

  it('takes no time for a long run of blanks', async () => {
    const blanks = ' '.repeat(500_000);
    const began = performance.now();
    expect(await findWith(trailingWhitespace, { yaml: `name: x${blanks}# y\nblobs: []${blanks}` })).toEqual(
      [],
    );
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe('line ends', () => {
  it('crlf counts, and names the first', async () => {
    const [found] = await findWith(crlf, { yaml: 'name: x\nblobs: []\r\n# y\r\n' });
    expect(found?.place).toEqual({ line: 2, column: 10 });
    expect(found?.message).toBe('2 lines of 3 end with CR LF');
    expect(await findWith(crlf, { yaml: 'name: "x\\r"\n' })).toEqual([]);
  });

  it('no-final-newline points behind the last line', async () => {
    const [found] = await findWith(noFinalNewline, { yaml: 'name: x\nblobs: []' });
    expect(found?.place).toEqual({ line: 2, column: 10 });
    expect(await findWith(noFinalNewline, { yaml: 'name: x\r\n' })).toEqual([]);
  });
});
