// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { lintModules } from '../../app/lint-modules.ts';
import { createColors } from '../../output/colors.ts';
import { lintDocument } from '../../output/json.ts';
import { findingsText, lintSummaryText } from '../../output/lint-text.ts';
import type { SelectionOptions } from '../options.ts';
import { present } from '../session.ts';
import { addBlobCommand, queryOf, type Run } from './command.ts';

/** `blobs lint` */
export function addLintCommand(program: Command, run: Run): void {
  addBlobCommand(program, {
    name: 'lint',
    summary: 'check module.yml files',
    description:
      'Check that module.yml files are sound: YAML, schema, safe paths, SPDX licence expressions. Findings go to stdout, each with file, line and column. Exits with 65 if a file is malformed, else with 1 if there are errors.',
    examples: [
      ['blobs lint -m .', 'the module in this directory'],
      ['blobs lint --json hal_nxp', 'one module, for a script'],
    ],
  }).action(async (modules: string[], options: SelectionOptions, command: Command) => {
    await run(command, async (session) => {
      const report = await lintModules(queryOf(session, modules, options), session.signal);
      const { config } = session;
      const findings = report.issues.filter((issue) => issue.rule !== undefined);
      return present(
        session,
        report,
        {
          document: () => lintDocument(report),
          text: () => findingsText(findings, { colors: createColors(config.colorStdout), cwd: config.cwd }),
          summary: () => lintSummaryText(report),
        },
        // Findings are this command's results, not messages beside them.
        config.json ? report.issues : report.issues.filter((issue) => issue.rule === undefined),
      );
    });
  });
}
