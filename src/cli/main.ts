// SPDX-License-Identifier: Apache-2.0
import { isatty } from 'node:tty';
import { type Command, CommanderError } from 'commander';
import { BlobsError, describeError } from '../core/errors.ts';
import { escapeControlsInText } from '../core/text.ts';
import { redactText } from '../core/url.ts';
import { createColors } from '../output/colors.ts';
import { issueText } from '../output/issue-text.ts';
import { failureDocument } from '../output/json.ts';
import { jsonText } from '../output/json-text.ts';
import { removeTemporaryFilesNow } from '../store/temporary-names.ts';
import type { Run } from './commands/command.ts';
import { type Config, resolveConfig, type Terminals, wantsColor } from './config.ts';
import { readEnvironment } from './environment.ts';
import { type ExitCode, exitCodeFor } from './exit-codes.ts';
import { finalCode } from './final-code.ts';
import { createProgram, globalOptions } from './program.ts';
import { toIssue } from './session.ts';
import { Output, openStandardStream } from './streams.ts';
import { delayOptimisation } from './tune-engine.ts';

const stdout = new Output(() => openStandardStream(1));
const stderr = new Output(() => openStandardStream(2));
const terminals: Terminals = { stdin: isatty(0), stdout: isatty(1), stderr: isatty(2) };
const interruption = new AbortController();
let signalCode: 130 | 143 = 130;
let commandName = '';
let commandOptions: Readonly<Record<string, unknown>> = {};
let config: Config | undefined;
let lastLine = '';
let exitCode: ExitCode = 0;

const run: Run = async (command, handler) => {
  commandOptions = command.opts();
  config = resolveConfig(globalOptions(command), { env: process.env, cwd: workingDirectory(), terminals });
  const { signal } = interruption;
  const width = terminals.stdout ? process.stdout.columns || 80 : undefined;
  exitCode = await handler({
    config,
    terminals,
    stdout,
    stderr,
    endWith: (line) => {
      lastLine = line;
    },
    signal,
    interruptedCode: () => signalCode,
    width,
  });
};

/** @throws BlobsError `BLOBS_USAGE` in a directory that was removed. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new BlobsError('BLOBS_USAGE', `the current directory is gone: ${describeError(error)}`);
  }
}

/** Runs the program and ends the process. */
async function main(): Promise<never> {
  delayOptimisation();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupt(name));
  process.on('exit', removeTemporaryFilesNow);
  const program = createProgram(run, (text) => stdout.write(text));
  program.hook('preSubcommand', (_, command) => {
    commandName = command.name();
  });
  try {
    await program.parseAsync();
  } catch (error) {
    exitCode = fail(error, program);
  }
  await Promise.all([stdout.flush(), stderr.flush()]);
  const code = endCode();
  if (code !== 0) stderr.write(lastLine);
  await stderr.flush();
  process.exit(code);
}

function interrupt(name: 'SIGINT' | 'SIGTERM'): void {
  signalCode = name === 'SIGINT' ? 130 : 143;
  // A second signal means it.
  if (interruption.signal.aborted) process.exit(signalCode);
  interruption.abort(new BlobsError('BLOBS_INTERRUPTED', `interrupted by ${name}`));
}

/** Prints what was thrown and gives its exit code. The one catch-all. */
function fail(thrown: unknown, program: Command): ExitCode {
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
  if (thrown instanceof CommanderError && thrown.code === 'commander.help' && !hasFlag('--json')) {
    const asked = program.commands.find((command) => command.name() === commandName) ?? program;
    stderr.write(asked.helpInformation());
    return 2;
  }
  const error = thrown instanceof CommanderError ? usageError(thrown, program) : thrown;
  const issue = toIssue(error, interruption.signal);
  if (config?.json ?? hasFlag('--json')) stdout.write(jsonText(failureDocument(commandName, [issue])));
  const colors = createColors(
    config?.colorStderr ?? wantsColor('auto', readEnvironment(process.env), terminals.stderr),
  );
  stderr.write(issueText(issue, { colors, cwd: config?.cwd ?? '/' }));
  const isDefect = issue.code === 'BLOBS_INTERNAL';
  if ((isDefect || (config?.debug ?? hasFlag('--debug'))) && error instanceof Error)
    stderr.write(`${escapeControlsInText(redactText(error.stack ?? ''))}\n`);
  return exitCodeFor([issue]);
}

/** Whether a flag was given, as well as can be told where the command line could not be parsed. */
function hasFlag(name: string): boolean {
  const end = process.argv.indexOf('--');
  return process.argv.slice(2, end === -1 ? undefined : end).includes(name);
}

/** The names on the command line that lead to the command that was meant: `blobs cache prune`. */
function pathOf(program: Command): readonly string[] {
  const path = [program.name()];
  let command: Command | undefined = program;
  for (const word of process.argv.slice(2)) {
    const next: Command | undefined = command.commands.find((each) => each.name() === word);
    if (next === undefined) continue;
    command = next;
    path.push(word);
  }
  return path;
}

function usageError(error: CommanderError, program: Command): BlobsError {
  if (error.code === 'commander.help')
    return new BlobsError('BLOBS_USAGE', 'a command is missing', { hint: 'see "blobs --help"' });
  const [message = '', suggestion] = error.message.replace(/^error: /, '').split('\n');
  const about = [...pathOf(program), '--help'].join(' ');
  const meant = /Did you mean (?:one of )?(.*)\?/.exec(suggestion ?? '')?.[1];
  return new BlobsError('BLOBS_USAGE', message, {
    hint: meant ? `did you mean ${meant}?` : `see "${about}"`,
  });
}

function endCode(): number {
  if (exitCode === 130) return signalCode;
  const { isClosed, failure } = stdout;
  const end = { command: commandName, options: commandOptions, exitCode, isClosed, failure };
  return finalCode(end, (text) => process.stderr.write(text));
}

await main();
