// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { addGlobalOptions } from '../options.ts';
import type { Run } from './command.ts';

/** `blobs config` */
export function addConfigCommand(program: Command, run: Run): void {
  const command = program
    .command('config')
    .summary('the effective configuration, and where each value comes from')
    .description(
      "Show every setting with its value and where that comes from: an option, an environment variable, a file of west's configuration, or the default. Works outside of a workspace too. Exits with 2 if a value cannot be understood, but shows the others.",
    )
    .addHelpText(
      'after',
      '\nExamples:\n  blobs config         a line for each setting\n  blobs config --json  for a script',
    )
    .action(async (_options: unknown, self: Command) => {
      await run(self, async (session) => {
        const { runConfig } = await import('../run-config.ts');
        return runConfig(session);
      });
    });
  addGlobalOptions(command);
}
