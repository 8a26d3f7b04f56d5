// SPDX-License-Identifier: Apache-2.0
import { endError, GitReadError, MAX_STDERR_LENGTH, startError } from './git-read-error.ts';
import { spawnGit } from './spawn-git.ts';

const DEFAULT_TIMEOUT_MS = 30_000;

/** Where git runs, and for how long. */
export interface GitRun {
  /** Top of the work tree. */
  readonly repository: string;
  /** The caller's whole environment, of which git does not see what points it at another repository. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** How long git may take in all: 30 seconds by default. */
  readonly timeoutMs?: number;
}

/** What is asked of git. */
export interface GitQuestion {
  readonly args: readonly string[];
  readonly input?: Buffer;
  /** Takes the answer piece by piece; what it throws ends git. */
  readonly onData: (chunk: Buffer) => void;
  /** The exit codes of an answer: 0 by default. */
  readonly codes?: readonly number[];
}

/**
 * Runs git once, as {@link spawnGit} starts it.
 *
 * @throws GitReadError where git is missing, refuses, fails or takes too long; what `onData` throws; the signal's reason
 */
export function runGit(run: GitRun, { args, input, onData, codes = [0] }: GitQuestion): Promise<void> {
  const { repository, environment, signal, timeoutMs = DEFAULT_TIMEOUT_MS } = run;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = startGit(args, repository, environment);
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
    child.stdin?.end(input);
    child.stdout?.on('data', (chunk: Buffer) => {
      try {
        onData(chunk);
      } catch (error) {
        fail(error);
      }
    });
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      stderr = (stderr + chunk).slice(0, MAX_STDERR_LENGTH);
    });
    child.on('close', (code) => {
      if (code === null || !codes.includes(code)) fail(endError(stderr));
      else end(resolve);
    });
  });
}

function startGit(args: readonly string[], repository: string, environment: GitRun['environment']) {
  try {
    return spawnGit(args, repository, environment);
  } catch (error) {
    throw startError(error);
  }
}
