// SPDX-License-Identifier: Apache-2.0
import { lstatSync } from 'node:fs';
import path from 'node:path';
import { readRegularFile } from '../../store/regular-file.ts';
import { exists, isDirectory, isFileOrAbsent, isInside, realPath } from '../file-system.ts';

const MAX_POINTER_BYTES = 16 * 1024;

const FILES = ['config', 'packed-refs', 'shallow', 'info/grafts', 'objects/info/alternates'];

/**
 * Whether `directory` is the top of a git work tree, which is what west calls cloned: it holds a git directory
 * (gitrepository-layout(5)) at `.git`, or a file there that names one. Runs no git.
 */
export function isGitRepository(directory: string): boolean {
  return findGitDirectory(directory) !== undefined;
}

/**
 * What of the repository at `directory` is no regular file where git reads one, or leads, links followed, out of both
 * its git directory and `topdir`: git would wait at a FIFO, read a device without end, or show what is elsewhere.
 * `refs` are looked at too. 'absent' and 'no repository' where there is none; undefined where all is well.
 */
export function findOutwardLink(
  directory: string,
  topdir: string,
  refs: readonly string[],
): string | undefined {
  if (!exists(directory)) return 'absent';
  const found = findGitDirectory(directory);
  if (found === undefined) return 'no repository';
  const git = realPath(found);
  const roots = [git, realPath(topdir)];
  const leadsOut = (name: string): boolean => {
    const real = realPath(path.join(git, name));
    return !roots.some((root) => isInside(root, real));
  };
  const files = [...FILES, ...refs];
  return (
    files.find((name) => !isFileOrAbsent(path.join(git, name))) ??
    [...files, 'objects', 'refs'].find(leadsOut)
  );
}

/**
 * Where the refs, objects and configuration of the repository at `directory` are, its worktrees' included; undefined
 * where it is none.
 */
function findGitDirectory(directory: string): string | undefined {
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
    hasHead(directory) && ['objects', 'refs'].every((name) => isDirectory(path.join(shared, name)));
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
