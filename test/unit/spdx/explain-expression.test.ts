// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import parse from 'spdx-expression-parse';
import licenses from 'spdx-license-list';
import { describe, expect, it } from 'vitest';
import { createExplainer } from '../../../src/spdx/explain-expression.ts';

function explain(expression: string): readonly [string, string | undefined] {
  expect(() => parse(expression)).toThrow();
  const { text, meant } = createExplainer(parse, licenses)(expression);
  return [text, meant];
}

const explainOne = createExplainer(parse, licenses);

describe('what is said of a licence expression', () => {
  it.each([
    ['', 'it is empty'],
    ['  ', 'it is empty'],
    ['MIT OR', 'it ends after OR'],
    ['(MIT and', 'it ends after AND'],
    ['MIT WITH', 'it ends after WITH'],
    ['OR MIT', 'it begins with OR'],
    [')', 'it begins with ")"'],
    ['MIT AND OR Zlib', 'OR follows AND, where a licence should stand'],
    ['()', '")" follows "(", where a licence should stand'],
    ['(MIT', 'a "(" is not closed'],
    ['MIT)', 'a ")" closes nothing'],
    ['MIT Zlib', 'AND or OR is missing before "Zlib"'],
    ['MIT (Zlib)', 'AND or OR is missing before "("'],
    ['MIT/Apache-2.0', 'a slash or bar is no operator: write OR'],
    ['MIT / Apache-2.0', 'a slash or bar is no operator: write OR'],
    ['MIT || Zlib', 'a slash or bar is no operator: write OR'],
    ['MIT, Zlib', 'a comma or semicolon is no operator: write AND or OR'],
    ['MIT & Zlib', 'an ampersand is no operator: write AND'],
    ['GPL-2.0 +', 'a space stands before "+"'],
    ['MIT\tOR Zlib', 'only spaces may stand between its words, no tabs or line ends'],
    ['MIT OR foo', 'unknown identifier "foo"'],
    [
      'LicenseRef-a_b',
      'in "LicenseRef-a_b", only letters, digits, "-" and "." may stand behind "LicenseRef-"',
    ],
    ['licenseref-x', '"licenseref-x" should begin with "LicenseRef-", as case counts'],
    ['MIT WITH foo', 'unknown exception "foo" after WITH'],
    ['(MIT OR Zlib) WITH LLVM-exception', 'its parts do not fit together'],
  ])('says of %j: %s', (expression, text) => {
    expect(explain(expression)[0]).toBe(text);
  });

  it.each([
    ['apache-2.0', 'Apache-2.0'],
    ['mit', 'MIT'],
    ['Apache 2.0', 'Apache-2.0'],
    ['MIT License', 'MIT'],
    ['BSD 3 Clause', 'BSD-3-Clause'],
    ['BSD-3-Cluase', 'BSD-3-Clause'],
    ['MIT OR bsd-3-clause', 'BSD-3-Clause'],
    ['Proprietary', undefined],
    ['BSD', undefined],
    ['MIT/Zlib', undefined],
    ['x'.repeat(200), undefined],
  ])('offers for %j: %s', (expression, meant) => {
    expect(explain(expression)[1]).toBe(meant);
  });

  it.each(['NONE', 'noassertion', 'MIT OR NONE'])(
    'offers no licence for what says that there is none: %s',
    (one) => {
      const { meant, hint } = explainOne(one);
      expect(meant).toBeUndefined();
      expect(hint).toMatch(
        /^(?:NONE|NOASSERTION) is no licence expression here: leave it out, or name the licence$/,
      );
    },
  );

  it('looks for what is meant a limited number of times', () => {
    const explain = createExplainer(parse, licenses);
    const meant = Array.from({ length: 300 }, (_, index) => explain(`Apache-2.${index}x`).meant);
    expect(meant[0]).toBe('Apache-2.0');
    expect(meant.at(-1)).toBeUndefined();
    expect(explain('apache-2.0').meant).toBe('Apache-2.0');
  });

  it('has words for whatever the parser refuses, and none of a program', () => {
    const words = [
      'MIT',
      'Zlib',
      'foo',
      'AND',
      'or',
      'WITH',
      '(',
      ')',
      '+',
      ':',
      '/',
      ' ',
      '\n',
      'LicenseRef-',
      'DocumentRef-a:',
      '\u0000',
      '\u2028',
    ];
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...words), { maxLength: 8 }),
        fc.constantFrom('', ' '),
        (parts, gap) => {
          const expression = parts.join(gap);
          try {
            parse(expression);
            return;
          } catch {
            const { text } = explainOne(expression);
            expect(text).not.toMatch(/TypeError|undefined|null|offset|Expected/);
            expect(text.length).toBeGreaterThan(8);
          }
        },
      ),
    );
  });
});
