// SPDX-License-Identifier: Apache-2.0

import { shorten } from '../../core/text.ts';
import { isHeader } from '../is-header.ts';
import type { Finding, Rule } from '../rule.ts';
import { findSpelling } from '../spelling.ts';

const MAX_SHOWN_CHARACTERS = 120;

export const licenseIsHeader: Rule = {
  id: 'license-is-header',
  severity: 'info',
  checks: '`license-path` names a licence file, not a C header',
  why: 'What a user is shown before a download, and what goes into a product as notice, is this whole file. Its licence is that of the header, which need not be that of the binary.',
  mend: 'Put the licence text into a file of its own, below zephyr/blobs or in LICENSES/, and name that.',
  check(module) {
    return module.entries.flatMap((entry): Finding[] => {
      const path = findSpelling(module, entry, 'license-path');
      if (path === undefined || !isHeader(path)) return [];
      return [
        {
          entry,
          at: ['license-path'],
          message: `"license-path" names a C header: "${shorten(path, MAX_SHOWN_CHARACTERS)}"`,
          hint: 'put the licence text into a file of its own',
        },
      ];
    });
  },
};
