// SPDX-License-Identifier: Apache-2.0
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { UrlReplacement } from '../../app/update-options.ts';
import { hasControlCharacters } from '../../core/text.ts';
import { DEFAULT_JOBS, FETCH_DEFAULTS } from '../fetch-command-options.ts';
import { byteCount, collect, type SelectionOptions, seconds, wholeNumber } from '../options.ts';
import type { UpdateCommandOptions } from '../run-update.ts';
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
      command
        .addOption(
          new Option(
            '--url-replace <old=new>',
            'replace OLD in every URL, parted at the first "=" (repeatable, in this order)',
          ).argParser(urlReplacement),
        )
        .addOption(new Option('--blob-version <v>', 'the new "version" of the entries').argParser(plainText))
        .option('--pin', 'write the commit that a branch or tag in a URL means (asks git ls-remote)')
        .option('--size', 'write "size" into entries that have none, too')
        .option('-n, --dry-run', 'show the diff; change nothing')
        .option(
          '-j, --jobs <n>',
          `downloads at once (default: BLOBS_JOBS, west's blobs.jobs, or ${DEFAULT_JOBS})`,
          wholeNumber(1, 9999),
        )
        .option(
          '--mirror <from=to>',
          'as for fetch; mirrors that are addressed by hash are of no use here (default: BLOBS_MIRRORS, blobs.mirrors)',
          collect,
        )
        .addOption(
          new Option('--timeout <s>', 'seconds without a byte that end an attempt')
            .argParser(seconds)
            .default(FETCH_DEFAULTS.timeout, '30'),
        )
        .option('--retries <n>', 'attempts after the first', wholeNumber(0, 100), FETCH_DEFAULTS.retries)
        .addOption(
          new Option('--max-size <bytes>', 'refuse blobs with more; suffixes k, M, G')
            .argParser(byteCount(1))
            .default(FETCH_DEFAULTS.maxSize, '2G'),
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
