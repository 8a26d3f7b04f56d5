// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';

/**
 * Makes the directory a git repository whose ref `refs/heads/BRANCH` has a commit with just `files` (path → content).
 * Its working tree stays as it is. Neither the user's nor the system's configuration of git has a say.
 */
export function makeRepository(
  directory: string,
  files: Readonly<Record<string, string | Buffer>>,
  branch = 'manifest-rev',
): void {
  mkdirSync(directory, { recursive: true });
  git(directory, ['init', '-q', '-b', 'main', '.']);
  const committer = 'committer Test <test@example.invalid> 1700000000 +0000';
  const parts = [`commit refs/heads/${branch}\n${committer}\ndata 1\nx\n`];
  const stream = Object.entries(files).flatMap(([name, content]) => {
    const bytes = Buffer.from(content);
    return [`M 100644 inline ${name}\ndata ${bytes.length}\n`, bytes, '\n'];
  });
  const input = Buffer.concat([...parts, ...stream, 'done\n'].map((part) => Buffer.from(part)));
  git(directory, ['fast-import', '--quiet', '--done'], input);
}

/** Runs git in the directory. */
export function git(directory: string, args: readonly string[], input?: Buffer): string {
  const env = { PATH: process.env['PATH'], HOME: tmpdir(), GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '' };
  return execFileSync('git', args, { cwd: directory, encoding: 'utf8', env, ...(input && { input }) });
}
