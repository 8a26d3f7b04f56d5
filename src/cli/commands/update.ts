// SPDX-License-Identifier: Apache-2.0
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { UrlReplacement } from '../../app/update-options.ts';
import { hasControlCharacters } from '../../core/text.ts';
import type { SelectionOptions } from '../options.ts';
import type { UpdateCommandOptions } from '../run-update.ts';
import { addTransferLimits, jobsOption, mirrorOption } from '../transfer-options.ts';
import { addBlobCommand, queryOf, type Run } from './command.ts';

/** `blobs update` */
export function addUpdateCommand(program: Command, run: Run): void {
  addBlobCommand(program, {
    name: 'update',
    summary: 'refresh entries of module.yml from what their URLs give',
    description:
      'Download what the selected entries lead to, and write its SHA-256 into module.yml; "size" where the entry has one. Only the values that change are rewritten, all other bytes of the file stay; the diff goes to stdout. All URLs of an entry must give the same bytes. What "blobs lint" would newly call an error is refused. An entry that fails stays as it is. The blobs themselves are not replaced: "blobs fetch" does that.',
    examples: [
      [
        'blobs update -m . --url-replace v1.2.0=v1.3.0 --blob-version 1.3.0',
        'all blobs of the module in this directory go to another release',
      ],
      ["blobs update -n -l 'lib/' hal_x", 'which of these URLs give something else by now'],
    ],
    addOptions: (command) =>
      addTransferLimits(
        command
          .addOption(
            new Option(
              '--url-replace <old=new>',
              'replace OLD in every URL, parted at the first "=" (repeatable, in this order)',
            ).argParser(urlReplacement),
          )
          .addOption(
            new Option('--blob-version <v>', 'the new "version" of the entries').argParser(plainText),
          )
          .option('--pin', 'write the commit that a branch or tag in a URL means (asks git ls-remote)')
          .option('--size', 'write "size" into entries that have none, too')
          .option('-n, --dry-run', 'show the diff; change nothing')
          .addOption(jobsOption())
          .addOption(mirrorOption('as for fetch; mirrors that are addressed by hash are of no use here')),
        'refuse blobs with more',
      ),
  }).action(async (modules: string[], options: UpdateCommandOptions & SelectionOptions, command: Command) => {
    await run(command, async (session) => {
      const { runUpdate } = await import('../run-update.ts');
      return runUpdate(session, queryOf(session, modules, options), options);
    });
  });
}

function urlReplacement(
  value: string,
  previous: readonly UrlReplacement[] | undefined,
): readonly UrlReplacement[] {
  const [, from, to] = /^([^=]+)=(.*)$/s.exec(plainText(value)) ?? [];
  if (from === undefined || to === undefined)
    throw new InvalidArgumentError('It must be OLD=NEW, and OLD must not be empty.');
  return [...(previous ?? []), { from, to }];
}

function plainText(value: string): string {
  if (value.trim() !== '' && !hasControlCharacters(value)) return value;
  throw new InvalidArgumentError('It must not be empty, and must not hold control characters.');
}
