// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';

/** The name that west gives the manifest repository. */
export const MANIFEST_PROJECT = 'manifest';

/**
 * `projectPath` as west prints it: as `pathlib.PurePath` tidies it, with forward slashes. "." segments and doubled
 * slashes go, ".." stays.
 */
export function tidyPath(projectPath: string): string {
  const slashed = path.sep === '\\' ? projectPath.replaceAll('\\', '/') : projectPath;
  const segments = slashed.split('/').filter((segment) => segment !== '' && segment !== '.');
  const tidied = segments.join('/');
  if (slashed.startsWith('/')) return `/${tidied}`;
  return tidied === '' ? '.' : tidied;
}

// PATH_MAX of Linux; elsewhere it is less.
const MAX_PATH_LENGTH = 4096;

/** The parts one below the other, tidied as {@link tidyPath} does; as with `pathlib`, an absolute one drops what is before it. */
export function joinPaths(...parts: readonly string[]): string {
  const named = parts.filter((part) => part !== '');
  const start = named.findLastIndex((part) => part.startsWith('/'));
  return tidyPath(named.slice(Math.max(0, start)).join('/'));
}

/**
 * Why a project may not have this path; undefined when it may. The same on every platform: backslashes and drive
 * letters count as Windows takes them, and as west does, every path that starts with two dots is refused.
 */
export function findPathProblem(projectPath: string): string | undefined {
  if (projectPath.includes('\0')) return 'holds a NUL character';
  if (projectPath.length > MAX_PATH_LENGTH) return `is longer than ${MAX_PATH_LENGTH} characters`;
  if (path.win32.isAbsolute(projectPath) || /^[a-z]:/i.test(projectPath)) {
    return "is absolute; it must be relative to the workspace's topdir";
  }
  const normal = path.posix.normalize(projectPath.replaceAll('\\', '/'));
  if (normal.startsWith('..')) return `normalizes to "${normal}", which escapes the workspace`;
  if (normal.split('/')[0] === '.west') return 'is in the .west directory';
  return undefined;
}
