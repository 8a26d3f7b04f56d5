// SPDX-License-Identifier: Apache-2.0
import { type Command, InvalidArgumentError, Option } from 'commander';
import { findSha256, type Sha256 } from '../../core/sha256.ts';
import { fetchDocument } from '../../output/json.ts';
import { byteCount, collect, type SelectionOptions, seconds, wholeNumber } from '../options.ts';
import { present } from '../session.ts';
import { addBlobCommand, queryOf, type Run } from './command.ts';

const DEFAULT_JOBS = 16;

interface Options extends SelectionOptions {
  readonly autoAccept?: boolean;
  readonly acceptLicense?: readonly Sha256[];
  readonly jobs?: number;
  readonly dryRun?: boolean;
  readonly keepModified?: boolean;
  readonly mirror?: readonly string[];
  /** Milliseconds. */
  readonly timeout: number;
  readonly retries: number;
  /** Bytes. */
  readonly maxSize: number;
  readonly failFast?: boolean;
}

/** `blobs fetch` */
export function addFetchCommand(program: Command, run: Run): void {
  addBlobCommand(program, {
    name: 'fetch',
    summary: 'download blobs and verify them',
    description:
      'Make every selected blob present and verified. A file appears at its place only when it is\ncomplete and its SHA-256 is right; until then the previous file stays. What is up to date is not\ndownloaded, and one failure does not stop the others.',
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
        .option('--keep-modified', 'leave files of status M alone')
        .option('--mirror <from=to>', 'ask another place for URLs that begin with FROM (repeatable)', collect)
        .addOption(
          new Option('--timeout <s>', 'seconds without a byte that end an attempt')
            .argParser(seconds)
            .default(30_000, '30'),
        )
        .option('--retries <n>', 'attempts after the first', wholeNumber(0, 100), 4)
        .addOption(
          new Option('--max-size <bytes>', 'refuse more for a blob without a declared size; suffixes k, M, G')
            .argParser(byteCount)
            .default(2 ** 31, '2G'),
        )
        .option('--fail-fast', 'stop at the first failure'),
  }).action(async (modules: string[], options: Options, command: Command) => {
    await run(command, async (session) => {
      const [{ fetchBlobs }, { parseMirror }, { createFetchDeps }, { FetchView }] = await Promise.all([
        import('../../app/fetch-blobs.ts'),
        import('../../fetch/mirrors.ts'),
        import('../deps.ts'),
        import('../fetch-view.ts'),
        import('../../output/json.ts'),
      ]);
      const mirrors = (options.mirror ?? []).map(parseMirror);
      const view = await FetchView.create(session);
      const report = await fetchBlobs(
        {
          ...queryOf(session, modules, options),
          licenses: {
            autoAccept: options.autoAccept ?? false,
            acceptedTexts: new Set(options.acceptLicense),
            answersFile: session.config.licenseAnswersFile,
          },
          jobs: options.jobs ?? session.config.jobs() ?? DEFAULT_JOBS,
          dryRun: options.dryRun ?? false,
          keepModified: options.keepModified ?? false,
          failFast: options.failFast ?? false,
          mirrors,
          timeoutMs: options.timeout,
          retries: options.retries,
          maxSizeBytes: options.maxSize,
        },
        { ...createFetchDeps(session), observe: (event) => view.observe(event) },
        session.signal,
      ).finally(() => view.end());
      return present(session, report, {
        document: () => fetchDocument(report),
        // The rows are on stdout already.
        text: () => '',
        summary: () => view.summary(report),
      });
    });
  });
}

function collectDigest(value: string, previous: readonly Sha256[] | undefined): readonly Sha256[] {
  const digest = findSha256(value);
  if (digest === undefined) throw new InvalidArgumentError('It must be 64 hexadecimal digits.');
  return [...(previous ?? []), digest];
}
