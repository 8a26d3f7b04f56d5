// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlobsError } from '../../../src/core/errors.ts';
import { FormatTemplate, type FormatValue } from '../../../src/output/python-format/template.ts';

const isWellFormed = (text: string) => !/\p{Cs}/u.test(text);

// Any code points, lone surrogates among them.
const anyText = fc.string({ unit: 'binary' });
// Joined to its neighbour, a lone surrogate would no longer be a code point of its own.
const wholeText = anyText.filter((text) => isWellFormed(text));
const fill = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 1 })
  .filter((c) => isWellFormed(c) && c !== '{' && c !== '}');
const align = fc.constantFrom('<', '>', '^');

const renderOne = (template: string, value: FormatValue) =>
  FormatTemplate.parse(template).render(() => value);

describe('format strings: properties', () => {
  it('gives back any text whose braces are escaped', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const template = FormatTemplate.parse(text.replaceAll('{', '{{').replaceAll('}', '}}'));
        expect(template.fields).toEqual([]);
        expect(template.render(() => undefined)).toBe(text);
      }),
    );
  });

  it('pads text to the width in code points and keeps it whole', () => {
    fc.assert(
      fc.property(wholeText, fill, align, fc.integer({ min: 1, max: 60 }), (value, filler, side, width) => {
        const output = renderOne(`{v:${filler}${side}${width}}`, { kind: 'string', value });
        expect([...output]).toHaveLength(Math.max(width, [...value].length));
        expect(output).toContain(value);
      }),
    );
  });

  it('cuts text to the precision in code points', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 0, max: 30 }), (value, precision) => {
        const output = renderOne(`{v:.${precision}}`, { kind: 'string', value });
        expect(output).toBe([...value].slice(0, precision).join(''));
      }),
    );
  });

  it('writes integers that read back as the same number, in every radix and grouping', () => {
    const spec = fc.constantFrom('d', 'n', ',', '_', '#x', '#_X', '#o', '#_b', '+', '030', '030,', '=+30_');
    fc.assert(
      fc.property(fc.bigInt(), spec, (value, text) => {
        const output = renderOne(`{v:${text}}`, { kind: 'integer', value });
        const magnitude = BigInt(
          output.replace(/[-+ ,_]/g, '').replace(/^(0[box]|0+(?=\d))/i, (p) => (/[box]/i.test(p) ? p : '')),
        );
        expect(output.includes('-') ? -magnitude : magnitude).toBe(value);
      }),
    );
  });

  it('either renders or throws BLOBS_BAD_FORMAT, whatever the template', () => {
    const part = fc.constantFrom(
      '{',
      '}',
      '{{',
      '}}',
      '{v',
      '{v:',
      '!r',
      ':',
      '>',
      '=',
      '0',
      '9',
      ',',
      '.',
      'd',
      'x',
      '%',
    );
    const value: fc.Arbitrary<FormatValue> = fc.oneof(
      fc.record({ kind: fc.constant('string'), value: anyText }),
      fc.record({ kind: fc.constant('integer'), value: fc.bigInt() }),
      fc.record({ kind: fc.constant('boolean'), value: fc.boolean() }),
      fc.record({ kind: fc.constant('path'), value: anyText }),
      fc.constant({ kind: 'missing' as const }),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(part, part, anyText)), value, (parts, v) => {
        try {
          expect(typeof renderOne(parts.join(''), v)).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(BlobsError);
          expect(error).toMatchObject({ code: 'BLOBS_BAD_FORMAT' });
        }
      }),
      { numRuns: 1000 },
    );
  });
});
