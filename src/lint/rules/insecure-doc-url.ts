// SPDX-License-Identifier: Apache-2.0
import type { Finding, Rule } from '../rule.ts';
import { shownUrl } from '../url/written-urls.ts';

/** Documentation over http. */
export const insecureDocUrl: Rule = {
  id: 'insecure-doc-url',
  severity: 'info',
  checks: '`doc-url` begins with https:, not http:',
  why: 'No checksum protects documentation: anybody on the way can change what the reader is told.',
  mend: 'Write https:, or the address of another page that has it.',
  check: ({ allEntries }) =>
    allEntries.flatMap((entry): Finding[] => {
      const url = entry.value['doc-url'];
      if (typeof url !== 'string' || !/^\s*http:/i.test(url)) return [];
      return [
        {
          entry,
          at: ['doc-url'],
          message: `"doc-url" begins with http: ${shownUrl(url)}`,
          hint: 'write https:, if the server has it',
        },
      ];
    }),
};
