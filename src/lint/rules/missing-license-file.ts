// SPDX-License-Identifier: Apache-2.0
import { shorten } from '../../core/text.ts';
import type { ModuleFiles } from '../../module/module-files.ts';
import { findMeantFiles } from '../find-meant-file.ts';
import { filesBeside } from '../module-files.ts';
import type { Finding, Rule } from '../rule.ts';
import { findSpelling } from '../spelling.ts';

const MAX_SHOWN_CHARACTERS = 120;

type Diagnosis = Pick<Finding, 'message' | 'facts' | 'hint' | 'fix'>;

export const missingLicenseFile: Rule = {
  id: 'missing-license-file',
  severity: 'error',
  checks: '`license-path` names a file of the module, of at most 1 MiB',
  why: "The blob policy asks for the licence text. In 66 of 406 real module.yml files it is not where they say: nobody can read what they agree to, and no SBOM can quote it. Paths count from the module's directory, and case counts.",
  mend: "Add the file, or correct the path; it counts from the module's directory.",
  isFixable: true,
  check(module) {
    const files = filesBeside(module);
    const known = new Map<string, Diagnosis>();
    return module.entries.flatMap((entry): Finding[] => {
      const path = findSpelling(module, entry, 'license-path');
      if (path === undefined || files.findLicense(path) !== undefined) return [];
      const diagnosis = known.get(path) ?? diagnose(files.files, path);
      known.set(path, diagnosis);
      return [{ entry, at: ['license-path'], ...diagnosis }];
    });
  },
};

function diagnose(files: ModuleFiles, path: string): Diagnosis {
  const message = `the licence file "${shorten(path, MAX_SHOWN_CHARACTERS)}" is not in the module`;
  const { sameName, otherBase } = findMeantFiles(files, path);
  const [same] = sameName;
  const [moved] = otherBase;
  const facts = [
    ...sameName.map((one) => `there is "${shorten(one, MAX_SHOWN_CHARACTERS)}", and case counts`),
    ...otherBase.map((one) => `there is "${shorten(one, MAX_SHOWN_CHARACTERS)}"`),
  ];
  const meant = same ?? moved;
  return {
    message,
    ...(facts.length === 0 ? {} : { facts }),
    hint:
      meant === undefined
        ? "add it, or correct the path; it counts from the module's directory"
        : `write "license-path: ${shorten(meant, MAX_SHOWN_CHARACTERS)}"`,
    ...(same !== undefined && sameName.length === 1 ? { fix: { value: same } } : {}),
  };
}
