// SPDX-License-Identifier: Apache-2.0
import { lintModules } from '../app/lint-modules.ts';
import type { BlobQuery } from '../app/load-modules.ts';
import { BlobsError } from '../core/errors.ts';
import { ALL_RULES } from '../lint/rules.ts';
import { createColors } from '../output/colors.ts';
import { githubText } from '../output/github.ts';
import { lintDocument } from '../output/lint-document.ts';
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
  const { config, stdout } = session;
  const colors = createColors(config.colorStdout);
  const levels = parseRuleLevels(options.rule ?? []);
  if (options.explain !== undefined) {
    stdout.write(explainText(parseRule('--explain', options.explain), colors));
    return 0;
  }
  if (options.listRules) {
    stdout.write(rulesTable(ALL_RULES, session.width ?? Number.POSITIVE_INFINITY));
    return 0;
  }
  if (config.json && options.format !== undefined && options.format !== 'json')
    throw new BlobsError('BLOBS_USAGE', `--json and --format ${options.format} exclude each other`);
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
  const isBad = options.strict === true && findings.some(({ severity }) => severity === 'warning');
  return code === 0 && isBad ? 1 : code;
}
