// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from 'node:child_process';
import { devNull } from 'node:os';
import path from 'node:path';
import { realPath } from '../file-system.ts';

// What the repository's configuration could otherwise make git run, or load into memory.
const SETTINGS: readonly string[] = [
  'core.fsmonitor=false',
  `core.hooksPath=${devNull}`,
  'core.bigFileThreshold=1m',
  'safe.bareRepository=explicit',
];

// What `git rev-parse --local-env-vars` prints, of any version, and GIT_NAMESPACE. GIT_CONFIG_COUNT is printed too, but
// stays: with it, a CI job sets safe.directory.
const LEFT_OUT =
  /^GIT_(?:ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|CONFIG|CONFIG_PARAMETERS|DIR|GRAFT_FILE|IMPLICIT_WORK_TREE|INDEX_FILE|INTERNAL_SUPER_PREFIX|NAMESPACE|NO_REPLACE_OBJECTS|OBJECT_DIRECTORY|PREFIX|REPLACE_REF_BASE|SHALLOW_FILE|WORK_TREE)$/i;

// A partial clone would fetch a missing object by what the repository's configuration names. A git that is too old for
// GIT_NO_LAZY_FETCH is stopped by the one protocol it may use, which does not exist.
const SET: Readonly<Record<string, string>> = {
  // A tree may say that it has gigabytes.
  GIT_ALLOC_LIMIT: '128m',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_NO_LAZY_FETCH: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
};

/**
 * Starts git in the work tree `directory`, so that it runs nothing that the repository names, fetches nothing, replaces
 * no objects, and does not look for a repository around `directory`. Git's check of who owns the repository stays on.
 *
 * @param environment The caller's whole environment, of which git does not see what points it at another repository.
 * @throws the system's error; an Error for a directory that git cannot be confined to
 */
export function spawnGit(
  args: readonly string[],
  directory: string,
  environment: Readonly<Record<string, string | undefined>>,
): ChildProcess {
  const top = realPath(path.resolve(directory));
  const parent = path.dirname(top);
  if (parent.includes(path.delimiter))
    throw new Error(`git cannot be confined to a path with "${path.delimiter}"`);
  const kept = Object.entries(environment).filter(([name]) => !LEFT_OUT.test(name));
  const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
  const all = ['-C', top, '--no-pager', '--no-replace-objects', ...settings, ...args];
  const env = { ...Object.fromEntries(kept), ...SET, GIT_CEILING_DIRECTORIES: parent };
  // On Windows, a program in the current directory comes before those on the PATH.
  return spawn('git', all, { cwd: path.dirname(process.execPath), env, windowsHide: true });
}
