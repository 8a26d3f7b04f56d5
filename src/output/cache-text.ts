// SPDX-License-Identifier: Apache-2.0
import type { CacheReport } from '../core/report.ts';
import { count, escapeControls } from '../core/text.ts';
import { formatBytes } from './amounts.ts';

/** A line for each entry of the store: digest, bytes, when it was used last, and the URL that it came from or "-". */
export function cacheListText({ rows }: CacheReport): string {
  return rows
    .map(({ entry: { digest, bytes, usedMs }, source }) => {
      const url = source === undefined ? '-' : escapeControls(source.url);
      return `${digest} ${bytes} ${new Date(usedMs).toISOString()} ${url}\n`;
    })
    .join('');
}

/** The line that ends a list or a verification. */
export function cacheSummaryText({ rows }: CacheReport): string {
  const bytes = rows.reduce((sum, { entry }) => sum + entry.bytes, 0);
  const wrong = rows.filter(({ good }) => good === false).length;
  const verdict = wrong === 0 ? '' : `, ${wrong} damaged`;
  return `${count(rows.length, 'entry', 'entries')}, ${formatBytes(bytes)}${verdict}\n`;
}

/** A line for each entry that was removed, or in a dry run would be. */
export function pruneText({ rows, dryRun }: CacheReport): string {
  const verb = dryRun ? 'would remove' : 'removed';
  return rows
    .filter(({ removed }) => removed)
    .map(({ entry }) => `${verb} ${entry.digest} (${formatBytes(entry.bytes)})\n`)
    .join('');
}

/** The line that ends a pruning. */
export function pruneSummaryText({ rows, unfinishedBytes, dryRun }: CacheReport): string {
  const removed = rows.filter((row) => row.removed);
  const sizes = [...removed.map(({ entry }) => entry.bytes), ...unfinishedBytes];
  const freed = formatBytes(sizes.reduce((sum, bytes) => sum + bytes, 0));
  const unfinished =
    unfinishedBytes.length === 0 ? '' : ` and ${count(unfinishedBytes.length, 'unfinished download')}`;
  const entries = count(removed.length, 'entry', 'entries') + unfinished;
  const left = rows.length - removed.length;
  return dryRun
    ? `${entries} would be removed, ${freed} freed\n`
    : `removed ${entries}, ${freed} freed, ${count(left, 'entry', 'entries')} left\n`;
}
