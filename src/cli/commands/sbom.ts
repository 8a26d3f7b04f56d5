// SPDX-License-Identifier: Apache-2.0
import { type Command, Option } from 'commander';
import { SBOM_FORMATS } from '../../sbom/facts.ts';
import type { SelectionOptions } from '../options.ts';
import type { SbomCommandOptions } from '../run-sbom.ts';
import { addBlobCommand, queryOf, type Run } from './command.ts';

/** `blobs sbom` */
export function addSbomCommand(program: Command, run: Run): void {
  addBlobCommand(program, {
    name: 'sbom',
    summary: 'an SPDX or CycloneDX document of the blobs',
    description:
      'Write a software bill of materials of the blobs that are there: name, version, SHA-256, size, origin, licence, module and its git commit, and whether a build links them. Every file is hashed anew; nothing is claimed that nobody said. With SOURCE_DATE_EPOCH in the environment, the same blobs make the same bytes.',
    examples: [
      ['blobs sbom -o blobs.spdx.json', 'what is there, as SPDX 2.3'],
      ['blobs sbom --build-dir build --format cyclonedx-json', 'what a build links, as CycloneDX 1.6'],
      ['blobs sbom --declared hal_nxp', 'all that a module declares, fetched or not'],
    ],
    addOptions: (command) =>
      command
        .addOption(
          new Option('--format <format>', 'SPDX 2.3 or CycloneDX 1.6')
            .choices(SBOM_FORMATS)
            .default('spdx-json' satisfies (typeof SBOM_FORMATS)[number]),
        )
        .option('--build-dir <dir>', 'only the blobs that the build in this directory links')
        .option('--declared', 'also blobs that are not there, and with --build-dir those that are not linked')
        .option(
          '-o, --output <file>',
          'write into this file, which is replaced whole; - is stdout (the default)',
        ),
  }).action(async (modules: string[], options: SbomCommandOptions & SelectionOptions, command: Command) => {
    await run(command, async (session) => {
      const { runSbom } = await import('../run-sbom.ts');
      return runSbom(session, queryOf(session, modules, options), options);
    });
  });
}
