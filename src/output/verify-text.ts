// SPDX-License-Identifier: Apache-2.0
import type { BlobRow } from '../core/report.ts';
import { count, escapeControls } from '../core/text.ts';

/** A line for each blob, as west's list begins: module, status, path. */
export function verifyText(rows: readonly BlobRow[]): string {
  return rows.map(({ blob, status }) => `${escapeControls(blob.module)} ${status} ${blob.path}\n`).join('');
}

/** The line that ends a verification. */
export function verifySummaryText(rows: readonly BlobRow[], noun = 'blob'): string {
  const number = (status: string): number => rows.filter((row) => row.status === status).length;
  return `verified ${count(rows.length, noun)}: ${number('A')} right, ${number('M')} wrong, ${number('D')} missing\n`;
}
