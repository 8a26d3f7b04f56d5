// SPDX-License-Identifier: Apache-2.0

import type { Issue } from '../core/report.ts';
import type { ModuleTaint } from '../core/taint.ts';
import { escapeControls } from '../core/text.ts';

/**
 * `<NAME>` of a module in `ZEPHYR_<NAME>_MODULE` and in Zephyr's CMake variables: every character but ASCII letters and
 * digits is `_`, all is in upper case (Zephyr's zephyr_module.py, `name-sanitized`).
 */
export function kconfigNameOf(module: string): string {
  return module.replace(/[^a-zA-Z0-9]/gu, '_').toUpperCase();
}

/** A warning for each name in Kconfig that modules with different names share: there they are one. */
export function sharedNameIssues(modules: readonly ModuleTaint[]): Issue[] {
  const byName = new Map<string, Set<string>>();
  for (const { module, kconfigName } of modules)
    byName.set(kconfigName, (byName.get(kconfigName) ?? new Set()).add(module.name));
  return [...byName].flatMap(([kconfigName, names]) => {
    // Namesakes are told of anyway.
    if (names.size === 1) return [];
    return {
      severity: 'warning',
      code: 'BLOBS_KCONFIG_NAME',
      message: `the modules ${[...names].map(escapeControls).join(' and ')} are all ${kconfigName} in Kconfig and CMake`,
      hint: 'they count as one there; give each a "name:" that differs in letters or digits',
    };
  });
}
