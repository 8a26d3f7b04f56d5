// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendEntries } from '../../../../src/yaml/edit/append-entry.ts';
import type { NewEntry } from '../../../../src/yaml/edit/entry-text.ts';
import { readYaml } from '../../../../src/yaml/read-yaml.ts';
import { CORPUS, corpusModules, needCorpus } from '../../../support/corpus.ts';
import { editOnce } from './edit-once.ts';

const ORDER = [
  'path',
  'sha256',
  'type',
  'version',
  'license-path',
  'click-through',
  'url',
  'description',
  'size',
];
const NEW: NewEntry = {
  path: 'lib/new.a',
  version: '1.0',
  url: 'https://h.invalid/new.a',
  description: 'New',
};

function append(text: string | Uint8Array, entries: readonly NewEntry[] = [NEW]) {
  return appendEntries(typeof text === 'string' ? Buffer.from(text) : text, entries, {
    file: '/m/zephyr/module.yml',
    key: 'blobs',
    order: ORDER,
  });
}

function appended(text: string, entries?: readonly NewEntry[]): string {
  return append(text, entries).bytes.toString('utf8');
}

function blobsOf(bytes: Uint8Array): unknown[] {
  const { document } = readYaml('/m', bytes);
  return (document?.value as { blobs: unknown[] } | undefined)?.blobs ?? [];
}

