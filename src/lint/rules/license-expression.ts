// SPDX-License-Identifier: Apache-2.0
import { shorten } from '../../core/text.ts';
import { loadExplainer } from '../../spdx/explain-expression.ts';
import { MAX_EXPRESSION_CHARACTERS } from '../../spdx/expression.ts';
import { soundEntries } from '../lint-module.ts';
import type { Finding, Rule } from '../rule.ts';

const MAX_SHOWN_CHARACTERS = 80;
const ANY_HINT =
  'write an identifier such as Apache-2.0, or LicenseRef-… for a licence that SPDX does not list';

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
    const explain = await loadExplainer();
    return refused.map((entry): Finding => {
      const { license = '' } = entry.blob;
      const { text, hint = ANY_HINT } = explain(license);
      return {
        entry,
        at: ['license'],
        code: 'BLOBS_BAD_LICENSE_EXPRESSION',
        message: `"license" is not an SPDX licence expression: "${shorten(license, MAX_SHOWN_CHARACTERS)}"`,
        facts: [text],
        hint,
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
