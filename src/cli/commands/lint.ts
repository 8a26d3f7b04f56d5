// SPDX-License-Identifier: Apache-2.0
import { type Command, Option } from 'commander';
import { lintModules } from '../../app/lint-modules.ts';
import { BlobsError } from '../../core/errors.ts';
import { ALL_RULES, findRule } from '../../lint/rules.ts';
import type { RuleLevels } from '../../lint/severities.ts';
import { createColors } from '../../output/colors.ts';
import { githubText } from '../../output/github.ts';
import { lintDocument } from '../../output/json.ts';
import { findingsText, lintSummaryText } from '../../output/lint-text.ts';
import { explainText, rulesTable } from '../../output/rule-text.ts';
import { sarifText } from '../../output/sarif.ts';
import { knownRule, ruleLevel } from '../lint-options.ts';
import { addJsonFormat, type SelectionOptions } from '../options.ts';
import { present } from '../session.ts';
import { VERSION } from '../version.ts';
import { addBlobCommand, queryOf, type Run } from './command.ts';

type Format = 'text' | 'json' | 'sarif' | 'github';

interface LintOptions extends SelectionOptions {
  readonly format?: Format;
  readonly strict?: boolean;
  readonly rule?: RuleLevels;
  readonly listRules?: boolean;
  readonly explain?: string;
}

/** `blobs lint` */
export function addLintCommand(program: Command, run: Run): void {
  addBlobCommand(program, {
    name: 'lint',
    summary: 'check module.yml files against the schema and the blob policy',
    description:
      'Check module.yml files against the schema, the blob policy and what went wrong in real modules. Findings go to stdout, each with file, line and column. Exits with 65 if a file is malformed, else with 1 if there are errors. A comment above an entry hides a finding: # blobs-lint-disable RULE: reason',
    addOptions: (command) =>
      addJsonFormat(
        command.addOption(
          new Option(
            '--format <format>',
            'text, json (as --json), sarif (2.1.0) or github (annotations) (default: text; github in its Actions)',
          ).choices(['text', 'json', 'sarif', 'github']),
        ),
      )
        .option('--strict', 'exit with 1 for warnings too')
        .addOption(
          new Option(
            '--rule <id=level>',
            'how a rule counts: off, info, warning or error (repeatable)',
          ).argParser(ruleLevel),
        )
        .option('--list-rules', 'list all rules')
        .addOption(
          new Option('--explain <rule>', 'what a rule checks, why, and how to mend it').argParser(
            (id) => knownRule(id).id,
          ),
        ),
    examples: [
      ['blobs lint -m .', 'the module in this directory'],
      ['blobs lint --strict --rule missing-doc-url=off', 'every warning counts, but one'],
      ['blobs lint --explain mutable-url', 'what a finding means'],
    ],
  }).action(async (modules: string[], options: LintOptions, command: Command) => {
    await run(command, async (session) => {
      const { config } = session;
      const colors = createColors(config.colorStdout);
      const asked = findRule(options.explain ?? '');
      if (asked || options.listRules) {
        session.stdout.write(
          asked
            ? explainText(asked, colors)
            : rulesTable(ALL_RULES, session.width ?? Number.POSITIVE_INFINITY),
        );
        return 0;
      }
      const settings = { levels: options.rule ?? new Map(), online: false, download: false };
      const report = await lintModules(queryOf(session, modules, options), settings, session.signal);
      if (config.json && options.format !== undefined && options.format !== 'json')
        throw new BlobsError('BLOBS_USAGE', `--json and --format ${options.format} exclude each other`);
      const { githubActions } = config.given.environment;
      const format = options.format ?? (githubActions ? 'github' : 'text');
      const root = githubActions?.workspace ?? config.cwd;
      const findings = report.issues.filter((issue) => issue.rule !== undefined);
      const code = present(
        session,
        report,
        {
          document: () => lintDocument(report),
          text: () => {
            if (format === 'sarif')
              return sarifText(report.issues, { rules: ALL_RULES, version: VERSION, root });
            if (format === 'github') return githubText(findings, root);
            return findingsText(findings, { colors, cwd: config.cwd });
          },
          summary: () => lintSummaryText(report),
        },
        // Findings are this command's results, not messages beside them.
        config.json ? report.issues : report.issues.filter((issue) => issue.rule === undefined),
      );
      const isBad = options.strict === true && findings.some(({ severity }) => severity === 'warning');
      return code === 0 && isBad ? 1 : code;
    });
  });
}
