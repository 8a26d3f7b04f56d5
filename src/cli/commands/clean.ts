// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { cleanBlobs } from '../../app/clean-blobs.ts';
import { cleanSummaryText, cleanText } from '../../output/clean-text.ts';
import { cleanDocument } from '../../output/json.ts';
import type { SelectionOptions } from '../options.ts';
import { present } from '../session.ts';
import { addBlobCommand, queryOf, type Run } from './command.ts';

interface Options extends SelectionOptions {
  readonly dryRun?: boolean;
}

/** `blobs clean` */
export function addCleanCommand(program: Command, run: Run): void {
  addBlobCommand(program, {
    name: 'clean',
    summary: "delete the blobs' files",
    description:
      'Delete the files of the selected blobs, whatever they hold, and the directories below zephyr/blobs that are empty then. Files that module.yml does not declare stay.',
    examples: [
      ['blobs clean', 'all blobs of the workspace'],
      ["blobs clean -n -l 'lib/' hal_nxp", 'what would be deleted of one module'],
    ],
    addOptions: (command) => command.option('-n, --dry-run', 'say what would be deleted; change nothing'),
  }).action(async (modules: string[], options: Options, command: Command) => {
    await run(command, async (session) => {
      const query = queryOf(session, modules, options);
      const report = await cleanBlobs({ ...query, dryRun: options.dryRun ?? false }, session.signal);
      return present(session, report, {
        document: () => cleanDocument(report),
        text: () => cleanText(report),
        summary: () => cleanSummaryText(report),
      });
    });
  });
}
