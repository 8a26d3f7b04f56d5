// SPDX-License-Identifier: Apache-2.0
import { lstatSync, writeFileSync } from 'node:fs';
import { systemCode } from '../core/errors.ts';
import { TAG_TEXT, tagFile } from './store-layout.ts';

/**
 * Writes the store's CACHEDIR.TAG where there is none.
 *
 * @throws the system's error
 */
export function markStore(store: string): void {
  try {
    writeFileSync(tagFile(store), TAG_TEXT, { flag: 'wx', mode: 0o666 });
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    // A run that was killed may have left it empty. What is no file might keep us waiting for ever.
    const stats = lstatSync(tagFile(store));
    if (stats.isFile() && stats.size === 0) writeFileSync(tagFile(store), TAG_TEXT);
  }
}
