// SPDX-License-Identifier: Apache-2.0
import { type LintEntry, labelOf } from '../lint-module.ts';
import type { Finding, Rule } from '../rule.ts';
import { fileUrls, shownUrl } from '../url/written-urls.ts';

/** Two blobs that come from one file. */
export const duplicateUrl: Rule = {
  id: 'duplicate-url',
  severity: 'warning',
  otherwise: { error: 'where their sha256 differ' },
  checks: 'no two blobs of a module have the same `url`',
  why: 'Mostly an entry was copied and its URL forgotten: the second blob is then a copy of the first, or, with another sha256, can never be fetched.',
  mend: 'Write the URL that is meant, or remove one of the two entries.',
  check: (module) => {
    const first = new Map<string, LintEntry>();
    return fileUrls(module).flatMap(({ entry, at, url }): Finding[] => {
      const other = first.get(url);
      if (other === undefined) {
        first.set(url, entry);
        return [];
      }
      const isWrong = digestOf(other) !== digestOf(entry);
      return [
        {
          entry,
          at,
          message: other === entry ? 'its URL is listed twice' : `it has the URL of ${labelOf(other)}`,
          facts: [
            shownUrl(url),
            ...(isWrong ? ['the two have different sha256, so that one of them can never be right'] : []),
          ],
          hint: 'write the URL that is meant, or remove one of the two',
          ...(isWrong ? { severity: 'error' as const } : {}),
        },
      ];
    });
  },
};

function digestOf({ value }: LintEntry): string {
  return String(value['sha256']).toLowerCase();
}
