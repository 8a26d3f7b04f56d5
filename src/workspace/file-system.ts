// SPDX-License-Identifier: Apache-2.0
import { realpathSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';

/** Whether a directory is at `place`, symbolic links followed. What cannot be looked at counts as absent. */
export function isDirectory(place: string): boolean {
  return findStats(place)?.isDirectory() ?? false;
}

/** Whether a regular file is at `place`, symbolic links followed. What cannot be looked at counts as absent. */
export function isFile(place: string): boolean {
  return findStats(place)?.isFile() ?? false;
}

/** Whether nothing is at `place` but maybe a regular file, symbolic links followed. */
export function isFileOrAbsent(place: string): boolean {
  return findStats(place)?.isFile() ?? true;
}

/** Whether anything at all is at `place`, symbolic links followed. */
export function exists(place: string): boolean {
  return findStats(place) !== undefined;
}

/** `place` without symbolic links, to compare places by; `place` itself where that is not to be found out. */
export function realPath(place: string): string {
  try {
    return realpathSync.native(place);
  } catch {
    return place;
  }
}

/** Whether `place` is `root` or lies below it. Both absolute, compared as they are spelt. */
export function isInside(root: string, place: string): boolean {
  const below = path.relative(root, place);
  return below !== '..' && !below.startsWith(`..${path.sep}`) && !path.isAbsolute(below);
}

function findStats(place: string): Stats | undefined {
  try {
    return statSync(place, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
