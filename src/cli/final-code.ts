// SPDX-License-Identifier: Apache-2.0
import { describeError } from '../core/errors.ts';
import type { ExitCode } from './exit-codes.ts';

/** A command's own options, as commander gives them. */
type Options = Readonly<Record<string, unknown>>;

const always = (): boolean => true;

// These do work or judge it, some with these options alone: nobody listening changes nothing about their result.
const FINISHED_UNHEARD: ReadonlyMap<string, (options: Options) => boolean> = new Map([
  ['fetch', always],
  ['verify', always],
  ['clean', always],
  ['lint', always],
  ['add', always],
  ['taint', ({ failIf }: Options) => failIf !== undefined],
  ['sbom', ({ output }: Options) => output !== undefined && output !== '-'],
  ['licenses', ({ allow, deny, revoke }: Options) => (allow ?? deny ?? revoke) !== undefined],
]);

/** How a command ended, and what became of its stdout. */
interface End {
  readonly command: string;
  readonly options?: Options;
  readonly exitCode: ExitCode;
  /** Whether nobody reads any more. */
  readonly isClosed: boolean;
  /** What went wrong with stdout, other than that its reader went away. */
  readonly failure: unknown;
}

/** The program's exit code; `tell` is given what there is to say of stdout itself. */
export function finalCode(
  { command, options = {}, exitCode, isClosed, failure }: End,
  tell: (text: string) => void,
): ExitCode {
  if (failure !== undefined) {
    tell(`error: cannot write the output: ${describeError(failure)} [BLOBS_FILE_ACCESS]\n`);
    return exitCode === 0 ? 1 : exitCode;
  }
  const counts = !isClosed || FINISHED_UNHEARD.get(command)?.(options);
  return counts ? exitCode : 0;
}
