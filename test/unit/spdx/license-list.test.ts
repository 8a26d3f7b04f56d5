// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import parse from 'spdx-expression-parse';
import deprecated from 'spdx-license-ids/deprecated.json' with { type: 'json' };
import current from 'spdx-license-ids/index.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';
import { toCurrentTerm } from '../../../src/spdx/deprecated-licenses.ts';
import { type Expression, findExpression, MAX_EXPRESSION_CHARACTERS } from '../../../src/spdx/expression.ts';
import { isAllowed, isDenied, parseLicenseList } from '../../../src/spdx/license-list.ts';

async function read(text: string): Promise<Expression> {
  const expression = await findExpression(text);
  if (expression === undefined) throw new Error(`no expression: ${text}`);
  return expression;
}

async function verdicts(text: string, list: string): Promise<string> {
  const [expression, terms] = [await read(text), await parseLicenseList('--allow', [list])];
  return `${isAllowed(expression, terms) ? 'allowed' : '-'} ${isDenied(expression, terms) ? 'denied' : '-'}`;
}

describe('a list of licences', () => {
  it.each([
    // What is listed is both: allowed by --allow, denied by --deny.
    ['MIT', 'MIT', 'allowed denied'],
    ['MIT', 'mit OR Zlib', 'allowed denied'],
    ['MIT', 'Zlib', '- -'],
    ['MIT OR Zlib', 'MIT', 'allowed -'],
    ['MIT AND Zlib', 'MIT', '- denied'],
    ['MIT AND Zlib', 'MIT OR Zlib', 'allowed denied'],
    ['(MIT OR Zlib) AND ISC', 'MIT OR ISC', 'allowed denied'],
    ['(MIT OR Zlib) AND (ISC OR MIT)', 'MIT', 'allowed -'],
    ['LicenseRef-X', 'LicenseRef-X', 'allowed denied'],
    ['LicenseRef-X-2.0', 'LicenseRef-X-1.0', '- -'],
    ['LicenseRef-X-only', 'LicenseRef-X', '- -'],
    // Versions.
    ['GPL-2.0', 'GPL-2.0-only', 'allowed denied'],
    ['GPL-2.0+', 'GPL-2.0-or-later', 'allowed denied'],
    ['GPL-2.0-or-later', 'GPL-3.0-only', 'allowed denied'],
    ['GPL-3.0-only', 'GPL-2.0-or-later', 'allowed denied'],
    ['GPL-3.0-only', 'GPL-2.0-only', '- -'],
    ['GPL-2.0-only', 'GPL-3.0-or-later', '- -'],
    ['LGPL-2.1-only', 'GPL-2.0-or-later', '- -'],
    ['Apache-2.0', 'Apache-1.0+', 'allowed denied'],
    ['Apache-2.0', 'Apache-1.1', '- -'],
    ['LPPL-1.3a', 'LPPL-1.2', '- -'],
    ['LGPL-2.1', 'LGPL-2.0', '- -'],
    ['OLDAP-2.8', 'OLDAP-2.2.1+', 'allowed denied'],
    // Exceptions.
    ['GPL-2.0-only WITH Classpath-exception-2.0', 'GPL-2.0-only', '- denied'],
    ['GPL-2.0-only', 'GPL-2.0-only WITH Classpath-exception-2.0', '- -'],
    [
      'GPL-2.0-only WITH Classpath-exception-2.0',
      'GPL-2.0-only WITH Classpath-exception-2.0',
      'allowed denied',
    ],
    ['GPL-2.0-with-classpath-exception', 'GPL-2.0-only', '- denied'],
    ['GPL-2.0-with-classpath-exception', 'GPL-2.0-with-classpath-exception', 'allowed denied'],
    // Deprecated identifiers.
    ['GPL-2.0-with-classpath-exception', 'GPL-2.0-only WITH Classpath-exception-2.0', 'allowed denied'],
    ['GPL-3.0-only WITH GCC-exception-3.1', 'GPL-3.0-with-GCC-exception', 'allowed denied'],
    ['eCos-2.0', 'GPL-2.0-or-later', '- denied'],
    ['GPL-3.0-only WITH eCos-exception-2.0', 'eCos-2.0', 'allowed denied'],
    ['LGPL-2.0-only OR wxWindows', 'LGPL-2.0-or-later', 'allowed denied'],
    ['BSD-2-Clause-NetBSD', 'BSD-2-Clause', 'allowed denied'],
  ] as const)('%s by "%s": %s', async (text, list, expected) => {
    expect(await verdicts(text, list)).toBe(expected);
  });

  it.each([
    ['MIT AND Zlib', 'without AND'],
    ['MIT OR (ISC AND Zlib)', 'without AND'],
    ['', 'not an SPDX licence expression: ""'],
    ['NOASSERTION', 'not an SPDX licence expression: "NOASSERTION"'],
    ['none', 'not an SPDX licence expression: "none"'],
    ['Apache', 'not an SPDX licence expression: "Apache"'],
    [`MIT${' OR MIT'.repeat(1_000)}`, 'not an SPDX licence expression'],
  ])('is refused where it is %j', async (text, message) => {
    await expect(parseLicenseList('--deny', ['MIT', text])).rejects.toMatchObject({
      code: 'BLOBS_USAGE',
      message: expect.stringContaining(`--deny: `),
    });
    await expect(parseLicenseList('--deny', [text])).rejects.toThrow(message);
  });

  it('knows what each deprecated identifier stands for', async () => {
    // A row of several licences, which no current identifier stands for.
    const ids = deprecated.filter((id) => id !== 'Net-SNMP');
    for (const id of ids) {
      const { license, exception } = toCurrentTerm({ license: id });
      expect(parse(exception === undefined ? license : `${license} WITH ${exception}`)).toBeDefined();
      const isByVersion = /^(?:A|L)?GPL-[\d.]+$|^GFDL-[\d.]+$/.test(id);
      expect([id, current.includes(license)]).toEqual([id, !isByVersion]);
    }
  });

  it('is the sum of those that are given', async () => {
    const terms = await parseLicenseList('--allow', ['MIT', '(Zlib) OR ISC']);
    expect(terms.map(({ license }) => license)).toEqual(['MIT', 'Zlib', 'ISC']);
  });

  it('judges an expression as all its choices would', async () => {
    const names = ['MIT', 'Zlib', 'ISC', '0BSD'];
    const { tree } = fc.letrec<{ tree: Expression }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        fc.constantFrom(...names).map((license) => ({ license })),
        fc.record({
          left: tie('tree'),
          conjunction: fc.constantFrom('and' as const, 'or' as const),
          right: tie('tree'),
        }),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.subarray(names), (expression, listed) => {
        const terms = listed.map((license) => ({ license }));
        const choices = choicesOf(expression);
        const isListed = (license: string): boolean => listed.includes(license);
        expect(isAllowed(expression, terms)).toBe(choices.some((choice) => choice.every(isListed)));
        expect(isDenied(expression, terms)).toBe(choices.every((choice) => choice.some(isListed)));
      }),
    );
  });

  it('takes no time for an expression with more choices than can be counted', async () => {
    const text = Array.from({ length: 115 }, () => '(MIT OR ISC)').join(' AND ');
    expect(text.length).toBeLessThanOrEqual(MAX_EXPRESSION_CHARACTERS);
    expect(await verdicts(text, 'MIT')).toBe('allowed -');
    expect(await verdicts(`${text} AND Zlib`, 'Zlib')).toBe('- denied');
  });
});

/** All ways to choose, each as the licences that it needs. */
function choicesOf(expression: Expression): readonly (readonly string[])[] {
  if ('license' in expression) return [[expression.license]];
  const left = choicesOf(expression.left);
  const right = choicesOf(expression.right);
  if (expression.conjunction === 'or') return [...left, ...right];
  return left.flatMap((one) => right.map((other) => [...one, ...other]));
}
