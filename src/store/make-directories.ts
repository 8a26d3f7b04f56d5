// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { systemCode } from '../core/errors.ts';

/**
 * Makes `directory` and those on the way to it that are missing, with `mode` less the umask. Node's own recursive mkdir
 * tries for ever where a directory cannot be made although its parent is there, as in /proc.
 *
 * @throws the system's error
 */
export function makeDirectories(directory: string, mode = 0o777): void {
  try {
    makeDirectory(directory, mode);
  } catch (error) {
    const parent = dirname(directory);
    if (systemCode(error) !== 'ENOENT' || parent === directory) throw error;
    makeDirectories(parent, mode);
    makeDirectory(directory, mode);
  }
}

function makeDirectory(directory: string, mode: number): void {
  try {
    mkdirSync(directory, mode);
  } catch (error) {
    if (systemCode(error) !== 'EEXIST' || !statSync(directory).isDirectory()) throw error;
  }
}
