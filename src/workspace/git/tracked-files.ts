// SPDX-License-Identifier: Apache-2.0
import { lstatSync } from 'node:fs';
import path from 'node:path';
import { systemCode } from '../../core/errors.ts';
import { PathParser } from './path-parser.ts';
import { type GitRun, runGit } from './run-git.ts';

export interface TrackedFilesOptions extends GitRun {
  /** Whether a path, as its bytes below the top with forward slashes, is to be kept. */
  readonly isWanted: (path: Buffer) => boolean;
}

/**
 * The top of the git work tree that `directory` is in: the nearest directory upwards that holds `.git`, whatever that
 * is. Undefined where there is none. Runs no git.
 *
 * @throws the system's error where that cannot be found out
 */
export function findRepository(directory: string): string | undefined {
  for (let current = path.resolve(directory); ; current = path.dirname(current)) {
    if (isThere(path.join(current, '.git'))) return current;
    if (current === path.dirname(current)) return undefined;
  }
}

/**
 * What git tracks in the work tree (`git ls-files`), submodules included as one path each. Nothing that the repository
 * names is run, and its `core.worktree` does not count.
 *
 * @throws GitReadError where git is missing, refuses, fails, or says or takes too much; the signal's reason
 */
export async function findTrackedFiles(options: TrackedFilesOptions): Promise<Buffer[]> {
  const args = ['--work-tree=.', 'ls-files', '-z', '--cached', '--no-recurse-submodules'];
  const parser = new PathParser(options.isWanted);
  await runGit(options, { args, onData: (chunk) => parser.add(chunk) });
  return parser.finish();
}

function isThere(place: string): boolean {
  try {
    return lstatSync(place, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}
