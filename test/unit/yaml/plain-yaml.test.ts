// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DocumentView, ValuePath } from '../../../src/yaml/document-view.ts';
import { NeedsWholeParser, readPlainYaml } from '../../../src/yaml/plain-yaml.ts';
import { readYaml } from '../../../src/yaml/read-yaml.ts';
import { CORPUS, needCorpus } from '../../support/corpus.ts';
import { filesBelow } from '../../support/temp.ts';

const FULL = process.env['BLOBS_TEST_FULL'] === '1';
const FILE = '/m/zephyr/module.yml';

/** Holds what is read against the whole parser; whether anything was read. */
function agrees(text: string): boolean {
  const plain = readPlainYaml(FILE, Buffer.from(text).toString('latin1'));
  if (plain === undefined) return false;
  const { document, issues } = readYaml(FILE, Buffer.from(text));
  expect({ text, issues }).toEqual({ text, issues: [] });
  expect(plain.value, text).toStrictEqual(document?.value);
  if (document) comparePlaces(plain, document, []);
  return true;
}

/** Of all maps and lists; the places of others are left to the whole parser. */
function comparePlaces(plain: DocumentView, whole: DocumentView, path: ValuePath): void {
  const at = path.reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], plain.value);
  if (typeof at !== 'object' || at === null) {
    expect(() => plain.positionOf(path)).toThrow(NeedsWholeParser);
    return;
  }
  // An empty list may have been written in the line of its key.
  if (Array.isArray(at) && at.length === 0) return;
  expect(plain.positionOf(path)).toEqual(whole.positionOf(path));
  const keys = Array.isArray(at) ? at.map((_, index) => index) : Object.keys(at);
  for (const key of keys) comparePlaces(plain, whole, [...path, key]);
}

const USUAL = `# a comment
name: hal_x
build:
  cmake: .
  depends:
    - hal_y
    - "hal_z"
  settings:
    board_root: .

blobs:
  - path: lib/a b.a   # trailing
    sha256: ${'0e'.repeat(32)}
    type: lib
    version: '1.0'
    license-path: ./zephyr/blobs/license.txt
    url: https://h.invalid/r/raw/0123456/a.a
    description: "A library: for x, y [z] # no comment"
    click-through: true
    size: 1234

  # between
  - path: b
    version: 1.2.3
    url:
    - https://h.invalid/b
    - https://i.invalid/b#c
    empty:
    list: []
more: x
`;

// What may make YAML of another kind of any line that it gets into.
const PIECES = [
  ...[
    '\n',
    '\r\n',
    '\r',
    '\t',
    ' ',
    '  ',
    '    ',
    ': ',
    ':',
    '- ',
    '-',
    '- - ',
    '? ',
    '[',
    ']',
    '{}',
    '[]',
    ',',
  ],
  ...[
    '"',
    "'",
    '""',
    "''",
    '#',
    ' #',
    '|',
    '>',
    '|\n',
    '&a ',
    '*a',
    '<<: ',
    '!!str ',
    '---\n',
    '...\n',
    '---',
  ],
  ...['%YAML 1.1\n', '@', '`', '\\', '~', 'null', 'True', 'yes', '1', '01', '1.', '.5', '1e3', '0x1f', '0o7'],
  ...[
    '.inf',
    '.NaN',
    '+1',
    '-1',
    '+',
    '=',
    '__proto__: ',
    'a: ',
    'a:\n',
    'a:b',
    '\u00e9',
    '\ufeff',
    '\x7f',
    '\0',
  ],
];

const LINES = [
  'a: b',
  'a:',
  '- a',
  '- a: b',
  '-',
  'b: c',
  'c: 1',
  '# x',
  '',
  'd: "e"',
  "'f': g",
  '- [x]',
  'h',
  'i: j k: l',
];

describe('readPlainYaml', () => {
  it('understands what a usual module.yml is written in', () => {
    expect(agrees(USUAL)).toBe(true);
    expect(agrees(USUAL.replaceAll('\n', '\r\n'))).toBe(true);
    expect(agrees(USUAL.trimEnd())).toBe(true);
  });

  it.each([
    ['a list on top', '- a\n'],
    ['nothing', ''],
    ['a comment alone', '# a\n'],
    ['a duplicate key', 'a: 1\na: 2\n'],
    ['text over several lines', 'a: b\n  c\n'],
    ['quotes over several lines', 'a: "b\n  c"\n'],
    ['an escape', 'a: "\\t"\n'],
    ['an anchor', 'a: &b c\n'],
    ['a merge key', '<<: a\n'],
    ['a number with a fraction', 'version: 1.0\n'],
    ['a hash that is a number', `sha256: ${'1'.repeat(64)}\n`],
    ['a hash that is a number with an exponent', `sha256: 1e${'1'.repeat(62)}\n`],
    ['a tab', 'a:\tb\n'],
    ['what is not ASCII', 'a: \u00e9\n'],
    ['a key that is no string', 'True: a\n'],
    ['a document mark', '---\na: b\n'],
    ['many levels', Array.from({ length: 50 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ])('leaves %s to the whole parser', (_, text) => {
    expect(agrees(text)).toBe(false);
  });

  it('agrees with the whole parser on every line there may be', () => {
    const line = fc
      .tuple(fc.nat(3), fc.constantFrom(...LINES))
      .map(([depth, text]) => ' '.repeat(depth * 2) + text);
    let understood = 0;
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), (lines) => {
        if (agrees(lines.join('\n'))) understood += 1;
      }),
      { numRuns: FULL ? 40_000 : 4_000 },
    );
    expect(understood).toBeGreaterThan(10);
  }, 600_000);

  it('agrees with the whole parser on whatever a module.yml is turned into', () => {
    const edit = fc.record({
      at: fc.nat(USUAL.length),
      remove: fc.oneof(fc.constant(0), fc.nat(20)),
      insert: fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 3 })),
    });
    let understood = 0;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        let text = USUAL;
        for (const { at, remove, insert } of edits)
          text = text.slice(0, at) + insert + text.slice(at + remove);
        if (agrees(text)) understood += 1;
      }),
      { numRuns: FULL ? 20_000 : 1_000 },
    );
    expect(understood).toBeGreaterThan(FULL ? 200 : 10);
  }, 600_000);

  it('reads nearly every real module.yml', (context) => {
    needCorpus(context);
    const directory = join(CORPUS, 'modules');
    const files = filesBelow(directory).filter((name) => name.endsWith('zephyr/module.yml'));
    const understood = files.filter((name) => agrees(readFileSync(join(directory, name), 'utf8')));
    expect(files.length).toBeGreaterThan(40);
    expect(understood.length / files.length).toBeGreaterThan(0.8);
  });
});