describe('an entry that is appended', () => {
  it('is written as the one before it: indentation, order, quotes, alignment', () => {
    const text = [
      'blobs:',
      "    - version:  '1'",
      '      path:     old.a',
      '      url:',
      '      - "https://h.invalid/old.a"',
      '      description: "Old"',
      '',
    ].join('\n');
    const lines = [
      "    - version:  '1.0'",
      '      path:     lib/new.a',
      '      url:',
      '      - "https://h.invalid/new.a"',
      '      description: "New"',
      '',
    ].join('\n');
    expect(appended(text)).toBe(text + lines);
    expect(append(text)).toMatchObject({ added: lines, line: 7 });
  });

  it('stands before other keys, comments about what follows, and empty lines', () => {
    const before = 'blobs:\n- path: a # one\n  # of a\n';
    const behind = '# of build\n\nbuild:\n  cmake: .\n';
    expect(appended(before + behind, [{ path: 'b' }])).toBe(`${before}- path: b\n${behind}`);
  });

  it.each([
    ['CRLF', 'blobs:\r\n  - path: a\r\nname: x\r\n', 'blobs:\r\n  - path: a\r\n  - path: b\r\nname: x\r\n'],
    ['one CRLF at the end', 'blobs:\n  - path: a\r\n', 'blobs:\n  - path: a\r\n  - path: b\n'],
    ['no final line end', 'blobs:\n  - path: a', 'blobs:\n  - path: a\n  - path: b'],
    ['no final line end, CRLF', 'blobs:\r\n  - path: a', 'blobs:\r\n  - path: a\r\n  - path: b'],
    ['a BOM', '\ufeffblobs:\n  - path: a\n', '\ufeffblobs:\n  - path: a\n  - path: b\n'],
    [
      'empty lines between entries',
      'blobs:\n  - path: 1a\n\n  - path: a\n',
      'blobs:\n  - path: 1a\n\n  - path: a\n\n  - path: b\n',
    ],
    ['an anchor', 'blobs: &all\n  - &a\n    path: a\nx: *all\n', undefined],
    [
      'an alias to an entry',
      'x: &x {path: a}\nblobs:\n  - *x\n',
      'x: &x {path: a}\nblobs:\n  - *x\n  - path: b\n',
    ],
    [
      'a merge key',
      'x: &x {type: lib}\nblobs:\n  - <<: *x\n    path: a\n',
      'x: &x {type: lib}\nblobs:\n  - <<: *x\n    path: a\n  - path: b\n',
    ],
    [
      'a block scalar at the end',
      'blobs:\n  - path: a\n    d: |\n      x\n\n\nn: 1\n',
      'blobs:\n  - path: a\n    d: |\n      x\n  - path: b\n\n\nn: 1\n',
    ],
    [
      'a block scalar that keeps its end',
      'blobs:\n  - path: a\n    d: |+\n      x\n\n\nn: 1\n',
      'blobs:\n  - path: a\n    d: |+\n      x\n\n\n  - path: b\nn: 1\n',
    ],
    [
      'a folded plain scalar',
      'blobs:\n  - path: a\n    d: x\n      y\nn: 1\n',
      'blobs:\n  - path: a\n    d: x\n      y\n  - path: b\nn: 1\n',
    ],
    ['flow entries in a block list', 'blobs:\n  - {path: a}\n', 'blobs:\n  - {path: a}\n  - {path: b}\n'],
    ['a flow list', 'blobs: [{path: a}] # x\n', 'blobs: [{path: a}, {path: b}] # x\n'],
    ['a flow list over lines', 'blobs: [\n  {path: a},\n]\n', 'blobs: [\n  {path: a},\n  {path: b},\n]\n'],
    ['quoted keys', 'blobs:\n  - "path": \'a\'\n', 'blobs:\n  - "path": \'a\'\n  - "path": \'b\'\n'],
    ['no value', 'blobs:\nname: x\n', 'blobs:\n  - path: b\nname: x\n'],
    ['no value, and nothing behind it', 'blobs:', 'blobs:\n  - path: b'],
    ['null', 'blobs: null # none\nname: x\n', 'blobs: # none\n  - path: b\nname: x\n'],
    ['an empty list', 'name: x\nblobs: []', 'name: x\nblobs:\n  - path: b'],
    ['an empty list, CRLF', 'blobs: []\r\nname: x\r\n', 'blobs:\r\n  - path: b\r\nname: x\r\n'],
    ['no key', 'name: x\n# end\n', 'name: x\n# end\nblobs:\n  - path: b\n'],
    [
      'no key, empty lines',
      'name: x\n\nbuild:\n  cmake: .',
      'name: x\n\nbuild:\n  cmake: .\n\nblobs:\n  - path: b',
    ],
    ['no key, and an end of the document', 'name: x\n...\n', 'name: x\nblobs:\n  - path: b\n...\n'],
    ['only a comment in the list', 'blobs:\n  # - path: z\n', 'blobs:\n  - path: b\n  # - path: z\n'],
  ])('follows %s', (_, before, after) => {
    if (after === undefined)
      expect(() => append(before, [{ path: 'b' }])).toThrow('leaves the rest as it is');
    else expect(appended(before, [{ path: 'b' }])).toBe(after);
  });

  it.each([
    '{name: x}',
    'blobs: &a [x]\n',
    'x: &a [{path: a}]\nblobs: *a\n',
    'blobs: 7\n',
    '- x\n',
    'a: [',
    '',
  ])('is refused, and nothing comes of it, in %j', (text) => {
    if (text === 'blobs: &a [x]\n')
      expect(appended(text, [{ path: 'b' }])).toBe('blobs: &a [x, {path: b}]\n');
    else expect(() => append(text)).toThrow(expect.objectContaining({ code: 'BLOBS_CANNOT_EDIT' }));
  });

  it('puts keys that no neighbour has where they usually stand', () => {
    const text = 'blobs:\n  - path: a\n    type: lib\n    description: d\n';
    const entry = {
      description: 'e',
      size: 7,
      path: 'b',
      sha256: 'ab',
      type: 'img',
      url: ['https://a', 'https://b'],
    };
    expect(append(text, [entry]).added).toBe(
      '  - path: b\n    sha256: ab\n    type: img\n    url:\n      - https://a\n      - https://b\n    description: e\n    size: 7\n',
    );
  });

  it('puts a key first that stands before all others in an earlier entry', () => {
    const text = 'blobs:\n  - type: lib\n    path: a\n    url: u\n  - path: b\n    url: v\n';
    const entry = { path: 'c', url: 'w', type: 'img' };
    expect(append(text, [entry]).added).toBe('  - type: img\n    path: c\n    url: w\n');
  });

  it.each([
    ["'", "description: 'x'"],
    ['"', 'description: "x"'],
    ['"', 'description: "x"\n    doc-url: "y"\n    license-path: \'z\''],
    ["'", 'description: "x"\n    doc-url: \'y\''],
    ["'", '"description": x'],
  ])('needs quotes: they are %s where most are, as in what is edited (%j)', (quote, around) => {
    const text = `blobs:\n  - path: a\n    ${around}\n    version: v\n`;
    expect(append(text, [{ path: 'b', version: '1.0' }]).added).toBe(
      `  - path: b\n    version: ${quote}1.0${quote}\n`,
    );
    const edits = [
      { path: ['blobs', 0, 'version'], value: '1.0' },
      { path: ['blobs', 0, 'size'], value: 'no' },
    ];
    const edited = editOnce(Buffer.from(text), edits, { file: '/m/zephyr/module.yml' });
    expect(Buffer.from(edited.bytes).toString()).toBe(
      text.replace('version: v\n', `version: ${quote}1.0${quote}\n    size: ${quote}no${quote}\n`),
    );
  });

  it('never makes what stands behind it show in another order', () => {
    expect(append('name: x\n', [{ path: 'a\u202eb\u2066c\u200fd' }]).added).toBe(
      'blobs:\n  - path: "a\\u202eb\\u2066c\\u200fd"\n',
    );
  });

  it('refuses half a character', () => {
    expect(() => append('blobs:\n  - path: a\n', [{ path: 'x\ud800' }])).toThrow('surrogate');
  });
});

