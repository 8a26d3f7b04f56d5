// SPDX-License-Identifier: Apache-2.0
import { type Command, InvalidArgumentError } from 'commander';
import { findSha256, type Sha256 } from '../../core/sha256.ts';
import type { FetchCommandOptions } from '../fetch-command-options.ts';
import type { SelectionOptions } from '../options.ts';
import { addTransferLimits, jobsOption, mirrorOption } from '../transfer-options.ts';
import { addBlobCommand, queryOf, type Run } from './command.ts';

/** `blobs fetch` */
export function addFetchCommand(program: Command, run: Run): void {
  addBlobCommand(program, {
    name: 'fetch',
    summary: 'download blobs and verify them',
    description:
      'Make every selected blob present and verified. A file appears at its place only when it is complete and its SHA-256 is right; until then the previous file stays. What is up to date is not downloaded, a download that was cut off is resumed, and one failure does not stop the others. Blobs come by http or https, those with "fetcher: lfs" from Git LFS servers.',
    examples: [
      ['blobs fetch hal_espressif', 'everything that one module needs'],
      [
        "blobs fetch -l 'lib/esp32c3/' --mirror https://github.com/=https://mirror.example/",
        'a part of it, from a mirror',
      ],
    ],
    addOptions: (command) =>
      addTransferLimits(
        command
          .option('-a, --auto-accept', 'accept click-through licences without asking, this once')
          .option(
            '--accept-license <sha256>',
            'accept the licence text with this hash (repeatable)',
            collectDigest,
          )
          .addOption(jobsOption())
          .option('-n, --dry-run', 'say what would be done and from where; change nothing')
          .option('--offline', 'never touch the network: store, cache directories and file mirrors only')
          .option('--keep-modified', 'leave files of status M alone')
          .option(
            '--cache-dirs <d;d>',
            'west caches to look into: files named NAME.SHA256 or NAME (default: blobs.cache-dirs)',
          )
          .option('--auto-cache <d>', 'a west cache to look into and to fill (default: blobs.auto-cache)')
          .option('--no-store', "don't use the local store (BLOBS_STORE names it)")
          .addOption(
            mirrorOption(
              'ask another place first for URLs that begin with FROM (repeatable); an https:, http: or file: URL that may hold {sha256}, or oci://REGISTRY/REPOSITORY; sha256=TO is for every blob',
            ),
          ),
        'refuse more for a blob without a declared size',
      ).option('--fail-fast', 'stop at the first failure'),
  }).action(async (modules: string[], options: FetchCommandOptions & SelectionOptions, command: Command) => {
    await run(command, async (session) => {
      const { runFetch } = await import('../run-fetch.ts');
      return runFetch(session, queryOf(session, modules, options), options);
    });
  });
}

function collectDigest(value: string, previous: readonly Sha256[] | undefined): readonly Sha256[] {
  const digest = findSha256(value);
  if (digest === undefined) throw new InvalidArgumentError('It must be 64 hexadecimal digits.');
  return [...(previous ?? []), digest];
}
