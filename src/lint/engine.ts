// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import type { Issue } from '../core/report.ts';
import { READING_RULES } from './reading-rules.ts';
import type { Rule } from './rule.ts';
import { licenseExpression } from './rules/license-expression.ts';

const RULES: readonly Rule[] = [licenseExpression];

/**
 * What is wrong with `blobs`, and with the files that they were read from (`issues`), as findings that name their
 * rule, file and line. Issues that are about no file stay as they are.
 */
export async function lint(blobs: readonly Blob[], issues: readonly Issue[]): Promise<Issue[]> {
  const findings: Issue[] = issues.map((issue) => {
    const rule = READING_RULES[issue.code];
    return rule === undefined || issue.file === undefined ? issue : { line: 1, ...issue, rule };
  });
  for (const rule of RULES) {
    for (const { blob, ...finding } of await rule.check(blobs)) {
      findings.push({
        ...finding,
        severity: rule.severity,
        message: `${blob.path}: ${finding.message}`,
        rule: rule.id,
        module: blob.module,
        path: blob.path,
        ...blob.origin,
      });
    }
  }
  return findings;
}
