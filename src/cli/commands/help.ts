// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import { BlobsError, ERROR_MEANINGS } from '../../core/errors.ts';
import { EXIT_MEANINGS } from '../exit-codes.ts';

const TOPICS: Readonly<Record<string, () => string>> = {
  'exit-codes': () => exitCodesText(),
  errors: () => errorsText(),
};

/** `blobs help [COMMAND|TOPIC]` */
export function addHelpCommand(program: Command, write: (text: string) => void): void {
  program
    .command('help')
    .summary('help for a command, or a topic: exit-codes, errors')
    .description(
      'Show the help of a command, or of a topic: exit-codes (how the program ends), errors (the codes).',
    )
    .argument('[topic]', 'a command, exit-codes or errors')
    .action((topic?: string) => {
      if (topic === undefined) return program.outputHelp();
      const text = Object.hasOwn(TOPICS, topic) ? TOPICS[topic] : undefined;
      if (text) return write(text());
      const command = program.commands.find((one) => one.name() === topic);
      if (command) return command.outputHelp();
      throw new BlobsError('BLOBS_USAGE', `there is no command and no topic "${topic}"`, {
        hint: 'see "blobs --help"',
      });
    });
}

function exitCodesText(): string {
  const lines = Object.entries(EXIT_MEANINGS).map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`);
  return `${lines.join('\n')}\n\nWhere several apply: 65, then 77, then 1.\n`;
}

function errorsText(): string {
  const width = Math.max(...Object.keys(ERROR_MEANINGS).map((code) => code.length));
  return Object.entries(ERROR_MEANINGS)
    .map(([code, meaning]) => `  ${code.padEnd(width)}  ${meaning}\n`)
    .join('');
}
