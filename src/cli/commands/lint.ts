// SPDX-License-Identifier: Apache-2.0
import { type Command, Option } from 'commander';
import type { LintCommandOptions } from '../lint-command-options.ts';
import { addJsonFormat, collect, type SelectionOptions } from '../options.ts';
import { addBlobCommand, queryOf, type Run } from './command.ts';

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
        .option(
          '--online',
          'ask once for each URL, without downloading it: is it there, without signing in, of the right size?',
        )
        .option('--download', 'with --online: download each URL too, keeping nothing, and check its SHA-256')
        .option('--fix', 'mend in place what can be mended safely, and report what is left')
        .option('--strict', 'exit with 1 for warnings too')
        .option('--rule <id=level>', 'how a rule counts: off, info, warning or error (repeatable)', collect)
        .option('--list-rules', 'list all rules')
        .option('--explain <rule>', 'what a rule checks, why, and how to mend it'),
    examples: [
      ['blobs lint -m .', 'the module in this directory'],
      ['blobs lint --strict --rule missing-doc-url=off', 'every warning counts, but one'],
      ['blobs lint --online hal_x', 'whether the URLs of one module still work'],
      ['blobs lint --fix -m .', 'mend what can be mended safely'],
      ['blobs lint --explain mutable-url', 'what a finding means'],
    ],
  }).action(async (modules: string[], options: LintCommandOptions & SelectionOptions, command: Command) => {
    await run(command, async (session) => {
      const { runLint } = await import('../run-lint.ts');
      return runLint(session, queryOf(session, modules, options), options);
    });
  });
}
