// SPDX-License-Identifier: Apache-2.0
import { type Command, InvalidArgumentError } from 'commander';
import type { BlobStatus } from '../../core/blob.ts';
import { BlobsError } from '../../core/errors.ts';
import { assertFormat } from '../../output/list-fields.ts';
import { assertNoType, type SelectionOptions } from '../options.ts';
import { type ListCommandOptions, runList } from '../run-list.ts';
import { addBlobCommand, queryOf, type Run } from './command.ts';

interface Options extends SelectionOptions, ListCommandOptions {
  readonly untracked?: boolean;
}

/** `blobs list` */
export function addListCommand(program: Command, run: Run): void {
  addBlobCommand(program, {
    name: 'list',
    summary: 'list blobs and whether they are there',
    description:
      'List the blobs that modules declare, a line each: A (present, the hash matches), M (present, the hash differs) or D (absent). On a terminal it is a table.',
    examples: [
      ['blobs list', 'all blobs of the workspace'],
      [
        "blobs list -s M,D -f '{path} {url}' hal_espressif",
        'what is not there of one module, and where it is',
      ],
    ],
    addOptions: (command) =>
      command
        .option(
          '-f, --format <str>',
          "Python format string, as in west (piped default: '{module} {status} {path} {type} {abspath}')",
        )
        .option('-s, --status <letters>', 'only blobs of these, separated by commas: A, M, D', parseStatuses)
        .option(
          '--untracked',
          'list instead the files below zephyr/blobs that neither module.yml declares nor git tracks',
        ),
  }).action(async (modules: string[], options: Options, command: Command) => {
    await run(command, async (session) => {
      const query = queryOf(session, modules, options);
      if (!options.untracked) return runList(session, query, options);
      if (options.format !== undefined) assertFormat(options.format);
      assertUntrackedOptions(options);
      const { runListUntracked } = await import('../list-untracked.ts');
      return runListUntracked(session, query, options.format);
    });
  });
}

/** @throws BlobsError `BLOBS_USAGE` for an option that says nothing about a file that no module declares */
function assertUntrackedOptions({ status, type }: Options): void {
  if (status !== undefined)
    throw new BlobsError('BLOBS_USAGE', '--untracked and --status exclude each other');
  assertNoType(type);
}

function parseStatuses(value: string): BlobStatus[] {
  return value.split(',').map((part) => {
    const letter = part.trim().toUpperCase();
    if (letter === 'A' || letter === 'M' || letter === 'D') return letter;
    throw new InvalidArgumentError('It must be one or more of A, M and D, separated by commas.');
  });
}
