// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { BlobsError } from '../../../../src/core/errors.ts';
import type { YamlEdit } from '../../../../src/yaml/edit/edit-yaml.ts';
import { isSafePlain } from '../../../../src/yaml/edit/spell.ts';
import { readYaml } from '../../../../src/yaml/read-yaml.ts';
import { readYaml11Scalar } from '../../../../src/yaml/yaml11-scalar.ts';
import { corpusModules, needCorpus, readCorpus } from '../../../support/corpus.ts';
import { editOnce } from './edit-once.ts';

const FILE = '/m/zephyr/module.yml';
const RUNS = 100;

function readValue(text: string): unknown {
  return readYaml(FILE, Buffer.from(text)).document?.value;
}

function edit(text: string, edits: readonly YamlEdit[]): string {
  return Buffer.from(editOnce(Buffer.from(text), edits, { file: FILE }).bytes).toString();
}

const word = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom(
    'yes',
    '1.0',
    '0x1f',
    '1e3',
    'a: b',
    '- x',
    '#x',
    "it's",
    '"',
    '\\',
    ' x ',
    'a\nb',
    '~',
    '{}',
    '12:30',
  ),
  fc.webUrl(),
);

/** A scalar in some style, as it may stand behind `key: ` with this indent. */
const spelling = fc
  .tuple(
    word,
    fc.constantFrom('PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_FOLDED', 'BLOCK_LITERAL'),
    fc.constantFrom(0, 30),
  )
  .map(([text, type, lineWidth]) =>
    stringify({ k: text }, { defaultStringType: type as 'PLAIN', lineWidth, minContentWidth: 0 }),
  );

const comment = fc.constantFrom('', '# a comment\n', '\n', ' # deeper\n');

describe('editing YAML', () => {
  it('changes what was to change and not a byte around it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(comment, spelling), { minLength: 1, maxLength: 5 }),
        fc.nat(),
        fc.oneof(word, fc.integer(), fc.boolean()),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom('', '\ufeff'),
        (entries, chosen, value, lineEnd, mark) => {
          const keys = entries.map(([, entry], index) => entry.replace(/^(['"]?)k\1:/, `k${index}:`));
          const pieces = keys.map((entry, index) => (entries[index]?.[0] ?? '') + entry);
          const crlf = pieces.map((piece) => piece.replaceAll('\n', lineEnd));
          const index = chosen % crlf.length;
          const text = mark + crlf.join('');
          const before = readValue(text);
          fc.pre(before !== undefined);
          // Below a block scalar, what looks like a comment may be a line of it.
          fc.pre(isDeepStrictEqual(before, readValue(keys.join(''))));
          const after = edit(text, [{ path: [`k${index}`], value }]);
          expect(after.startsWith(mark + crlf.slice(0, index).join(''))).toBe(true);
          expect(after.endsWith(crlf.slice(index + 1).join(''))).toBe(true);
          expect(readValue(after)).toEqual({ ...(before as object), [`k${index}`]: value });
          // What is written already is not written again.
          expect(edit(after, [{ path: [`k${index}`], value }])).toBe(after);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('adds a key to maps of any kind, and nothing else', () => {
    const map = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,5}$/),
      fc.oneof(word, fc.array(word, { maxLength: 3 })),
      {
        minKeys: 1,
        maxKeys: 4,
        noNullPrototype: true,
      },
    );
    fc.assert(
      fc.property(
        fc.array(map, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        fc.nat(),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        (maps, isFlow, chosen, lineEnd, isCut) => {
          const spelt = stringify({ b: maps }, { collectionStyle: isFlow ? 'flow' : 'any' }).replaceAll(
            '\n',
            lineEnd,
          );
          const text = isCut ? spelt.trimEnd() : spelt;
          const before = readValue(text) as { b: object[] } | undefined;
          fc.pre(before !== undefined);
          const index = chosen % maps.length;
          const after = edit(text, [
            { path: ['b', index, 'NEW'], value: 7, after: Object.keys(maps[index] ?? {})[0] ?? '' },
          ]);
          const b = before?.b.map((one, at) => (at === index ? { ...one, NEW: 7 } : one));
          expect(readValue(after)).toEqual({ b });
          expect(after.replace(/(?:\r?\n? *|, )NEW: 7(?:(?=[,} \r\n])|$)/, '')).toHaveLength(text.length);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('gives what it was asked for or refuses, for texts of any kind', () => {
    const bits = fc.constantFrom(
      'a',
      'b',
      ': ',
      '- ',
      '\n',
      '  ',
      '&x ',
      '*x',
      '<<: ',
      '{',
      '}',
      '[',
      ']',
      ', ',
      '"',
      "'",
      '#',
      '|\n',
      '>-\n',
      '!!str ',
      '1',
      '\\',
    );
    fc.assert(
      fc.property(
        fc.array(bits, { maxLength: 25 }),
        fc.constantFrom('a', 'b', '0'),
        word,
        (parts, key, value) => {
          const text = `a: x\n${parts.join('')}`;
          const before = readValue(text);
          try {
            const after = readValue(edit(text, [{ path: [key], value }]));
            expect(after).toEqual({ ...(before as object), [key]: value });
          } catch (error) {
            if (!(error instanceof BlobsError)) throw error;
            expect(error.code).toBe('BLOBS_CANNOT_EDIT');
          }
        },
      ),
      { numRuns: RUNS * 3 },
    );
  });

  it('changes any value of real files, and then changes it back', (context) => {
    needCorpus(context);
    for (const module of corpusModules()) {
      const text = readCorpus(`${module}/zephyr/module.yml`);
      const { blobs } = (readValue(text) ?? {}) as { blobs?: Record<string, unknown>[] | null };
      const edits = (to: (value: string) => string): YamlEdit[] =>
        (blobs ?? []).flatMap((entry, index) =>
          Object.entries(entry).flatMap(([key, value]) =>
            typeof value === 'string' ? [{ path: ['blobs', index, key], value: to(value) }] : [],
          ),
        );
      if (edits(String).length === 0) continue;
      expect(edit(text, edits(String))).toBe(text);
      const changed = edit(
        text,
        edits((value) => `${value}x`),
      );
      expect(changed.split('\n')).toHaveLength(text.split('\n').length);
      const back = edit(changed, edits(String));
      // A version that was a string only with an "x" got quotes: there is none in real files.
      expect(back).toBe(text);
    }
  });
});

describe('isSafePlain', () => {
  it('lets pass only what is the same string for readers of YAML 1.1 and 1.2', () => {
    fc.assert(
      fc.property(word, (text) => {
        fc.pre(isSafePlain(text, true));
        expect(readValue(`a: ${text}\n`)).toEqual({ a: text });
        expect(readValue(`{a: ${text}}`)).toEqual({ a: text });
        expect(readYaml11Scalar(text).kind).toBe('string');
      }),
      { numRuns: RUNS },
    );
  });
});
