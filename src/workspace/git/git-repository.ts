// SPDX-License-Identifier: Apache-2.0
import { lstatSync } from 'node:fs';
import path from 'node:path';
import { readRegularFile } from '../../store/regular-file.ts';
import { isDirectory, isFileOrAbsent } from '../file-system.ts';

const MAX_POINTER_BYTES = 16 * 1024;

/**
 * Whether `directory` is the top of a git work tree, which is what west calls cloned: it holds a git directory
 * (gitrepository-layout(5)) at `.git`, or a file there that names one. Runs no git.
 */
export function isGitRepository(directory: string): boolean {
  return findGitDirectory(directory) !== undefined;
}

/**
 * Where the refs, objects and configuration of the repository at `directory` are, its worktrees' included; undefined
 * where it is none. A repository with something else than files where git reads files is none: git would wait at a
 * FIFO, and read a device without end.
 */
export function findGitDirectory(directory: string): string | undefined {
  const dotGit = path.join(directory, '.git');
  if (isDirectory(dotGit)) return commonDirectory(dotGit);
  const pointer = findText(dotGit);
  if (!pointer?.startsWith('gitdir:')) return undefined;
  return commonDirectory(path.resolve(directory, pointer.slice('gitdir:'.length).trim()));
}

// An empty .git, or one that a broken clone left behind, is no repository to git either.
function commonDirectory(directory: string): string | undefined {
  const common = findText(path.join(directory, 'commondir'))?.trim();
  const shared = common ? path.resolve(directory, common) : directory;
  const isRepository =
    hasHead(directory) &&
    ['objects', 'refs'].every((name) => isDirectory(path.join(shared, name))) &&
    ['config', 'packed-refs'].every((name) => isFileOrAbsent(path.join(shared, name)));
  return isRepository ? shared : undefined;
}

function hasHead(directory: string): boolean {
  const head = path.join(directory, 'HEAD');
  const text = findText(head);
  if (text !== undefined) return /^(?:ref:|[0-9a-f]{40})/.test(text);
  try {
    // Old repositories have a symbolic link to a branch that may have no commit yet.
    return lstatSync(head).isSymbolicLink();
  } catch {
    return false;
  }
}

function findText(file: string): string | undefined {
  try {
    const text = readRegularFile(file, MAX_POINTER_BYTES).toString('utf8');
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
