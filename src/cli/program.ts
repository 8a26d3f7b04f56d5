// SPDX-License-Identifier: Apache-2.0
import { Command } from 'commander';
import { addAddCommand } from './commands/add.ts';
import { addCacheCommand } from './commands/cache.ts';
import { addCleanCommand } from './commands/clean.ts';
import type { Run } from './commands/command.ts';
import { addConfigCommand } from './commands/config.ts';
import { addDiffCommand } from './commands/diff.ts';
import { addFetchCommand } from './commands/fetch.ts';
import { addHelpCommand } from './commands/help.ts';
import { addLicensesCommand } from './commands/licenses.ts';
import { addLintCommand } from './commands/lint.ts';
import { addListCommand } from './commands/list.ts';
import { addMirrorCommand } from './commands/mirror.ts';
import { addModulesCommand } from './commands/modules.ts';
import { addSbomCommand } from './commands/sbom.ts';
import { addServeCommand } from './commands/serve.ts';
import { addTaintCommand } from './commands/taint.ts';
import { addUpdateCommand } from './commands/update.ts';
import { addVerifyCommand } from './commands/verify.ts';
import type { GlobalOptions } from './config.ts';
import { addGlobalOptions } from './options.ts';
import { VERSION } from './version.ts';

const MAX_HELP_WIDTH = 100;

const DESCRIPTION = `List, fetch, verify and clean the binary blobs that Zephyr modules declare in zephyr/module.yml.

Modules come from -m, else from the west workspace around the current directory (or ZEPHYR_BASE), else from ZEPHYR_MODULES, else from the current directory. Neither Python nor west is needed.`;

const EXAMPLES = `
Examples:
  blobs list                 what there is, and whether it is here
  blobs fetch hal_espressif  everything that one module needs

"blobs help exit-codes" and "blobs help errors" explain how the program ends.`;

/** The command tree. `run` is called for the command that was chosen; `write` prints help on stdout. */
export function createProgram(run: Run, write: (text: string) => void): Command {
  const program = new Command('blobs')
    .description(DESCRIPTION)
    .version(VERSION, '-V, --version', 'print the version')
    .usage('[global options] <command> [options] [MODULE...]')
    .addHelpText('after', EXAMPLES)
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    // Errors are printed in one place, like all others.
    .configureOutput({
      writeOut: write,
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHelpWidth: () => Math.min(process.stdout.columns ?? MAX_HELP_WIDTH, MAX_HELP_WIDTH),
    });
  addGlobalOptions(program);
  for (const add of [
    addListCommand,
    addFetchCommand,
    addVerifyCommand,
    addCleanCommand,
    addLintCommand,
    addDiffCommand,
    addLicensesCommand,
    addSbomCommand,
    addAddCommand,
    addUpdateCommand,
    addModulesCommand,
    addTaintCommand,
    addCacheCommand,
    addConfigCommand,
    addMirrorCommand,
    addServeCommand,
  ]) {
    add(program, run);
  }
  addHelpCommand(program, write);
  return program;
}

/** The global options, wherever they stood; those behind the command count where both are given. */
export function globalOptions(command: Command): GlobalOptions {
  const before: GlobalOptions = command.parent ? globalOptions(command.parent) : {};
  const behind = command.opts() as GlobalOptions;
  return {
    ...before,
    ...behind,
    moduleDir: [...(before.moduleDir ?? []), ...(behind.moduleDir ?? [])],
    progress: (before.progress ?? true) && (behind.progress ?? true),
  };
}