describe('any string', () => {
  const WORDS = [
    '1.0',
    '1e5',
    '0x1f',
    '0o7',
    '017',
    '1_000',
    'yes',
    'No',
    'y',
    'null',
    '~',
    '',
    ' a',
    'a ',
    'a: b',
    'a #b',
    '- a',
    '2026-11-22',
    '2026-1-2',
    '12:30:45',
    '12:99',
    '.5',
    '.inf',
    '1'.repeat(64),
    `1e${'2'.repeat(62)}`,
    '=',
    '<<',
    '*a',
    '&a',
    '!t',
    '%a',
    '@a',
    '`a',
    '{a',
    'a,b',
    'a:',
    '?',
    '\u2028',
    '\u202e',
    '\ufeff',
    '\x85',
    '\x1b',
    '\ud83d\ude00',
    "it's",
    '"q"',
    'a\nb',
    'a\\b',
    '---',
    '...',
  ];
  const value = fc.oneof(
    fc.constantFrom(...WORDS),
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary' }),
  );
  const style = fc.constantFrom(
    'blobs:\n  - path: a\n    url: a\n',
    "blobs:\n- path: 'a'\n  url: ['a']",
    'blobs:\r\n    -   path: "a"\r\n        url:\r\n          - "a"\r\nname: x\r\n',
    'blobs: [{path: a, url: a}]\n',
    'blobs: []\n',
    'name: x\n',
  );

  it('comes back as it was, in every style', () => {
    fc.assert(
      fc.property(
        style,
        fc.array(fc.record({ path: value, url: fc.array(value, { minLength: 1 }) }), {
          minLength: 1,
          maxLength: 3,
        }),
        (text, entries) => {
          // appendEntries itself compares; here it must find a way.
          expect(blobsOf(append(text, entries).bytes).slice(-entries.length)).toEqual(
            entries.map((entry) => ({ ...entry })),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it.each(WORDS.filter((word) => /^[\w.:-]*$/.test(word) && !/^[-.]{3}$/.test(word)))(
    '%j is quoted: readers of YAML 1.1 differ',
    (word) => {
      expect(append('name: x\n', [{ path: word }]).added).toBe(`blobs:\n  - path: '${word}'\n`);
    },
  );

  it.each([
    'v1.0',
    '1.0.0',
    'lib/a.a',
    'https://h/a?b=c#d',
    'a-b',
    'deadbeef',
    `9f${'0'.repeat(62)}`,
    'note',
  ])('%j is not', (word) => {
    expect(append('name: x\n', [{ path: word }]).added).toBe(`blobs:\n  - path: ${word}\n`);
  });
});

it('adds lines, and nothing else, to every file of the corpus', (context) => {
  needCorpus(context);
  const modules = corpusModules();
  expect(modules.length).toBeGreaterThan(40);
  for (const module of modules) {
    const bytes = readFileSync(join(CORPUS, module, 'zephyr/module.yml'));
    const { bytes: result, added } = append(bytes);
    const after = result.toString('utf8').split('\n');
    let at = 0;
    for (const line of bytes.toString('utf8').split('\n')) {
      at = after.indexOf(line, at) + 1;
      expect(at, `${module}: ${line}`).toBeGreaterThan(0);
    }
    const size = Buffer.byteLength(added);
    expect(Math.abs(result.length - bytes.length - size), module).toBeLessThanOrEqual(
      added.split('\n').length,
    );
    expect(blobsOf(result).at(-1)).toEqual({ ...NEW, url: expect.anything() });
  }
});
