// SPDX-License-Identifier: Apache-2.0
import { shorten } from '../../core/text.ts';
import type { Finding, Rule } from '../rule.ts';
import { findSpelling } from '../spelling.ts';

// "0", "0.0", "v0.0.0", "00.00".
const ZERO = /^v?0+(?:\.0+)*$/i;
const MAX_SHOWN_CHARACTERS = 60;

export const versionZero: Rule = {
  id: 'version-zero',
  severity: 'warning',
  checks: '`version` is not all zeros',
  why: 'No vendor releases version 0.0: such a version says nothing, and stays when the bytes change.',
  mend: "Write the vendor's version; a date or the commit of the vendor's repository will do where there is none.",
  check(module) {
    return module.entries.flatMap((entry): Finding[] => {
      const version = findSpelling(module, entry, 'version')?.trim();
      if (version === undefined || !ZERO.test(version)) return [];
      const message = `"version" is all zeros: "${shorten(version, MAX_SHOWN_CHARACTERS)}"`;
      return [{ entry, at: ['version'], message, hint: "write the vendor's version" }];
    });
  },
};
