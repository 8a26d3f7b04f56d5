// SPDX-License-Identifier: Apache-2.0
import type { Rule } from '../rule.ts';

export const missingDocUrl: Rule = {
  id: 'missing-doc-url',
  severity: 'warning',
  checks: 'each blob has a `doc-url`',
  why: 'The blob policy asks for a reference to documentation of the vendor: without it, nobody but the vendor knows what the bytes do.',
  mend: 'Add "doc-url" with the page on which the vendor describes the blob.',
  check({ entries }) {
    return entries
      .filter(({ value }) => !('doc-url' in value))
      .map((entry) => ({
        entry,
        message: 'there is no "doc-url"',
        hint: 'add the page on which the vendor describes the blob',
      }));
  },
};
