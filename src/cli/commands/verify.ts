// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { verifyBlobs } from '../../app/verify-blobs.ts';
import { BlobsError } from '../../core/errors.ts';
import { verifyDocument } from '../../output/verify-document.ts';
import { verifySummaryText, verifyText } from '../../output/verify-text.ts';
import { parseBuildDirectory } from '../build-directory.ts';
import type { SelectionOptions } from '../options.ts';
import { present } from '../session.ts';
import { addBlobCommand, queryOf, type Run } from './command.ts';

interface Options extends SelectionOptions {
  readonly allowMissing?: boolean;
  readonly buildDir?: string;
}

/** `blobs verify` */
export function addVerifyCommand(program: Command, run: Run): void {
  addBlobCommand(program, {
    name: 'verify',
    summary: 're-hash every blob; for CI',
    description:
      "Read every selected blob and compare its SHA-256 with the declared one. Prints a line for each, as list does. Exits with 65 if one is wrong, else with 1 if one is missing. Changes nothing and never uses the network. With --build-dir, only the blobs that a build links are looked at: those that its ninja files, CMake's Makefiles, linker maps and dependency files name. What of these cannot be read fails, too.",
    examples: [
      ['blobs verify', 'everything must be there and right'],
      ['blobs verify --allow-missing hal_nxp', 'what is there of one module must be right'],
      ['blobs verify --build-dir build', 'what a build links must be there and right'],
    ],
    addOptions: (command) =>
      command
        .option('--allow-missing', 'let missing blobs pass; not with --build-dir')
        .option('--build-dir <dir>', 'only blobs that the build in this directory links'),
  }).action(async (modules: string[], options: Options, command: Command) => {
    await run(command, async (session) => {
      const { buildDir, allowMissing = false } = options;
      const build = parseBuildDirectory(session.config.cwd, buildDir);
      if (allowMissing && buildDir !== undefined)
        throw new BlobsError('BLOBS_USAGE', '--allow-missing and --build-dir exclude each other', {
          hint: 'a build cannot link what is missing; leave --allow-missing out',
        });
      const query = queryOf(session, modules, options);
      const report = await verifyBlobs({ ...query, allowMissing, ...build }, session.signal);
      return present(session, report, {
        document: () => verifyDocument(report),
        text: () => verifyText(report.rows),
        summary: () => verifySummaryText(report),
      });
    });
  });
}
