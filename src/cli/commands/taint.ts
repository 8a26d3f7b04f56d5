// SPDX-License-Identifier: Apache-2.0
import { type Command, Option } from 'commander';
import type { SelectionOptions } from '../options.ts';
import type { TaintCommandOptions } from '../run-taint.ts';
import { addBlobCommand, queryOf, type Run } from './command.ts';

/** `blobs taint` */
export function addTaintCommand(program: Command, run: Run): void {
  addBlobCommand(program, {
    name: 'taint',
    summary: 'say what taints the build, also for Kconfig and CMake',
    description:
      'Say for each module how many of its blobs are declared, fetched (a file is there, a stale one too) and, with --build-dir, linked. A build is tainted if a blob is fetched, as Zephyr says; with --build-dir, if one is linked. With -l or -t this is about the selected blobs alone, also in what is written for Kconfig and CMake: modules without such blobs are left out.',
    addOptions: (command) =>
      command
        .option('--build-dir <dir>', 'find out which blobs the build in this directory links')
        .option('--kconfig', "write Kconfig options, those of Zephyr's module scripts and TAINT_BLOBS_<NAME>")
        .option('--cmake', 'write CMake code to include: variables, and a warning if the build is tainted')
        .addOption(
          new Option(
            '--fail-if <state>',
            'exit with 1 if a blob is fetched (with --build-dir also if linked), or linked',
          ).choices(['fetched', 'linked']),
        ),
    examples: [
      ['blobs taint', 'what is fetched'],
      ['blobs taint --build-dir build --fail-if linked', 'for CI: no blob may be in this build'],
      ['blobs taint --kconfig > Kconfig.blobs', 'options to source in a Kconfig file'],
      ['blobs taint --cmake > build/blobs.cmake', 'a file to include in CMakeLists.txt'],
    ],
  }).action(async (modules: string[], options: TaintCommandOptions & SelectionOptions, command: Command) => {
    await run(command, async (session) => {
      const { runTaint } = await import('../run-taint.ts');
      return runTaint(session, queryOf(session, modules, options), options);
    });
  });
}
