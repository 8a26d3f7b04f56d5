// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import parse from 'spdx-expression-parse';
import { describe, expect, it } from 'vitest';
import { allOf, type Expression, expressionText, findExpression } from '../../../src/spdx/expression.ts';

async function textOf(text: string): Promise<string | undefined> {
  const expression = await findExpression(text);
  return expression && expressionText(expression);
}

const term = fc.constantFrom<Expression>(
  { license: 'MIT' },
  { license: 'LicenseRef-a.b-c' },
  { license: 'GPL-2.0', plus: true },
  { license: 'GPL-2.0-only', exception: 'Classpath-exception-2.0' },
);
const { tree } = fc.letrec<{ tree: Expression }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    term,
    fc.record({
      left: tie('tree'),
      conjunction: fc.constantFrom('and' as const, 'or' as const),
      right: tie('tree'),
    }),
  ),
}));

/** What an expression means when some of its licences are there. */
function means(expression: Expression, has: (text: string) => boolean): boolean {
  if ('license' in expression) return has(expressionText(expression));
  const { left, conjunction, right } = expression;
  return conjunction === 'and'
    ? means(left, has) && means(right, has)
    : means(left, has) || means(right, has);
}

describe('an SPDX expression', () => {
  it.each([
    ['MIT', 'MIT'],
    [' mit  or\tapache-2.0 ', 'MIT OR Apache-2.0'],
    ['(MIT)', 'MIT'],
    ['MIT AND (Zlib AND ISC)', 'MIT AND Zlib AND ISC'],
    ['(MIT OR Zlib) AND ISC', '(MIT OR Zlib) AND ISC'],
    ['MIT OR (Zlib AND ISC)', 'MIT OR Zlib AND ISC'],
    ['GPL-2.0+ WITH Classpath-exception-2.0', 'GPL-2.0+ WITH Classpath-exception-2.0'],
    ['LicenseRef-X-1.0', 'LicenseRef-X-1.0'],
    ['NOASSERTION', undefined],
    ['NONE', undefined],
    ['', undefined],
    ['Proprietary', undefined],
    ['MIT AND', undefined],
    ['LicenseRef-', undefined],
    ['LicenseRef-a_b', undefined],
    ['constructor', undefined],
    [`MIT${' '.repeat(2_000)}`, undefined],
    ['('.repeat(2_000), undefined],
  ])('%j is read as %j', async (text, expected) => {
    expect(await textOf(text)).toBe(expected);
  });

  it('is printed as what the parser takes, with the same meaning', () => {
    fc.assert(
      fc.property(tree, fc.func(fc.boolean()), (expression, has) => {
        const again = parse(expressionText(expression)) as Expression;
        expect(means(again, has)).toBe(means(expression, has));
      }),
    );
  });

  it('is joined of several that hold together, each once', async () => {
    const texts = ['MIT OR Zlib', 'ISC', '(MIT) OR Zlib', 'MIT AND ISC'];
    const read = await Promise.all(texts.map(findExpression));
    const joined = allOf(read.filter((one) => one !== undefined));
    expect(joined && expressionText(joined)).toBe('(MIT OR Zlib) AND ISC AND MIT AND ISC');
    expect(allOf([])).toBeUndefined();
  });
});
