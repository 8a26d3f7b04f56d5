// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { isDirectory, realPath } from './file-system.ts';

/**
 * The topdir of the west workspace that holds `cwd`, or else of the one that holds `zephyrBase`: the nearest
 * directory upwards with a `.west` directory, as `west.util.west_topdir` finds it (west 1.5). Symbolic links in
 * `cwd` are resolved first, since west starts from `getcwd()`; those in `zephyrBase` are not, and it need not exist.
 */
export function findTopdir(cwd: string, zephyrBase?: string): string | undefined {
  return (
    findNearest(realPath(cwd), holdsWestDirectory) ??
    (zephyrBase ? findNearest(path.resolve(zephyrBase), holdsWestDirectory) : undefined)
  );
}

/** The nearest directory that `matches`, from `start` (absolute) upwards. */
export function findNearest(start: string, matches: (directory: string) => boolean): string | undefined {
  for (let directory = start; ; directory = path.dirname(directory)) {
    if (matches(directory)) return directory;
    if (path.dirname(directory) === directory) return undefined;
  }
}

function holdsWestDirectory(directory: string): boolean {
  return isDirectory(path.join(directory, '.west'));
}
