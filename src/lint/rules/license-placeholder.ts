// SPDX-License-Identifier: Apache-2.0
import { shorten } from '../../core/text.ts';
import { filesBeside } from '../module-files.ts';
import type { Finding, Rule } from '../rule.ts';
import { findSpelling } from '../spelling.ts';

const MAX_SHOWN_CHARACTERS = 100;

export const licensePlaceholder: Rule = {
  id: 'license-placeholder',
  severity: 'error',
  checks: 'the licence file holds a licence, not a line that says TODO',
  why: 'The blob policy asks for the licence text that applies to a blob. Where there is none, nobody may use it, let alone ship it.',
  mend: "Put the vendor's licence text into the file.",
  check(module) {
    const files = filesBeside(module);
    return module.entries.flatMap((entry): Finding[] => {
      const path = findSpelling(module, entry, 'license-path');
      const line = path === undefined ? undefined : files.findLicense(path)?.placeholder;
      if (path === undefined || line === undefined) return [];
      return [
        {
          entry,
          at: ['license-path'],
          message: `the licence file "${shorten(path, MAX_SHOWN_CHARACTERS)}" is only a placeholder`,
          facts: [`it says "${shorten(line, MAX_SHOWN_CHARACTERS)}"`],
          hint: "put the vendor's licence text into it",
        },
      ];
    });
  },
};
