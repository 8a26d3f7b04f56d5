// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { entryText, readText } from '../samples.ts';

const RUNS = process.env['BLOBS_TEST_FULL'] === '1' ? 20_000 : 400;

const MODULE = `name: hal_x
build: &build
  cmake: .
  depends: [hal_y]
defaults: &defaults {type: img, click-through: yes}
blobs:
${entryText({ type: undefined, '<<': '*defaults' })}${entryText({ path: 'lib/b.a', description: '|\n      two\n      lines' })}other: *build
`;

// Pieces that mean something to a YAML parser.
const PIECES = [
  ...[
    '\n',
    '\r\n',
    '\t',
    '  ',
    ': ',
    '- ',
    '? ',
    '[',
    ']',
    '{',
    '}',
    ',',
    '"',
    "'",
    '#',
    '|',
    '>',
    '&a ',
    '*a',
  ],
  ...[
    '*a : ',
    '<<: ',
    '<<: *a\n',
    '!!x ',
    '!y ',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '@',
    '`',
    '\\',
    '\0',
    '\x1b',
  ],
  ...[
    '\u2028',
    '\u202e',
    '\ufeff',
    '\ufffd',
    '<<<<<<< x\n',
    '>>>>>>> x\n',
    '__proto__: ',
    'null',
    '~',
    '1.0',
  ],
];

const edit = fc.record({
  at: fc.nat(MODULE.length),
  remove: fc.nat(40),
  insert: fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 5 })),
  /** Copies a later part of the text to here instead. */
  copy: fc.option(fc.nat(MODULE.length), { freq: 4 }),
});

it('reads or refuses whatever a module.yml is turned into, and never throws', () => {
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 8 }), fc.option(fc.nat(5000)), (edits, raw) => {
      let text = MODULE;
      for (const { at, remove, insert, copy } of edits) {
        const piece = copy === null ? insert : text.slice(copy, copy + 30);
        text = text.slice(0, at) + piece + text.slice(at + remove);
      }
      const bytes = Buffer.from(text);
      if (raw !== null && bytes.length > 0) bytes[raw % bytes.length] = raw & 0xff;

      const { document, issues } = readText(bytes);

      expect(document === undefined).toBe(issues.length > 0);
      for (const { line, column, sourceLine } of issues) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(column).toBeGreaterThanOrEqual(1);
        expect(sourceLine).not.toMatch(/\n/);
      }
    }),
    { numRuns: RUNS },
  );
  // Nothing is timed here: a busy machine may take long for all of them.
}, 600_000);
