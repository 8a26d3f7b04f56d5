// SPDX-License-Identifier: Apache-2.0
import { devNull } from 'node:os';
import { PathParser } from './path-parser.ts';
import { type GitRun, runGit } from './run-git.ts';

export interface IgnoredPathsOptions extends GitRun {
  /** Below the top of the work tree, with forward slashes; none of them below a symbolic link. */
  readonly paths: readonly string[];
}

/**
 * Those of `paths` that the repository's own rules ignore (`git check-ignore`), whether they are there, or tracked, or
 * not. What the user ignores everywhere does not count. Nothing that the repository names is run.
 *
 * @throws GitReadError where git is missing, refuses, fails, or says or takes too much; the signal's reason
 */
export async function findIgnoredPaths(options: IgnoredPathsOptions): Promise<ReadonlySet<string>> {
  const { paths } = options;
  if (paths.length === 0) return new Set();
  const input = Buffer.from(paths.map((path) => `${path}\0`).join(''));
  const parser = new PathParser(() => true);
  const settings = ['-c', `core.excludesFile=${devNull}`];
  const args = ['--work-tree=.', ...settings, 'check-ignore', '-z', '--stdin', '--no-index'];
  // 1: it ignores none of them.
  await runGit(options, { args, input, codes: [0, 1], onData: (chunk) => parser.add(chunk) });
  return new Set(parser.finish().map((path) => path.toString()));
}
