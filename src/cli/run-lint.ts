// SPDX-License-Identifier: Apache-2.0
import { lintModules } from '../app/lint-modules.ts';
import type { BlobQuery } from '../app/load-modules.ts';
import { BlobsError } from '../core/errors.ts';
import { count } from '../core/text.ts';
import { ALL_RULES } from '../lint/rules.ts';
import { createColors } from '../output/colors.ts';
import { githubText } from '../output/github.ts';
import { jsonText } from '../output/json-text.ts';
import { lintDocument, rulesDocument } from '../output/lint-document.ts';
import { findingsText, fixedText, lintSummaryText } from '../output/lint-text.ts';
import { explainText, rulesTable } from '../output/rule-text.ts';
import { sarifText } from '../output/sarif.ts';
import type { ExitCode } from './exit-codes.ts';
import type { LintCommandOptions } from './lint-command-options.ts';
import { parseRule, parseRuleLevels } from './rule-levels.ts';
import { present, type Session } from './session.ts';
import { VERSION } from './version.ts';

/** What `blobs lint` does once its options are known; in a file of its own, since only lint loads the rules. */
export async function runLint(
  session: Session,
  query: BlobQuery,
  options: LintCommandOptions,
): Promise<ExitCode> {
  const { config } = session;
  const colors = createColors(config.colorStdout);
  const levels = parseRuleLevels(options.rule ?? []);
  if (config.json && options.format !== undefined && options.format !== 'json')
    throw new BlobsError('BLOBS_USAGE', `--json and --format ${options.format} exclude each other`);
  if (options.explain !== undefined || options.listRules) {
    showRules(session, options);
    return 0;
  }
  const { githubActions } = config.given.environment;
  const format = options.format ?? (githubActions ? 'github' : 'text');
  const root = githubActions?.workspace ?? config.cwd;
  const { online = false, download = false } = options;
  if (download && !online) throw new BlobsError('BLOBS_USAGE', '--download needs --online');
  // Most runs ask nobody.
  const network = online ? await (await import('./open-url-asker.ts')).openUrlAsker(session) : undefined;
  const report = await lintModules(
    query,
    { levels, online, download, fix: options.fix ?? false },
    session.signal,
    network?.asker,
  ).finally(() => network?.close());
  const findings = report.issues.filter((issue) => issue.rule !== undefined);
  const code = present(
    session,
    report,
    {
      document: () => lintDocument(report),
      text: () => {
        if (format === 'sarif') return sarifText(report.issues, { rules: ALL_RULES, version: VERSION, root });
        if (format === 'github') return githubText(findings, root);
        return fixedText(report, config.cwd) + findingsText(findings, { colors, cwd: config.cwd });
      },
      summary: () => lintSummaryText(report),
    },
    // Findings are this command's results, not messages beside them.
    report.issues.filter((issue) => issue.rule === undefined),
  );
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  if (code !== 0 || options.strict !== true || warnings === 0) return code;
  if (config.verbosity !== 'quiet')
    session.stderr.write(`failed: ${count(warnings, 'warning')}, with --strict (exit code 1)\n`);
  return 1;
}

/** @throws BlobsError `BLOBS_USAGE` for a rule that there is not, and options that do not go together. */
function showRules(
  { config, stdout, width }: Session,
  { explain, listRules, format }: LintCommandOptions,
): void {
  if (explain !== undefined && listRules)
    throw new BlobsError('BLOBS_USAGE', '--list-rules and --explain exclude each other');
  if (format === 'sarif' || format === 'github')
    throw new BlobsError('BLOBS_USAGE', `--format ${format} is for findings, not for what rules are`);
  const rules = explain === undefined ? ALL_RULES : [parseRule('--explain', explain)];
  const [first] = rules;
  if (config.json) stdout.write(jsonText(rulesDocument(rules)));
  else if (explain === undefined) stdout.write(rulesTable(rules, width ?? Number.POSITIVE_INFINITY));
  else if (first) stdout.write(explainText(first, createColors(config.colorStdout)));
}
