// SPDX-License-Identifier: Apache-2.0
import { describeError } from '../core/errors.ts';
import type { ExitCode } from './exit-codes.ts';

// These do work or judge it: nobody listening changes nothing about their result.
const FINISHED_UNHEARD = new Set(['fetch', 'verify', 'clean', 'lint', 'add']);

/** How a command ended, and what became of its stdout. */
interface End {
  readonly command: string;
  readonly exitCode: ExitCode;
  /** Whether nobody reads any more. */
  readonly isClosed: boolean;
  /** What went wrong with stdout, other than that its reader went away. */
  readonly failure: unknown;
}

/** The program's exit code; `tell` is given what there is to say of stdout itself. */
export function finalCode(
  { command, exitCode, isClosed, failure }: End,
  tell: (text: string) => void,
): ExitCode {
  if (failure !== undefined) {
    tell(`error: cannot write the output: ${describeError(failure)} [BLOBS_FILE_ACCESS]\n`);
    return exitCode === 0 ? 1 : exitCode;
  }
  return isClosed && !FINISHED_UNHEARD.has(command) ? 0 : exitCode;
}
