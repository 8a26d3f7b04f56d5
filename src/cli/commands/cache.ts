// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { listStoreWithSources, locateStore, pruneStore, verifyStore } from '../../app/store-cache.ts';
import { BlobsError } from '../../core/errors.ts';
import type { CacheReport } from '../../core/report.ts';
import { cacheListText, cacheSummaryText, pruneSummaryText, pruneText } from '../../output/cache-text.ts';
import { cacheDocument } from '../../output/json.ts';
import { systemClock } from '../deps.ts';
import { addGlobalOptions, byteCount, duration } from '../options.ts';
import { present, type Session } from '../session.ts';
import type { Run } from './command.ts';

interface PruneCommandOptions {
  readonly maxSize?: number;
  /** Milliseconds. */
  readonly unusedFor?: number;
  readonly dryRun?: boolean;
}

/** `blobs cache dir|list|verify|prune` */
export function addCacheCommand(program: Command, run: Run): void {
  const cache = program
    .command('cache')
    .summary('the local store: dir, list, verify, prune')
    .description(
      'Look after the local store, where fetch keeps what it downloaded for all workspaces. BLOBS_STORE or west\'s blobs.store name its directory, or switch it "off".',
    )
    .helpCommand(false)
    .addHelpText(
      'after',
      '\nExamples:\n  blobs cache dir                     where it is\n  blobs cache prune --unused-for 30d  remove what was not used for a month',
    );
  const add = (name: string, summary: string): Command =>
    addGlobalOptions(cache.command(name).summary(summary).description(`${summary}.`));

  add('dir', "Print the store's directory").action(async (_options: unknown, command: Command) => {
    await run(command, async (session) => {
      const report = locateStore(storeOf(session));
      return show(session, report, { text: report.directory === undefined ? '' : `${report.directory}\n` });
    });
  });
  add('list', 'List the entries: SHA-256, bytes, time of last use, and where the bytes came from').action(
    async (_options: unknown, command: Command) => {
      await run(command, async (session) => {
        const report = listStoreWithSources(storeOf(session));
        return show(session, report, { text: cacheListText(report), summary: cacheSummaryText(report) });
      });
    },
  );
  add('verify', 'Hash every entry; exit with 65 if one is damaged').action(
    async (_options: unknown, command: Command) => {
      await run(command, async (session) => {
        const report = await verifyStore(storeOf(session), session.signal);
        return show(session, report, { text: '', summary: cacheSummaryText(report) });
      });
    },
  );
  add('prune', 'Remove entries, those first that were used longest ago')
    .option('--max-size <bytes>', 'until the rest is no larger; suffixes k, M, G', byteCount(0))
    .option('--unused-for <time>', 'those not used for so long: 30d, 12h, 2w', duration)
    .option('-n, --dry-run', 'say what would be removed; change nothing')
    .action(async (options: PruneCommandOptions, command: Command) => {
      await run(command, async (session) => {
        const { maxSize, unusedFor, dryRun = false } = options;
        if (maxSize === undefined && unusedFor === undefined) {
          throw new BlobsError('BLOBS_USAGE', 'nothing says what is to be removed', {
            hint: 'give --max-size or --unused-for',
          });
        }
        const wanted = {
          ...(maxSize === undefined ? {} : { maxSizeBytes: maxSize }),
          ...(unusedFor === undefined ? {} : { unusedForMs: unusedFor }),
          dryRun,
        };
        const context = { clock: systemClock, signal: session.signal };
        const report = await pruneStore(storeOf(session), wanted, context);
        return show(session, report, { text: pruneText(report), summary: pruneSummaryText(report) });
      });
    });
  addGlobalOptions(cache);
}

function storeOf({ config }: Session): string | undefined {
  return config.settings().store.resolve().value;
}

function show(
  session: Session,
  report: CacheReport,
  texts: { readonly text: string; readonly summary?: string },
): ReturnType<typeof present> {
  const { text, summary } = texts;
  return present(session, report, {
    document: () => cacheDocument(report),
    text: () => text,
    ...(summary === undefined ? {} : { summary: () => summary }),
  });
}
