// SPDX-License-Identifier: Apache-2.0
import { isAbsolute, relative, sep } from 'node:path';

/** `path` with forward slashes, as files of the field write paths on every system. */
export function slashed(path: string): string {
  return path.split(sep).join('/');
}

/** `file` relative to `directory`, with forward slashes; undefined where it lies elsewhere. */
export function findPathBelow(directory: string, file: string): string | undefined {
  const path = relative(directory, file);
  if (path === '' || path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path)) return undefined;
  return slashed(path);
}
