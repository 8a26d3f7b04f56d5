// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { listModules } from '../../app/list-modules.ts';
import { modulesDocument } from '../../output/json.ts';
import { present } from '../session.ts';
import { addBlobCommand, queryOf, type Run } from './command.ts';

interface Options {
  readonly all?: boolean;
}

/** `blobs modules` */
export function addModulesCommand(program: Command, run: Run): void {
  addBlobCommand(program, {
    name: 'modules',
    summary: 'show the modules that were found',
    description:
      'Show the modules in the order in which the build system processes them: where each comes from, how many blobs it declares, how many are present, and their size.',
    examples: [
      ['blobs modules', 'the modules of the workspace'],
      ['blobs modules --all --json', 'every project of the manifest, for a script'],
    ],
    selectsBlobs: false,
    addOptions: (command) =>
      command.option('--all', 'every project of the manifest, inactive and uncloned ones too'),
  }).action(async (modules: string[], options: Options, command: Command) => {
    await run(command, async (session) => {
      const { modulesText } = await import('../../output/modules-text.ts');
      const report = await listModules(
        { ...queryOf(session, modules, {}), ...session.config.index() },
        session.signal,
      );
      const all = options.all ?? false;
      const { width, config } = session;
      return present(session, report, {
        document: () => modulesDocument(report, all),
        text: () => modulesText(report, { all, cwd: config.cwd, ...(width === undefined ? {} : { width }) }),
      });
    });
  });
}
