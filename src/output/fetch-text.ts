// SPDX-License-Identifier: Apache-2.0
import type { FetchEvent } from '../app/fetch-events.ts';
import { blobLabel } from '../core/blob.ts';
import type { FetchReport, FetchRow } from '../core/report.ts';
import { count, escapeControls } from '../core/text.ts';
import { formatBytes, formatDuration } from './amounts.ts';

/** The line for a blob that is settled; undefined for what needs none (failures are reported as errors). */
export function fetchRowText(row: FetchRow): string | undefined {
  const label = escapeControls(blobLabel(row.blob));
  if (row.sources) {
    const replacing = row.replaced ? ' (replacing a modified file)' : '';
    return `would fetch ${label}${replacing} from ${row.sources.join(', then ')}\n`;
  }
  switch (row.result) {
    case 'store':
    case 'cache':
    case 'mirror':
    case 'url': {
      const replaced = row.replaced ? ', replaced a modified file' : '';
      const source = row.result === 'store' ? 'the store' : escapeControls(row.source ?? '');
      return `fetched ${label} (${formatBytes(row.bytes ?? 0)}${replaced}) from ${source}\n`;
    }
    case 'up-to-date':
      return undefined;
    case 'skipped':
      return row.kept ? `kept ${label} (modified)\n` : undefined;
    case 'failed':
      return undefined;
  }
}

/** The line that ends a fetch. */
export function fetchSummaryText(report: FetchReport): string {
  const number = (...results: FetchRow['result'][]): number =>
    report.rows.filter((row) => results.includes(row.result)).length;
  const fetched = number('url', 'mirror', 'cache', 'store');
  if (report.dryRun)
    return `${count(fetched, 'blob')} would be fetched, ${number('up-to-date')} up to date\n`;
  const from = (what: string, n: number): string[] => (n > 0 ? [`${n} from ${what}`] : []);
  const rest = [
    ...from('the store', number('store')),
    ...from('caches', number('cache')),
    ...from('mirrors', number('mirror')),
    `${number('up-to-date')} up to date`,
    ...(number('skipped') > 0 ? [`${number('skipped')} skipped`] : []),
    ...(number('failed') > 0 ? [`${number('failed')} failed`] : []),
  ];
  const amount = `${formatBytes(report.downloadedBytes)} downloaded in ${formatDuration(report.durationMs)}`;
  return `fetched ${count(fetched, 'blob')} (${amount}), ${rest.join(', ')}\n`;
}

/** The line that says that a download is tried again. */
export function fetchRetryText(event: FetchEvent & { kind: 'retry' }): string {
  const { label, error, delayMs } = event;
  return `${escapeControls(label)}: ${escapeControls(error.message)}; trying again in ${formatDuration(delayMs)}\n`;
}

/** The line that says that another run is waited for. */
export function fetchWaitingText({ label }: { readonly label: string }): string {
  return `${escapeControls(label)}: another run downloads it; waiting\n`;
}

/** What is said of a blob that needs nothing, when more is asked for. */
export function upToDateText(row: FetchRow): string {
  return `up to date ${escapeControls(blobLabel(row.blob))}\n`;
}
