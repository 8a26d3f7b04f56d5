// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { cleanBlobs } from '../../app/clean-blobs.ts';
import { cleanSummaryText, cleanText } from '../../output/clean-text.ts';
import { cleanDocument } from '../../output/json.ts';
import { assertNoType, type SelectionOptions } from '../options.ts';
import { present } from '../session.ts';
import { addBlobCommand, queryOf, type Run } from './command.ts';

interface Options extends SelectionOptions {
  readonly dryRun?: boolean;
  readonly untracked?: boolean;
}

/** `blobs clean` */
export function addCleanCommand(program: Command, run: Run): void {
  addBlobCommand(program, {
    name: 'clean',
    summary: "delete the blobs' files",
    description:
      'Delete the files of the selected blobs, whatever they hold, and the directories below zephyr/blobs that are empty then. Files that module.yml does not declare stay, unless --untracked asks for them alone.',
    examples: [
      ['blobs clean', 'all blobs of the workspace'],
      ["blobs clean -n -l 'lib/' hal_nxp", 'what would be deleted of one module'],
    ],
    addOptions: (command) =>
      command
        .option('-n, --dry-run', 'say what would be deleted; change nothing')
        .option('--untracked', 'delete instead what "blobs list --untracked" shows'),
  }).action(async (modules: string[], options: Options, command: Command) => {
    await run(command, async (session) => {
      const query = queryOf(session, modules, options);
      const { dryRun = false } = options;
      if (options.untracked) {
        assertNoType(options.type);
        const { runCleanUntracked } = await import('../clean-untracked.ts');
        return runCleanUntracked(session, { ...query, dryRun });
      }
      const report = await cleanBlobs({ ...query, dryRun }, session.signal);
      return present(session, report, {
        document: () => cleanDocument(report),
        text: () => cleanText(report),
        summary: () => cleanSummaryText(report),
      });
    });
  });
}
