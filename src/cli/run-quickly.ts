// SPDX-License-Identifier: Apache-2.0
import { fstatSync, writeSync } from 'node:fs';
import type { BlobQuery } from '../app/load-modules.ts';
import { systemCode } from '../core/errors.ts';
import { resolveConfig } from './config.ts';
import type { ExitCode } from './exit-codes.ts';
import { finalCode } from './final-code.ts';
import { findQuickArguments, type QuickArguments } from './quick-arguments.ts';
import type { Session, TextOutput } from './session.ts';

/** A command that may be run quickly. */
export interface QuickCommand {
  readonly name: string;
  /** Whether it shows progress where stderr is a terminal. */
  readonly showsProgress: boolean;
  readonly run: (session: Session, query: BlobQuery, given: QuickArguments) => Promise<ExitCode>;
}

type Stream = 1 | 2;

/**
 * Runs a command with the same code as the whole program, but without what the usual case does not need: the build
 * puts something that throws in the place of all that is loaded later (YAML, hashing, transport, terminals). Then, as
 * for every other error, nothing has been written yet, and the answer is false: the whole program is to be asked.
 * Otherwise the process ends.
 */
export async function runQuickly({ name, showsProgress, run }: QuickCommand): Promise<boolean> {
  const given = findQuickArguments(name, process.argv.slice(2));
  // On a terminal there are tables and colours. A device that is none is rare.
  if (given === undefined || isDevice(1) || (showsProgress && isDevice(2))) return false;
  const said: (readonly [Stream, string])[] = [];
  const output = (stream: Stream): TextOutput => ({ write: (text) => void said.push([stream, text]) });
  let lastLine = '';
  let exitCode: ExitCode;
  try {
    const terminals = { stdin: false, stdout: false, stderr: isTerminal(2) };
    const config = resolveConfig(given.globals, { env: process.env, cwd: process.cwd(), terminals });
    const { signal } = new AbortController();
    const interruptedCode = () => 130 as const;
    const session = {
      config,
      interruptedCode,
      terminals,
      stdout: output(1),
      stderr: output(2),
      endWith: (line: string) => {
        lastLine = line;
      },
      signal,
      width: undefined,
    };
    const query = { search: config.search, selection: { modules: given.modules } };
    exitCode = await run(session, query, given);
  } catch {
    return false;
  }
  const end = writeAll(said);
  const code = finalCode({ command: name, exitCode, ...end }, (text) => writeAll([[2, text]]));
  if (code !== 0) writeAll([[2, lastLine]]);
  process.exit(code);
}

function isDevice(stream: Stream): boolean {
  return fstatSync(stream).isCharacterDevice();
}

/** Node's own way to ask takes milliseconds to load, and is not needed for files and pipes. */
function isTerminal(stream: Stream): boolean {
  return isDevice(stream) && process.getBuiltinModule('node:tty').isatty(stream);
}

/** Writes everything, in order, and says what became of stdout. */
function writeAll(said: readonly (readonly [Stream, string])[]): {
  readonly isClosed: boolean;
  readonly failure: unknown;
} {
  const failures = new Map<Stream, unknown>();
  for (const [stream, text] of said) {
    if (failures.has(stream)) continue;
    try {
      writeWhole(stream, Buffer.from(text));
    } catch (error) {
      failures.set(stream, error);
    }
  }
  const failure = failures.get(1);
  const isGone = systemCode(failure) === 'EPIPE';
  return { isClosed: failures.has(1), failure: isGone ? undefined : failure };
}

const PAUSE_MS = 5;

function writeWhole(stream: Stream, bytes: Buffer): void {
  for (let rest = bytes; rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(stream, rest));
    } catch (error) {
      // A pipe that another process made non-blocking is full: its reader takes its time.
      if (systemCode(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
  }
}
