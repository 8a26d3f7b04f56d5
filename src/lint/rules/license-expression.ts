// SPDX-License-Identifier: Apache-2.0
import { describeError } from '../../core/errors.ts';
import { shorten } from '../../core/text.ts';
import type { Finding, Rule } from '../rule.ts';

const MAX_SHOWN_CHARACTERS = 80;

// The parser recurses for each parenthesis; no real expression comes near this.
const MAX_EXPRESSION_CHARACTERS = 2_000;

/**
 * `license` must be an SPDX licence expression (SPDX 2.3, annex D): the policy asks for licences in SPDX form, and what
 * is not cannot be declared in an SBOM.
 */
export const licenseExpression: Rule = {
  id: 'license-expression',
  severity: 'error',
  async check(blobs) {
    const declared = blobs.filter((blob) => blob.license !== undefined);
    if (declared.length === 0) return [];
    const { default: parse } = await import('spdx-expression-parse');
    return declared.flatMap((blob): Finding[] => {
      const problem = findProblem(parse, blob.license ?? '');
      if (problem === undefined) return [];
      return [
        {
          blob,
          code: 'BLOBS_BAD_LICENSE_EXPRESSION',
          message: `"license" is not an SPDX licence expression: "${shorten(blob.license ?? '', MAX_SHOWN_CHARACTERS)}"`,
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
