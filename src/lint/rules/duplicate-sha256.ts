// SPDX-License-Identifier: Apache-2.0
import { type LintEntry, labelOf } from '../lint-module.ts';
import type { Finding, Rule } from '../rule.ts';
import { findSpelling } from '../spelling.ts';

export const duplicateSha256: Rule = {
  id: 'duplicate-sha256',
  severity: 'info',
  checks: 'no two blobs of a module have the same `sha256`',
  why: 'Now and then one file really serves two chips. More often, an entry was copied and its digest was not changed: then it verifies, and the wrong library is linked.',
  mend: 'Make sure that the two files are meant to be the same; if so, say so with a comment, and suppress this finding.',
  check(module) {
    const first = new Map<string, LintEntry>();
    return module.allEntries.flatMap((entry): Finding[] => {
      const digest = findSpelling(module, entry, 'sha256')?.toLowerCase();
      if (digest === undefined || digest === '') return [];
      const earlier = first.get(digest);
      if (earlier === undefined) {
        first.set(digest, entry);
        return [];
      }
      const message = `"sha256" is the same as that of ${nameOf(earlier)}`;
      const hint = 'make sure that the two files are meant to be the same, and were not only copied';
      return [{ entry, at: ['sha256'], message, hint }];
    });
  },
};

function nameOf(entry: LintEntry): string {
  const label = labelOf(entry);
  return typeof entry.value['path'] === 'string' ? `"${label}"` : label;
}
