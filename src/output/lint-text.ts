// SPDX-License-Identifier: Apache-2.0
import type { BlobReport, Issue } from '../core/report.ts';
import { count } from '../core/text.ts';
import { type IssueTextOptions, issueText } from './issue-text.ts';

/** The findings, each with its source line. */
export function findingsText(findings: readonly Issue[], options: IssueTextOptions): string {
  return findings.map((finding) => issueText(finding, options)).join('');
}

/** The line that ends a lint run. */
export function lintSummaryText({ rows, issues }: BlobReport): string {
  const number = (severity: string): number => issues.filter((issue) => issue.severity === severity).length;
  return `checked ${count(rows.length, 'blob')}: ${count(number('error'), 'error')}, ${count(number('warning'), 'warning')}\n`;
}
