// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { verifyBlobs } from '../../app/verify-blobs.ts';
import { blobDocument } from '../../output/json.ts';
import { verifySummaryText, verifyText } from '../../output/verify-text.ts';
import type { SelectionOptions } from '../options.ts';
import { present } from '../session.ts';
import { addBlobCommand, queryOf, type Run } from './command.ts';

interface Options extends SelectionOptions {
  readonly allowMissing?: boolean;
}

/** `blobs verify` */
export function addVerifyCommand(program: Command, run: Run): void {
  addBlobCommand(program, {
    name: 'verify',
    summary: 're-hash every blob; for CI',
    description:
      'Read every selected blob and compare its SHA-256 with the declared one. Prints a line for each, as list does. Exits with 65 if one is wrong, else with 1 if one is missing. Changes nothing and never uses the network.',
    examples: [
      ['blobs verify', 'everything must be there and right'],
      ['blobs verify --allow-missing hal_nxp', 'what is there of one module must be right'],
    ],
    addOptions: (command) => command.option('--allow-missing', 'let missing blobs pass'),
  }).action(async (modules: string[], options: Options, command: Command) => {
    await run(command, async (session) => {
      const query = queryOf(session, modules, options);
      const report = await verifyBlobs(
        { ...query, allowMissing: options.allowMissing ?? false },
        session.signal,
      );
      return present(session, report, {
        document: () => blobDocument('verify', report),
        text: () => verifyText(report.rows),
        summary: () => verifySummaryText(report.rows),
      });
    });
  });
}
