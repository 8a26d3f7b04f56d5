// SPDX-License-Identifier: Apache-2.0

import { relative } from 'node:path';
import { slashed } from '../core/path-below.ts';
import { findRealBlobsDirectory } from '../module/blob-path.ts';
import { GitReadError, gitWords } from '../workspace/git/git-read-error.ts';
import type { GitRun } from '../workspace/git/run-git.ts';
import { findRepository } from '../workspace/git/tracked-files.ts';
import { type LintEntry, type LintModule, soundEntries } from './lint-module.ts';
import type { Finding } from './rule.ts';
import type { LintTools } from './tools.ts';

/** The blobs of a module as the git repository around it names them. */
export interface GitBlobs {
  readonly run: GitRun;
  /** By their paths below the top of the repository, with forward slashes. */
  readonly entries: ReadonlyMap<string, LintEntry>;
}

/** The sound entries of a module that lies in a git repository; undefined where there is none, and where it has none. */
export function findGitBlobs(
  module: LintModule,
  { environment, signal }: Pick<LintTools, 'environment' | 'signal'>,
): GitBlobs | undefined {
  const sound = soundEntries(module.entries);
  const root = sound.length === 0 ? undefined : findRealBlobsDirectory(module.module.directory);
  const repository = root === undefined ? undefined : findRepositoryQuietly(root);
  if (root === undefined || repository === undefined) return undefined;
  const prefix = slashed(relative(repository, root));
  const entries = new Map(sound.map((entry) => [`${prefix}/${entry.blob.path}`, entry]));
  return { run: { repository, environment, signal }, entries };
}

/** What git says with `ask`; where it cannot say, a warning about that, and nothing where there is no git at all. */
export async function askGit(ask: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof GitReadError)) throw error;
    if (error.kind === 'no-git') return [];
    return [
      {
        severity: 'warning',
        code: 'BLOBS_GIT_FAILED',
        message: `nothing is known of what git tracks and ignores here: ${gitWords(error)}`,
      },
    ];
  }
}

function findRepositoryQuietly(directory: string): string | undefined {
  try {
    return findRepository(directory);
  } catch {
    // A directory above that cannot be looked at is in no repository of the user's.
    return undefined;
  }
}
