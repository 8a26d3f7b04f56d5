// SPDX-License-Identifier: Apache-2.0
import type { LintReport } from '../app/lint-modules.ts';
import type { RuleTexts } from '../lint/rule.ts';
import { blobJson, document, type JsonDocument } from './json.ts';
import { describeChecks } from './rule-text.ts';

/** The document of `lint`. */
export function lintDocument(report: LintReport): JsonDocument {
  const { fixed } = report;
  const number = (severity: string): number =>
    report.issues.filter((issue) => issue.rule !== undefined && issue.severity === severity).length;
  const summary = {
    total: report.rows.length,
    errors: number('error'),
    warnings: number('warning'),
    infos: number('info'),
    ...(fixed === undefined ? {} : { fixed: fixed.reduce((sum, { findings }) => sum + findings, 0) }),
  };
  const lint = document('lint', report, report.rows.map(blobJson), summary);
  return fixed === undefined ? lint : { ...lint, fixed };
}

/** The document of `lint --list-rules` and `--explain`. */
export function rulesDocument(rules: readonly RuleTexts[]): JsonDocument {
  return {
    ...document('lint', { issues: [] }, [], { total: 0 }),
    rules: rules.map((rule) => {
      const { id, severity, why, mend, isFixable = false, needs } = rule;
      const checks = describeChecks(rule);
      return { id, severity, checks, why, mend, fix: isFixable, ...(needs === undefined ? {} : { needs }) };
    }),
  };
}
