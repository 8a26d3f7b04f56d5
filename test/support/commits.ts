// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withDirectory } from './temp.ts';

/** Runs git in `directory` without the user's configuration; gives what it prints. */
export function git(directory: string, ...args: readonly string[]): string {
  const settings = ['user.name=Test', 'user.email=test@example.invalid', 'init.defaultBranch=main'];
  const options = settings.flatMap((setting) => ['-c', setting]);
  return execFileSync('git', [...options, ...args], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'], HOME: directory, GIT_CONFIG_NOSYSTEM: '1' },
  }).trim();
}

/**
 * Writes `files` (path → content, null to remove one) into the repository at `directory`, which is made where it is
 * missing, and commits them.
 *
 * @returns the id of the commit
 */
export function commitFiles(
  directory: string,
  files: Readonly<Record<string, string | Uint8Array | null>>,
  tag?: string,
): string {
  mkdirSync(directory, { recursive: true });
  if (!existsSync(join(directory, '.git'))) git(directory, 'init', '--quiet');
  for (const [path, content] of Object.entries(files)) {
    if (content === null) rmSync(join(directory, path));
    else writeFileSync(withDirectory(join(directory, path)), content);
  }
  git(directory, 'add', '--all');
  git(directory, 'commit', '--quiet', '--allow-empty', '--message', 'test');
  if (tag !== undefined) git(directory, 'tag', tag);
  return git(directory, 'rev-parse', 'HEAD');
}
