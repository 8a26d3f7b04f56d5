// SPDX-License-Identifier: Apache-2.0
import type { LintReport } from '../app/lint-modules.ts';
import type { Issue } from '../core/report.ts';
import { count, escapeControls } from '../core/text.ts';
import { type IssueTextOptions, issueText, shortPath } from './issue-text.ts';

/** The findings, each with its source line. */
export function findingsText(findings: readonly Issue[], options: IssueTextOptions): string {
  return findings.map((finding) => issueText(finding, options)).join('');
}

/** A line for each file in which something was mended. */
export function fixedText({ fixed = [] }: LintReport, cwd: string): string {
  return fixed
    .map(
      ({ file, findings }) =>
        `fixed ${count(findings, 'finding')} in ${escapeControls(shortPath(file, cwd))}\n`,
    )
    .join('');
}

/** The line that ends a lint run. */
export function lintSummaryText({ rows, issues, fixed }: LintReport): string {
  const number = (severity: string): number => issues.filter((issue) => issue.severity === severity).length;
  const mended = fixed?.reduce((sum, { findings }) => sum + findings, 0);
  const also = mended === undefined ? '' : `${mended} fixed, `;
  return `checked ${count(rows.length, 'blob')}: ${also}${count(number('error'), 'error')}, ${count(number('warning'), 'warning')}, ${count(number('info'), 'note')}\n`;
}
