// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { isFile } from '../file-system.ts';

/** The module file of the module in `directory`: `zephyr/module.yml`, else `zephyr/module.yaml`. */
export function findModuleFile(directory: string): string | undefined {
  return ['module.yml', 'module.yaml'].map((name) => path.join(directory, 'zephyr', name)).find(isFile);
}

/**
 * Whether `directory` holds a Zephyr module: a module file, or else both `zephyr/CMakeLists.txt` and
 * `zephyr/Kconfig` (Zephyr's zephyr_module.py).
 */
export function isModule(directory: string): boolean {
  return (
    findModuleFile(directory) !== undefined ||
    ['CMakeLists.txt', 'Kconfig'].every((name) => isFile(path.join(directory, 'zephyr', name)))
  );
}
