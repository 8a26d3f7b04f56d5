// SPDX-License-Identifier: Apache-2.0
import { describeError, systemCode } from '../../core/errors.ts';

/** More of what git writes to stderr need not be kept. */
export const MAX_STDERR_LENGTH = 4096;

/** Why git cannot be asked. */
export class GitReadError extends Error {
  /** `no-git`: none on the PATH. `refused`: git does not trust the repository (`safe.directory`). */
  readonly kind: 'no-git' | 'refused' | 'too-large' | 'timeout' | 'bad-name' | 'failed';
  /** Git's own words: one line, which may quote what a hostile repository holds, control characters too. */
  readonly detail: string | undefined;

  constructor(kind: GitReadError['kind'], message: string, detail?: string) {
    super(detail === undefined ? message : `${message}: ${detail}`);
    this.name = 'GitReadError';
    this.kind = kind;
    this.detail = detail;
  }
}

/** Why git did not start. */
export function startError(error: unknown): GitReadError {
  if (systemCode(error) === 'ENOENT') return new GitReadError('no-git', 'git is not on the PATH');
  return new GitReadError('failed', 'git cannot be started', describeError(error));
}

/** Why git ended, by what it wrote to stderr in the locale C. */
export function endError(stderr: string): GitReadError {
  const detail = /^fatal: (.+)/m.exec(stderr)?.[1] ?? /.+/.exec(stderr)?.[0];
  if (/dubious ownership|safe\.(?:directory|bareRepository)/.test(stderr))
    return new GitReadError('refused', 'git does not trust the repository', detail);
  return new GitReadError('failed', 'git gave no answer', detail);
}

/** What git says, without what it quotes of files that are not as they should be. */
export function gitWords({ message }: GitReadError): string {
  return message.replace(/(unexpected line in [^:]*|bad config line \d+).*/s, '$1');
}
