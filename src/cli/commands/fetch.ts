// SPDX-License-Identifier: Apache-2.0
import { type Command, InvalidArgumentError, Option } from 'commander';
import { findSha256, type Sha256 } from '../../core/sha256.ts';
import { DEFAULT_JOBS, FETCH_DEFAULTS, type FetchCommandOptions } from '../fetch-command-options.ts';
import { byteCount, collect, type SelectionOptions, seconds, wholeNumber } from '../options.ts';
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
      command
        .option('-a, --auto-accept', 'accept click-through licences without asking, this once')
        .option(
          '--accept-license <sha256>',
          'accept the licence text with this hash (repeatable)',
          collectDigest,
        )
        .option(
          '-j, --jobs <n>',
          `downloads at once (default: BLOBS_JOBS, west's blobs.jobs, or ${DEFAULT_JOBS})`,
          wholeNumber(1, 9999),
        )
        .option('-n, --dry-run', 'say what would be done and from where; change nothing')
        .option('--offline', 'never touch the network: store, cache directories and file mirrors only')
        .option('--keep-modified', 'leave files of status M alone')
        .option(
          '--cache-dirs <d;d>',
          'west caches to look into: files named NAME.SHA256 or NAME (default: blobs.cache-dirs)',
        )
        .option('--auto-cache <d>', 'a west cache to look into and to fill (default: blobs.auto-cache)')
        .option('--no-store', "don't use the local store (BLOBS_STORE names it)")
        .option(
          '--mirror <from=to>',
          'ask another place first for URLs that begin with FROM (repeatable); an https:, http: or file: URL that may hold {sha256}; sha256=TO is for every blob (default: BLOBS_MIRRORS, blobs.mirrors)',
          collect,
        )
        .addOption(
          new Option('--timeout <s>', 'seconds without a byte that end an attempt')
            .argParser(seconds)
            .default(FETCH_DEFAULTS.timeout, '30'),
        )
        .option('--retries <n>', 'attempts after the first', wholeNumber(0, 100), FETCH_DEFAULTS.retries)
        .addOption(
          new Option('--max-size <bytes>', 'refuse more for a blob without a declared size; suffixes k, M, G')
            .argParser(byteCount(1))
            .default(FETCH_DEFAULTS.maxSize, '2G'),
        )
        .option('--fail-fast', 'stop at the first failure'),
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
