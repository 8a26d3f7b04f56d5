// SPDX-License-Identifier: Apache-2.0
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import type { GlobalOptions } from '../../../src/cli/config.ts';
import { createProgram, globalOptions } from '../../../src/cli/program.ts';
import { BlobsError, ERROR_MEANINGS } from '../../../src/core/errors.ts';

interface Outcome {
  readonly printed: string;
  readonly command: string | undefined;
  readonly options: GlobalOptions | undefined;
  readonly error: unknown;
}

/** Parses `args` with commands that do nothing. */
async function parse(...args: string[]): Promise<Outcome> {
  let printed = '';
  let chosen: { command: string; options: GlobalOptions } | undefined;
  const program = createProgram(
    async (command) => {
      chosen = { command: command.name(), options: globalOptions(command) };
    },
    (text) => {
      printed += text;
    },
  );
  const error = await program.parseAsync(args, { from: 'user' }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { printed, command: chosen?.command, options: chosen?.options, error };
}

const COMMANDS = createProgram(
  async () => undefined,
  () => undefined,
).commands.map((command) => command.name());

describe('--help', () => {
  it.each(['blobs', ...COMMANDS])('of %s is as it was, and fits 100 columns', async (name) => {
    const { printed, error } = await parse(...(name === 'blobs' ? [] : [name]), '--help');
    expect(error).toMatchObject({ exitCode: 0 });
    expect(printed).toMatchSnapshot();
    for (const line of printed.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  it('is what "help" prints', async () => {
    for (const name of COMMANDS)
      expect((await parse('help', name)).printed).toBe((await parse(name, '--help')).printed);
    expect((await parse('help')).printed).toBe((await parse('--help')).printed);
  });

  it('names every command with what it does', async () => {
    const { printed } = await parse('--help');
    for (const name of COMMANDS) expect(printed).toMatch(new RegExp(`^  ${name}\\b.* {2}\\S`, 'm'));
  });
});

describe('help topics', () => {
  it('explain exit codes and error codes', async () => {
    const { printed } = await parse('help', 'exit-codes');
    for (const code of [0, 1, 2, 65, 77, 130, 143])
      expect(printed).toMatch(new RegExp(`^ +${code}  \\S`, 'm'));
    const { printed: errors } = await parse('help', 'errors');
    for (const code of Object.keys(ERROR_MEANINGS)) expect(errors).toMatch(new RegExp(`^  ${code} +`, 'm'));
    expect(errors.trimEnd().split('\n')).toHaveLength(Object.keys(ERROR_MEANINGS).length);
  });

  it.each(['nothing', 'constructor', '__proto__'])('"%s" is none', async (topic) => {
    const { error } = await parse('help', topic);
    expect(error).toBeInstanceOf(BlobsError);
    expect(error).toMatchObject({ code: 'BLOBS_USAGE' });
  });
});

describe('the command line', () => {
  it('takes global options before and after the command, and sums up what is repeatable', async () => {
    const { command, options, error } = await parse(
      '-m',
      'a',
      '--json',
      'list',
      '-m',
      'b',
      'hal_x',
      '-C',
      'd',
      '--no-progress',
    );
    expect(error).toBeUndefined();
    expect(command).toBe('list');
    expect(options).toMatchObject({ moduleDir: ['a', 'b'], json: true, directory: 'd', progress: false });
  });

  it('lets the option behind the command count where both are given', async () => {
    const { options } = await parse('--color', 'never', '-C', 'a', 'list', '--color', 'always');
    expect(options).toMatchObject({ color: 'always', directory: 'a' });
  });

  it('keeps --no-progress wherever it stood', async () => {
    expect((await parse('--no-progress', 'list')).options?.progress).toBe(false);
    expect((await parse('list')).options?.progress).toBe(true);
  });

  it.each([
    [['nothing']],
    [['list', '--nothing']],
    [['list', '--type', 'exe']],
    [['list', '--status', 'X']],
    [['list', '--status', '']],
    [['fetch', '--jobs', '0']],
    [['fetch', '--timeout', 'x']],
    [['fetch', '--max-size', '1T']],
    [['fetch', '--accept-license', 'abc']],
    [['--color', 'sometimes', 'list']],
    [['-C']],
  ])('refuses %j, and prints nothing of its own', async (args) => {
    const { printed, command, error } = await parse(...args);
    expect([printed, command]).toEqual(['', undefined]);
    expect(error).toBeInstanceOf(CommanderError);
    expect(error).toMatchObject({ exitCode: 1 });
  });

  it('prints its version', async () => {
    expect((await parse('--version')).printed).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });
});
