// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { BlobsError } from '../../core/errors.ts';
import { escapeControls } from '../../core/text.ts';
import { MAX_YAML_BYTES } from '../../yaml/limits.ts';
import { realPath } from '../file-system.ts';
import { GitReadError, gitWords } from './git-read-error.ts';
import { findOutwardLink } from './git-repository.ts';
import { GitObjectReader } from './object-reader.ts';
import { findRepository } from './tracked-files.ts';

/** How git is run. */
export interface GitContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/** The git repository that a directory is in. Close it. */
export interface Repository {
  /** Top of the work tree, without symbolic links. */
  readonly top: string;
  /** The directory below the top: empty, or with a slash at its end. */
  readonly prefix: string;
  readonly reader: GitObjectReader;
  close(): Promise<void>;
}

/** Without an answer for so long, git is given up; it may be waiting at a FIFO. */
const SILENCE_MS = 10_000;

/**
 * The repository that `directory` is in, its module files small enough to read. Undefined where it is in none. What its
 * git directory holds must lie in it or in `root`, by default the top of the work tree.
 *
 * @throws BlobsError `BLOBS_GIT_FAILED` for a repository whose files lead elsewhere or are none
 */
export function openRepository(directory: string, git: GitContext, root?: string): Repository | undefined {
  const real = realPath(path.resolve(directory));
  const top = findRepository(real);
  if (top === undefined) return undefined;
  const link = findOutwardLink(top, root ?? top, []);
  if (link === 'no repository') return undefined;
  if (link !== undefined) {
    const message = `${link} of the git repository ${escapeControls(top)} is no file, or leads out of it`;
    throw new BlobsError('BLOBS_GIT_FAILED', message);
  }
  const below = path.relative(top, real).split(path.sep).join('/');
  const reader = new GitObjectReader({
    directory: top,
    ...git,
    timeoutMs: SILENCE_MS,
    maxObjectBytes: MAX_YAML_BYTES,
  });
  return { top, prefix: below === '' ? '' : `${below}/`, reader, close: () => reader.close() };
}

/**
 * The id of the commit that git knows by `name`; undefined where it knows none.
 *
 * @throws GitReadError
 */
export async function findCommit({ reader }: Repository, name: string): Promise<string | undefined> {
  try {
    return (await reader.read(`${name}^{commit}`))?.oid;
  } catch (error) {
    // A name that could be several objects fails alone, and is as good as none.
    if (error instanceof GitReadError && error.detail?.endsWith(' ambiguous')) return undefined;
    throw error;
  }
}

/**
 * Calls `use` with `repository`, and closes that.
 *
 * @throws BlobsError `BLOBS_GIT_FAILED` where git gives no answer; the signal's reason; what `use` throws
 */
export async function useRepository<T>(
  repository: Repository,
  { signal }: GitContext,
  use: (repository: Repository) => Promise<T>,
): Promise<T> {
  try {
    return await use(repository);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof GitReadError ? gitFailure(error, repository.top) : error;
  } finally {
    await repository.close();
  }
}

/** The error for git's failure to answer in the repository whose work tree is `top`. */
export function gitFailure(error: GitReadError, top: string): BlobsError {
  const hints: Partial<Record<GitReadError['kind'], string>> = {
    'no-git': 'install git: what a revision holds is read with it',
    refused: 'make the repository yours, or list it in git\'s "safe.directory"',
  };
  const hint = hints[error.kind];
  const message = escapeControls(`cannot read the git repository ${top}: ${gitWords(error)}`);
  return new BlobsError('BLOBS_GIT_FAILED', message, hint === undefined ? {} : { hint });
}
