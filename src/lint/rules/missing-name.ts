// SPDX-License-Identifier: Apache-2.0
import { isRecord } from '../../core/record.ts';
import type { Rule } from '../rule.ts';

export const missingName: Rule = {
  id: 'missing-name',
  severity: 'warning',
  checks: 'the module has a `name:`',
  why: 'Without it, the module is called after the directory that a workspace happens to put it in: commands, Kconfig symbols and CMake variables are named differently from user to user, and two modules may end up with one name.',
  mend: 'Add "name:" at the top of the file, with the name that users know, such as hal_x; that of a checkout may be a hash.',
  check({ module, document }) {
    if (!isRecord(document.value) || 'name' in document.value) return [];
    return [
      {
        message: `the module has no "name", so that its directory's name counts: "${module.name}"`,
        hint: 'add "name:" with the name that users know, such as hal_x',
      },
    ];
  },
};
