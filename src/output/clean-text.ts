// SPDX-License-Identifier: Apache-2.0
import { blobLabel } from '../core/blob.ts';
import type { CleanReport } from '../core/report.ts';
import { count, escapeControls } from '../core/text.ts';
import { formatBytes } from './amounts.ts';

/** A line for each file that was removed, or in a dry run would be. */
export function cleanText({ rows, dryRun }: CleanReport): string {
  const verb = dryRun ? 'would remove' : 'removed';
  return rows
    .filter((row) => row.removed)
    .map((row) => `${verb} ${escapeControls(blobLabel(row.blob))} (${formatBytes(row.freedBytes)})\n`)
    .join('');
}

/** The line that ends a clean-up. */
export function cleanSummaryText({ rows, dryRun }: CleanReport): string {
  const removed = rows.filter((row) => row.removed);
  const bytes = formatBytes(removed.reduce((sum, row) => sum + row.freedBytes, 0));
  const files = count(removed.length, 'file');
  return dryRun ? `${files} would be removed, ${bytes} freed\n` : `removed ${files}, ${bytes} freed\n`;
}
