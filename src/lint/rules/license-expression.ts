// SPDX-License-Identifier: Apache-2.0
import { shorten } from '../../core/text.ts';
import { createExplainer } from '../../spdx/explain-expression.ts';
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
    const refused = declared.filter(({ blob }) => !isExpression(parse, blob.license ?? ''));
    if (refused.length === 0) return [];
    const { default: licenses } = await import('spdx-license-list');
    const explain = createExplainer(parse, licenses);
    return refused.map((entry): Finding => {
      const { license = '' } = entry.blob;
      const { text, meant }: ReturnType<typeof explain> =
        license.length > MAX_EXPRESSION_CHARACTERS
          ? { text: `it is longer than ${MAX_EXPRESSION_CHARACTERS} characters` }
          : explain(license);
      return {
        entry,
        at: ['license'],
        code: 'BLOBS_BAD_LICENSE_EXPRESSION',
        message: `"license" is not an SPDX licence expression: "${shorten(license, MAX_SHOWN_CHARACTERS)}"`,
        facts: [text],
        hint:
          meant === undefined
            ? 'write an identifier such as Apache-2.0, or LicenseRef-… for a licence that SPDX does not list'
            : `did you mean ${meant}?`,
      };
    });
  },
};

function isExpression(parse: (expression: string) => unknown, text: string): boolean {
  if (text.length > MAX_EXPRESSION_CHARACTERS) return false;
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}
