// SPDX-License-Identifier: Apache-2.0
import { count, shorten } from '../../core/text.ts';
import { BLOBS_DIRECTORY } from '../../module/blob-path.ts';
import { MAX_LICENSE_BYTES } from '../../module/license-file.ts';
import { plainPath } from '../../module/module-files.ts';
import type { LintEntry } from '../lint-module.ts';
import { filesBeside } from '../module-files.ts';
import type { Finding, Rule } from '../rule.ts';
import { findSpelling } from '../spelling.ts';

const MAX_SHOWN_CHARACTERS = 120;

/** One finding a licence file: hundreds of blobs may name the same one. */
export const noSpdxLicense: Rule = {
  id: 'no-spdx-license',
  severity: 'warning',
  checks: 'each blob has a licence in SPDX form somewhere in the module',
  why: 'The blob policy asks for the licence in SPDX format. Without it, an SBOM can only say NOASSERTION, and a person has to read the text for each product.',
  mend: 'Add a line "SPDX-License-Identifier: …" to the licence file, an annotation for it to REUSE.toml, a file of its name with ".license" added, or move it to LICENSES/; "LicenseRef-Vendor" will do for a licence that SPDX does not list.',
  async check(module, { signal }) {
    const files = filesBeside(module);
    const without = new Map<string, LintEntry[]>();
    for (const entry of module.entries) {
      const path = findSpelling(module, entry, 'license-path');
      const blob = entry.value['path'];
      // What is missing, or only a placeholder, has findings of its own.
      const file = path === undefined ? undefined : files.findLicense(path);
      if (path === undefined || file === undefined || file.placeholder !== undefined) continue;
      if (findSpelling(module, entry, 'license')) continue;
      signal.throwIfAborted();
      if ((await files.spdx.find(path, { tagBytes: MAX_LICENSE_BYTES })).length > 0) continue;
      if (typeof blob === 'string') {
        const place = [...BLOBS_DIRECTORY, blob].join('/');
        if ((await files.spdx.find(place)).length > 0) continue;
      }
      const plain = plainPath(path);
      const same = without.get(plain) ?? [];
      same.push(entry);
      without.set(plain, same);
    }
    return [...without].flatMap(([path, [first, ...others]]): Finding[] => {
      if (first === undefined) return [];
      const facts = [
        'looked at: "license" here, tags in the file, a ".license" file beside it, REUSE.toml, .reuse/dep5, LICENSES/',
        ...(others.length === 0 ? [] : [`the same holds for ${count(others.length, 'other blob')}`]),
      ];
      return [
        {
          entry: first,
          at: ['license-path'],
          message: `nothing says in SPDX form what licence "${shorten(path, MAX_SHOWN_CHARACTERS)}" is`,
          facts,
          hint: 'add a line "SPDX-License-Identifier: …" to it, or an annotation to REUSE.toml',
        },
      ];
    });
  },
};
