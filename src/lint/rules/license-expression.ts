// SPDX-License-Identifier: Apache-2.0
import { describeError } from '../../core/errors.ts';
import { shorten } from '../../core/text.ts';
import { soundEntries } from '../lint-module.ts';
import type { Finding, Rule } from '../rule.ts';

const MAX_SHOWN_CHARACTERS = 80;

// The parser recurses for each parenthesis; no real expression comes near this.
const MAX_EXPRESSION_CHARACTERS = 2_000;

/** SPDX 2.3, annex D. */
export const licenseExpression: Rule = {
  id: 'license-expression',
  severity: 'error',
  checks: '`license` is an SPDX licence expression',
  why: 'The policy asks for licences in SPDX form, and what is not cannot be declared in an SBOM.',
  mend: 'Write an identifier such as Apache-2.0, or LicenseRef-… for a licence that SPDX does not list.',
  async check({ entries }) {
    const declared = soundEntries(entries).filter(({ blob }) => blob.license !== undefined);
    if (declared.length === 0) return [];
    const { default: parse } = await import('spdx-expression-parse');
    return declared.flatMap((entry): Finding[] => {
      const { license = '' } = entry.blob;
      const problem = findProblem(parse, license);
      if (problem === undefined) return [];
      return [
        {
          entry,
          at: ['license'],
          code: 'BLOBS_BAD_LICENSE_EXPRESSION',
          message: `"license" is not an SPDX licence expression: "${shorten(license, MAX_SHOWN_CHARACTERS)}"`,
          facts: [problem],
          hint: 'write an identifier such as Apache-2.0, or LicenseRef-… for a licence that SPDX does not list',
        },
      ];
    });
  },
};

function findProblem(parse: (expression: string) => unknown, expression: string): string | undefined {
  if (expression.length > MAX_EXPRESSION_CHARACTERS)
    return `longer than ${MAX_EXPRESSION_CHARACTERS} characters`;
  try {
    parse(expression);
    return undefined;
  } catch (error) {
    return describeError(error);
  }
}
