// SPDX-License-Identifier: Apache-2.0
import { type Command, InvalidArgumentError } from 'commander';
import { findSha256, type Sha256 } from '../../core/sha256.ts';
import { collect } from '../options.ts';
import type { LicensesCommandOptions } from '../run-licenses.ts';
import { addBlobCommand, queryOf, type Run } from './command.ts';

/** `blobs licenses` */
export function addLicensesCommand(program: Command, run: Run): void {
  addBlobCommand(program, {
    name: 'licenses',
    summary: 'the licence of every blob, as SPDX',
    description:
      'Say under which licence each selected blob is, as an SPDX expression, and where that was found: "license" in module.yml; what the module says of the blob, or of its licence file, by the REUSE specification; the text of that file, if SPDX lists it; else a LicenseRef- for that text. NOASSERTION where there is none. Piped, one line a blob: module, path, where found, acceptance of a click-through licence ("-" where none is asked), expression.',
    examples: [
      ['blobs licenses', 'all blobs, by licence'],
      ['blobs licenses --text > NOTICE', 'every licence text, once'],
      ['blobs licenses --allow "Apache-2.0 OR BSD-3-Clause"', 'for CI: 1 where a blob has another one'],
    ],
    addOptions: (command) =>
      command
        .option(
          '--text',
          'print the licence texts, each once, with its blobs and their licences; then the blobs that have none',
        )
        .option(
          '--allow <expr>',
          'fail for blobs that need other licences than these, joined by OR (repeatable)',
          collect,
        )
        .option(
          '--deny <expr>',
          'fail for blobs that cannot do without one of these licences (repeatable)',
          collect,
        )
        .option(
          '--revoke <sha256>',
          'only forget that the licence text with this hash was accepted; "blobs licenses" on a terminal shows it, and one that is not remembered lists all that are',
          digest,
        ),
  }).action(async (modules: string[], options: LicensesCommandOptions, command: Command) => {
    await run(command, async (session) => {
      const { runLicenses } = await import('../run-licenses.ts');
      return runLicenses(session, queryOf(session, modules, options), options);
    });
  });
}

function digest(value: string): Sha256 {
  const sha256 = findSha256(value);
  if (sha256 === undefined) throw new InvalidArgumentError('It must be 64 hexadecimal digits.');
  return sha256;
}
