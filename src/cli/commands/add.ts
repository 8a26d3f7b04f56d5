// SPDX-License-Identifier: Apache-2.0
import { type Command, Option } from 'commander';
import { collect } from '../options.ts';
import type { AddCommandOptions } from '../run-add.ts';
import { addTransferLimits } from '../transfer-options.ts';
import { addBlobCommand, type Run } from './command.ts';

const ENTRY_HEADING = 'The entry (asked for on a terminal where it is missing):';

/** `blobs add` */
export function addAddCommand(program: Command, run: Run): void {
  addBlobCommand(program, {
    name: 'add',
    summary: 'write new entries into module.yml',
    description:
      'Download a blob, find out its SHA-256 and size, append an entry to module.yml in the style of the others, and put the blob in place. Nothing else in the file changes. What "blobs lint" would call an error is refused, and of several entries all are added or none. The module is the one that -m or MODULE names, else that of the current directory.',
    modulesText: 'the name of the one module to write to',
    selectsBlobs: false,
    examples: [
      [
        'blobs add -m . --pin --url https://github.com/acme/fw/raw/main/fw.bin --path img/fw.bin',
        'an entry with the commit that main means now; asks for the rest',
      ],
      ['blobs add -m . --from new.json', 'many: a JSON list of objects with the keys of module.yml'],
    ],
    addOptions: (command) => {
      const entry = [
        new Option('--url <url>', 'where the blob is (repeatable; all must have the same bytes)').argParser(
          collect,
        ),
        new Option('--path <path>', 'its place below zephyr/blobs'),
        new Option('--type <type>', 'firmware image or library').choices(['img', 'lib']),
        new Option('--blob-version <version>', 'its version'),
        new Option('--license-path <path>', 'its licence file, from the directory of the module'),
        new Option('--description <text>', 'what it is'),
        new Option('--doc-url <url>', 'where its documentation is (optional)'),
        new Option(
          '--license <expr>',
          'its SPDX licence expression (optional; older Zephyr releases refuse it)',
        ),
        new Option('--click-through', 'its licence must be accepted before it is fetched'),
        new Option(
          '--fetcher <name>',
          'lfs: the URL is the base of a Git LFS API, and the file is in place already',
        ),
      ];
      for (const option of entry) command.addOption(option.helpGroup(ENTRY_HEADING));
      addTransferLimits(
        command
          .option('--size', 'write the size too (always with --fetcher lfs; older Zephyr releases refuse it)')
          .option('--pin', 'put the commit into URLs that name a branch or tag (asks git)')
          .option('--from <file>', 'add the entries of a JSON list; "-" reads stdin')
          .option('-n, --dry-run', 'download and check, print the lines; change nothing'),
        'refuse more',
      );
    },
  }).action(async (modules: string[], options: AddCommandOptions, command: Command) => {
    await run(command, async (session) => {
      const { runAdd } = await import('../run-add.ts');
      return runAdd(session, modules, options);
    });
  });
}
