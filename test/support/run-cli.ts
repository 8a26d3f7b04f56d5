// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Issue } from '../../src/core/report.ts';
import { testHome } from './temp.ts';

/** Absolute path of the program, as npm installs it. */
export const BLOBS_BIN = fileURLToPath(new URL('../../bin/blobs.js', import.meta.url));

/** A blob in a `--json` document: module.yml's own keys and what the commands add. */
export type JsonBlob = Readonly<Record<string, unknown>> & {
  readonly module: string;
  readonly path: string;
  readonly status: string;
  readonly result?: string;
};

/** What `--json` prints. */
export interface JsonDocument {
  readonly schemaVersion: number;
  readonly command: string;
  readonly blobs: readonly JsonBlob[];
  readonly issues: readonly Issue[];
  readonly summary: Readonly<Record<string, number>>;
}

/** How a run ended, and all that it printed. */
export interface CliResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as one JSON document; throws when it is anything else. */
  json(): JsonDocument;
}

/** A program that still runs. */
export interface RunningCli {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Resolves as soon as stdout and stderr together hold a match; never, if they never do. */
  seen(pattern: RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Writes to the program's stdin, which must be `open`. */
  type(text: string): void;
}

export interface CliOptions {
  readonly cwd?: string;
  /** Beside PATH, HOME and LANG, which are all that is there; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly home?: string;
  /** The user and group to run as, for tests that run as root; `cwd` and `home` must be theirs. */
  readonly uid?: number;
  /** Text for stdin. */
  readonly input?: string;
  /**
   * `null` (default): /dev/null. `ended`: a pipe at its end. `closed`: no descriptor 0 at all. `open`: a pipe
   * that stays open, for {@link RunningCli.type}.
   */
  readonly stdin?: 'null' | 'ended' | 'closed' | 'open';
  /** `closed`: a pipe that nobody reads, closed before the program has started. */
  readonly stdout?: 'read' | 'closed';
  /** After it the run counts as hung and fails the test. */
  readonly timeoutMs?: number;
  /** Called with the started program. What it throws fails the run; it is not waited for once the program ended. */
  readonly onStart?: (cli: RunningCli) => void | Promise<void>;
}

/** Runs the built program and resolves with how it ended. */
export function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const argv = [process.execPath, BLOBS_BIN, ...args];
  return runProgram(
    options.stdin === 'closed' ? ['/bin/sh', '-c', 'exec "$@" <&-', 'sh', ...argv] : argv,
    options,
  );
}

/** As {@link runCli}, on a terminal of its own (util-linux's script); stdout then holds all that it shows. */
export function runCliOnTerminal(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const command = [process.execPath, BLOBS_BIN, ...args].map(quoteForShell).join(' ');
  const env = { SHELL: '/bin/sh', TERM: 'xterm', ...options.env };
  return runProgram(['script', '--quiet', '--return', '--command', command, '/dev/null'], {
    stdin: 'open',
    ...options,
    env,
  });
}

/** The environment that {@link runCli} gives to the program: nothing of the caller's but PATH. */
export function scrubbedEnvironment(options: Pick<CliOptions, 'env' | 'home'> = {}): Record<string, string> {
  const home = options.home ?? testHome();
  const entries = Object.entries({
    PATH: process.env['PATH'],
    HOME: home,
    USERPROFILE: home,
    SystemRoot: process.env['SystemRoot'],
    LANG: 'C.UTF-8',
    ...options.env,
  });
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function runProgram(argv: readonly string[], options: CliOptions): Promise<CliResult> {
  const { timeoutMs = 60_000, stdin = options.input === undefined ? 'null' : 'ended' } = options;
  const [program = '', ...args] = argv;
  const child = spawn(program, args, {
    cwd: options.cwd ?? testHome(),
    env: scrubbedEnvironment(options),
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    stdio: [stdin === 'null' || stdin === 'closed' ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8');
  const output = new EventEmitter().setMaxListeners(0);
  const collect = (chunks: Buffer[]) => (chunk: Buffer) => {
    chunks.push(chunk);
    output.emit('data');
  };
  child.stdout?.on('data', collect(out));
  child.stderr?.on('data', collect(err));
  child.stdin?.on('error', () => {}); // the program may end without reading
  if (options.stdout === 'closed') child.stdout?.destroy();
  if (stdin === 'ended') child.stdin?.end(options.input ?? '');
  else if (options.input !== undefined) child.stdin?.write(options.input);

  const running: RunningCli = {
    pid: child.pid ?? -1,
    child,
    kill: (signal) => void child.kill(signal),
    type: (typed) => void child.stdin?.write(typed),
    seen: (pattern) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (!pattern.test(text(out) + text(err))) return;
          output.off('data', check);
          resolve();
        };
        output.on('data', check);
        check();
      }),
  };

  return new Promise((resolve, reject) => {
    const fail = (reason: unknown): void => {
      child.kill('SIGKILL');
      reject(reason);
    };
    const timer = setTimeout(() => {
      fail(new Error(`${argv.join(' ')} still ran after ${timeoutMs} ms; its stderr:\n${text(err)}`));
    }, timeoutMs);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const [stdout, stderr] = [text(out), text(err)];
      resolve({ code, signal, stdout, stderr, json: () => parseOnlyDocument(stdout, stderr) });
    });
    Promise.resolve(options.onStart?.(running)).catch(fail);
  });
}

function parseOnlyDocument(stdout: string, stderr: string): JsonDocument {
  try {
    return JSON.parse(stdout) as JsonDocument;
  } catch {
    throw new Error(`stdout is not one JSON document:\n${stdout}\nstderr:\n${stderr}`);
  }
}

function quoteForShell(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
