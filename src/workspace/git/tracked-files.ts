// SPDX-License-Identifier: Apache-2.0
import { lstatSync } from 'node:fs';
import path from 'node:path';
import { systemCode } from '../../core/errors.ts';
import { endError, GitReadError, MAX_STDERR_LENGTH, startError } from './git-read-error.ts';
import { spawnGit } from './spawn-git.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;
const MAX_TRACKED = 1_000_000;
const MAX_PATH_BYTES = 64 * 1024;
const NUL = 0;

export interface TrackedFilesOptions {
  /** Top of the work tree. */
  readonly repository: string;
  /** Whether a path, as its bytes below the top with forward slashes, is to be kept. */
  readonly isWanted: (path: Buffer) => boolean;
  /** The caller's whole environment, of which git does not see what points it at another repository. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** How long git may take in all: 30 seconds by default. */
  readonly timeoutMs?: number;
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
export function findTrackedFiles(options: TrackedFilesOptions): Promise<Buffer[]> {
  const { repository, environment, signal, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = startGit(repository, environment);
    const parser = new PathParser(options.isWanted);
    let stderr = '';
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      child.kill('SIGKILL');
      for (const stream of child.stdio) stream?.destroy();
      settle();
    };
    const fail = (reason: unknown): void => end(() => reject(reason));
    const abort = (): void => fail(signal.reason);
    const giveUp = (): void => fail(new GitReadError('timeout', `git took longer than ${timeoutMs} ms`));
    const timer = setTimeout(giveUp, timeoutMs);
    signal.addEventListener('abort', abort);
    child.on('error', (error) => fail(startError(error)));
    child.stdin?.on('error', () => undefined);
    child.stdin?.end();
    child.stdout?.on('data', (chunk: Buffer) => {
      try {
        parser.add(chunk);
      } catch (error) {
        fail(error);
      }
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      stderr = (stderr + chunk).slice(0, MAX_STDERR_LENGTH);
    });
    child.on('close', (code) => {
      if (code !== 0) fail(endError(stderr));
      else if (!parser.isComplete) fail(new GitReadError('failed', 'git ended within an answer'));
      else end(() => resolve(parser.paths));
    });
  });
}

function startGit(repository: string, environment: TrackedFilesOptions['environment']) {
  try {
    const args = ['--work-tree=.', 'ls-files', '-z', '--cached', '--no-recurse-submodules'];
    return spawnGit(args, repository, environment);
  } catch (error) {
    throw startError(error);
  }
}

/** Takes paths that end with NUL out of a stream, in memory that only the wanted ones need. */
class PathParser {
  readonly paths: Buffer[] = [];
  readonly #isWanted: (path: Buffer) => boolean;
  #rest: Buffer = Buffer.alloc(0);
  #bytes = 0;

  constructor(isWanted: (path: Buffer) => boolean) {
    this.#isWanted = isWanted;
  }

  get isComplete(): boolean {
    return this.#rest.length === 0;
  }

  add(chunk: Buffer): void {
    this.#bytes += chunk.length;
    const text = Buffer.concat([this.#rest, chunk]);
    let start = 0;
    for (let end = text.indexOf(NUL); end !== -1; end = text.indexOf(NUL, start)) {
      const found = text.subarray(start, end);
      // A copy, so that the chunk need not be kept for it.
      if (this.#isWanted(found)) this.paths.push(Buffer.from(found));
      start = end + 1;
    }
    this.#rest = Buffer.from(text.subarray(start));
    if (
      this.#bytes > MAX_OUTPUT_BYTES ||
      this.paths.length > MAX_TRACKED ||
      this.#rest.length > MAX_PATH_BYTES
    ) {
      throw new GitReadError('too-large', 'git tracks more than can be looked at');
    }
  }
}

function isThere(place: string): boolean {
  try {
    return lstatSync(place, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') return false;
    throw error;
  }
}
