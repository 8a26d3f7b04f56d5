// SPDX-License-Identifier: Apache-2.0
import { pathToFileURL } from 'node:url';
import { blobLabel } from '../core/blob.ts';
import type { MirrorReport, PushResult } from '../core/report.ts';
import { count, escapeControls } from '../core/text.ts';
import { formatBytes } from './amounts.ts';

/** A line for each blob that was pushed (in a dry run: would be) or left out. */
export function mirrorText({ rows, dryRun }: MirrorReport): string {
  return rows
    .map(({ blob, result, mirroredBytes = 0 }) => {
      const label = escapeControls(blobLabel(blob));
      if (result === 'pushed')
        return `${dryRun ? 'would push' : 'pushed'} ${label} (${formatBytes(mirroredBytes)})\n`;
      return result === 'skipped' ? `left out ${label} (click-through)\n` : '';
    })
    .join('');
}

/** The line that ends a push, and one that says how the mirror is read, if it is whole. */
export function mirrorSummaryText(report: MirrorReport): string {
  const { rows, isIndexed, dryRun } = report;
  const number = (result: PushResult): number => rows.filter((row) => row.result === result).length;
  const bytes = rows.reduce((sum, row) => sum + (row.result === 'pushed' ? (row.mirroredBytes ?? 0) : 0), 0);
  const blobs = count(number('pushed'), 'blob');
  const rest = [
    `${number('present')} there already`,
    ...(number('skipped') > 0 ? [`${number('skipped')} left out`] : []),
    ...(number('failed') > 0 ? [`${number('failed')} failed`] : []),
  ].join(', ');
  const amount = formatBytes(bytes);
  if (dryRun) return `${blobs} would be pushed (${amount}), ${rest}\n`;
  const use =
    !isIndexed || number('pushed') + number('present') === 0
      ? ''
      : `read it with --mirror 'sha256=${templateOf(report)}'\n`;
  return `pushed ${blobs} (${amount}), ${rest}\n${use}`;
}

/** For a shell, between single quotes. */
function templateOf({ directory = '', registry }: Pick<MirrorReport, 'directory' | 'registry'>): string {
  if (registry !== undefined) return registry;
  const url = pathToFileURL(directory).href.replaceAll("'", '%27').replace(/\/$/, '');
  return escapeControls(`${url}/sha256/{sha256:2}/{sha256}`);
}
