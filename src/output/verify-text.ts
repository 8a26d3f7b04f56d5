// SPDX-License-Identifier: Apache-2.0
import type { VerifyReport } from '../app/verify-blobs.ts';
import type { BlobRow } from '../core/report.ts';
import { count, escapeControls } from '../core/text.ts';

/** A line for each blob, as west's list begins: module, status, path. */
export function verifyText(rows: readonly BlobRow[]): string {
  return rows.map(({ blob, status }) => `${escapeControls(blob.module)} ${status} ${blob.path}\n`).join('');
}

/** The line that ends a verification. */
export function verifySummaryText({ rows, evidence, isIncomplete }: VerifyReport): string {
  if (isIncomplete && rows.length === 0) return 'nothing verified: not known what the build links\n';
  const more = isIncomplete ? '; not known whether the build links more' : '';
  const number = (status: string): number => rows.filter((row) => row.status === status).length;
  const counts = `${number('A')} right, ${number('M')} wrong, ${number('D')} missing`;
  return `verified ${count(rows.length, evidence === undefined ? 'blob' : 'linked blob')}: ${counts}${more}\n`;
}
