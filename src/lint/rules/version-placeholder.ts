// SPDX-License-Identifier: Apache-2.0
import { shorten } from '../../core/text.ts';
import type { Finding, Rule } from '../rule.ts';
import { findSpelling } from '../spelling.ts';

const PLACEHOLDER = /^(?:tbd|todo|n\/a|unknown|latest|x\.y\.z|)$/i;
const MAX_SHOWN_CHARACTERS = 60;

export const versionPlaceholder: Rule = {
  id: 'version-placeholder',
  severity: 'warning',
  checks: '`version` is a version, not a word that stands for one',
  why: 'The blob policy asks for version information. With "TBD" nobody can tell whether a fix of the vendor is in.',
  mend: "Write the vendor's version; a date or the commit of the vendor's repository will do where there is none.",
  check(module) {
    return module.entries.flatMap((entry): Finding[] => {
      const version = findSpelling(module, entry, 'version');
      if (version === undefined || !PLACEHOLDER.test(version.trim())) return [];
      const message =
        version.trim() === ''
          ? '"version" is empty'
          : `"version" is only a placeholder: "${shorten(version, MAX_SHOWN_CHARACTERS)}"`;
      return [{ entry, at: ['version'], message, hint: "write the vendor's version" }];
    });
  },
};
