// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { YamlDocument } from '../../../src/yaml/yaml-document.ts';
import { readText } from '../samples.ts';

const TEXT = `name: hal_x
defaults: &defaults
  type: img
  click-through: yes
blobs:
  - <<: *defaults
    path: lib/fw.bin
    url:
      - https://one.invalid/
      - "https://two.invalid/"
  - {path: b, "type": lib}
`;

function documentOf(text: string): YamlDocument {
  const { document } = readText(text);
  if (document === undefined) throw new Error('not sound');
  return document;
}

function at(text: string, path: (string | number)[]): string {
  const { line, column } = documentOf(text).positionOf(path);
  return `${line}:${column}`;
}

describe('positionOf', () => {
  it.each([
    [[], '1:1'],
    [['name'], '1:7'],
    [['blobs'], '6:3'],
    [['blobs', 0], '6:5'],
    [['blobs', 0, 'path'], '7:11'],
    [['blobs', 0, 'url', 1], '10:9'],
    [['blobs', 1], '11:5'],
    [['blobs', 1, 'type'], '11:23'],
  ])('finds %j at %s', (path, place) => {
    expect(at(TEXT, path)).toBe(place);
  });

  it('takes indices as text too, as JSON Pointers give them', () => {
    expect(at(TEXT, ['blobs', '1', 'path'])).toBe('11:12');
  });

  it('finds what a merge key brought where it is written', () => {
    expect(at(TEXT, ['blobs', 0, 'type'])).toBe('3:9');
  });

  it('gives the closest part that exists', () => {
    expect(at(TEXT, ['blobs', 1, 'url', 3])).toBe('11:5');
    expect(at(TEXT, ['blobs', 7, 'path'])).toBe('6:3');
    expect(at(TEXT, ['name', 'x'])).toBe('1:7');
  });

  it('names the file and shows the line without its line end', () => {
    expect(documentOf('name: a\r\nblobs: [b]\r\n').positionOf(['blobs', 0])).toEqual({
      file: '/x/module.yml',
      line: 2,
      column: 9,
      sourceLine: 'blobs: [b]',
    });
  });

  it('does not count a byte order mark as a column', () => {
    expect(at('\ufeffname: a\n', ['name'])).toBe('1:7');
  });

  it('counts characters, not bytes', () => {
    expect(at('{ä: "ü", b: c}', ['b'])).toBe('1:13');
  });
});

describe('positionOfKey', () => {
  it('finds the key of a value that is empty', () => {
    const { line, column } = documentOf('name: a\nblobs:\n').positionOfKey(['blobs']);
    expect([line, column]).toEqual([2, 1]);
  });

  it('gives the closest part for a key that is not there', () => {
    const { line, column } = documentOf(TEXT).positionOfKey(['blobs', 1, 'url']);
    expect([line, column]).toEqual([11, 5]);
  });
});

describe('findPlainScalar', () => {
  it('gives the spelling of what is not quoted, through aliases and merge keys', () => {
    const document = documentOf(TEXT);
    expect(document.findPlainScalar(['blobs', 0, 'click-through'])).toBe('yes');
    expect(documentOf('a: 0x1F\n').findPlainScalar(['a'])).toBe('0x1F');
    expect(documentOf('a: &v 1.0\nb: *v\n').findPlainScalar(['b'])).toBe('1.0');
  });

  it('gives nothing for quoted text, lists, maps and what is not there', () => {
    const document = documentOf(TEXT);
    for (const path of [['blobs', 0, 'url', 1], ['blobs'], ['blobs', 0], ['nothing', 'here']])
      expect(document.findPlainScalar(path)).toBeUndefined();
  });
});
