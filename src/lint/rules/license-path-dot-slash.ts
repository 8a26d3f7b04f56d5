// SPDX-License-Identifier: Apache-2.0
import { shorten } from '../../core/text.ts';
import { filesBeside } from '../module-files.ts';
import type { Finding, Rule } from '../rule.ts';
import { findSpelling } from '../spelling.ts';

const MAX_SHOWN_CHARACTERS = 120;

export const licensePathDotSlash: Rule = {
  id: 'license-path-dot-slash',
  severity: 'info',
  checks: '`license-path` does not begin with "./"',
  why: 'It means nothing, and programs that compare paths as text, such as those that look licences up in REUSE.toml, take it for another file.',
  mend: 'Remove "./" from the path.',
  isFixable: true,
  check(module) {
    const files = filesBeside(module);
    return module.entries.flatMap((entry): Finding[] => {
      const path = findSpelling(module, entry, 'license-path');
      if (path === undefined || !path.startsWith('./')) return [];
      const value = path
        .split('/')
        .filter((segment) => segment !== '.' && segment !== '')
        .join('/');
      // Where there is no such file, what mends the path is not this.
      const isThere = files.findLicense(path) !== undefined;
      const hint = isThere
        ? `write "license-path: ${shorten(value, MAX_SHOWN_CHARACTERS)}"`
        : 'write the path of a file that is there, without "./"';
      const fix = isThere ? { fix: { value } } : {};
      const message = `"license-path" begins with "./": "${shorten(path, MAX_SHOWN_CHARACTERS)}"`;
      return [{ entry, at: ['license-path'], message, hint, ...fix }];
    });
  },
};
