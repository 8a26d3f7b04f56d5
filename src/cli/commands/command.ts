// SPDX-License-Identifier: Apache-2.0
import type { Command } from 'commander';
import type { BlobQuery } from '../../app/load-modules.ts';
import type { ExitCode } from '../exit-codes.ts';
import { addGlobalOptions, addSelection, parseSelection, type SelectionOptions } from '../options.ts';
import type { Session } from '../session.ts';

/** Runs a command's handler with the session that its options describe. */
export type Run = (command: Command, handler: (session: Session) => Promise<ExitCode>) => Promise<void>;

/** What every command says of itself. */
export interface CommandTexts {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** Commands as a user types them, each with what it does. */
  readonly examples: readonly (readonly [command: string, does: string])[];
  /** What the module names are for; all modules by default. */
  readonly modulesText?: string;
  /** Whether -l and -t choose blobs, beside MODULE...; true unless said otherwise. */
  readonly selectsBlobs?: boolean;
  /** Adds the options that the command alone has. */
  readonly addOptions?: (command: Command) => void;
}

// Beyond it, what an example does stands below the example.
const MAX_EXAMPLE_CHARACTERS = 60;

/** Adds a command that is about blobs: MODULE..., the options that choose blobs, and the global options. */
export function addBlobCommand(program: Command, texts: CommandTexts): Command {
  const command = program.command(texts.name).summary(texts.summary).description(texts.description);
  texts.addOptions?.(command);
  command.argument('[MODULE...]', texts.modulesText ?? 'names of modules (default: all)');
  if (texts.selectsBlobs ?? true) addSelection(command);
  addGlobalOptions(command);
  const width = Math.max(...texts.examples.map(([example]) => example.length));
  const examples = texts.examples.map(([example, does]) =>
    width > MAX_EXAMPLE_CHARACTERS ? `  ${example}\n      ${does}` : `  ${example.padEnd(width)}  ${does}`,
  );
  return command.addHelpText('after', `\nExamples:\n${examples.join('\n')}`);
}

/** The modules and blobs that a command was asked about. */
export function queryOf(session: Session, modules: readonly string[], options: SelectionOptions): BlobQuery {
  return { search: session.config.search, selection: parseSelection(modules, options) };
}
