// SPDX-License-Identifier: Apache-2.0
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Selection } from '../app/selection.ts';
import type { BlobType } from '../core/blob.ts';
import { BlobsError, describeError } from '../core/errors.ts';

const GLOBAL_HEADING = 'Global options:';
const SELECTION_HEADING = 'Selection:';

/** The options that choose blobs, as commander gives them. */
export interface SelectionOptions {
  readonly allowRegex?: string;
  readonly type?: BlobType;
}

/** Adds the options that may stand before or after any command. */
export function addGlobalOptions(command: Command): Command {
  const options = [
    new Option('-C, --directory <dir>', 'run as if started in this directory'),
    new Option(
      '-m, --module-dir <dir>',
      'use this module directory instead of a workspace (repeatable)',
    ).argParser(collect),
    new Option(
      '-z, --zephyr-base <dir>',
      "the Zephyr repository (default: ZEPHYR_BASE, then west's zephyr.base)",
    ),
    new Option('-q, --quiet', 'print only results and errors'),
    new Option('-v, --verbose', 'say more on stderr'),
    new Option('--json', 'print one JSON document on stdout'),
    new Option('--color <when>', 'colours (default: auto)').choices(['auto', 'always', 'never']),
    new Option('--no-progress', 'no progress display'),
    new Option('--debug', 'stack traces and HTTP exchanges on stderr'),
  ];
  for (const option of options) command.addOption(option.helpGroup(GLOBAL_HEADING));
  return command.addHelpOption(new Option('-h, --help', 'show this help').helpGroup(GLOBAL_HEADING));
}

/** Adds the options that choose blobs. */
export function addSelection(command: Command): Command {
  return command
    .addOption(
      new Option(
        '-l, --allow-regex <re>',
        'only blobs whose path matches at its start (JavaScript)',
      ).helpGroup(SELECTION_HEADING),
    )
    .addOption(
      new Option('-t, --type <type>', 'only blobs of this type')
        .choices(['img', 'lib'])
        .helpGroup(SELECTION_HEADING),
    );
}

/** Lets `--format json` of `command` mean the same as `--json`. */
export function addJsonFormat(command: Command): Command {
  return command.on('option:format', (value: string) => {
    if (value === 'json') command.setOptionValue('json', true);
  });
}

/** @throws BlobsError `BLOBS_USAGE` where --type stands beside --untracked: only declared files have a type. */
export function assertNoType(type: BlobType | undefined): void {
  if (type !== undefined) throw new BlobsError('BLOBS_USAGE', '--untracked and --type exclude each other');
}

/** @throws BlobsError `BLOBS_BAD_REGEX`. */
export function parseSelection(modules: readonly string[], options: SelectionOptions): Selection {
  return {
    modules,
    ...(options.type === undefined ? {} : { type: options.type }),
    ...(options.allowRegex === undefined ? {} : { allow: parseRegex(options.allowRegex) }),
  };
}

function parseRegex(source: string): RegExp {
  try {
    // Compiled without flags first, so that the message is about what the user wrote.
    new RegExp(source);
    return new RegExp(source, 'y');
  } catch (error) {
    throw new BlobsError('BLOBS_BAD_REGEX', `--allow-regex: ${describeError(error)}`, {
      hint: "it is a JavaScript regular expression, for example 'lib/esp32c3/.*\\.a'",
    });
  }
}

/** For an option that may be given several times. */
export function collect(value: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), value];
}

/** For an option that takes a whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): (value: string) => number {
  return (value) => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

/** For an option in seconds, fractions allowed; gives milliseconds. */
export function seconds(value: string): number {
  const ms = /^\d+(\.\d+)?$/.test(value) ? Math.round(Number(value) * 1000) : Number.NaN;
  // Node's timers hold 31 bits.
  if (ms >= 1 && ms < 2 ** 31) return ms;
  throw new InvalidArgumentError('It must be a number of seconds from 0.001 to 2147483.');
}

const UNITS: Record<string, number> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** For an option in bytes, of which `min` is the least, with an optional suffix k, M or G (powers of 1024). */
export function byteCount(min: 0 | 1): (value: string) => number {
  return (value) => {
    const [, digits = '', unit = ''] = /^(\d+)([kmg]?)$/i.exec(value) ?? [];
    const bytes = digits === '' ? Number.NaN : Number(digits) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
    if (Number.isSafeInteger(bytes) && bytes >= min) return bytes;
    throw new InvalidArgumentError(
      `It must be a number of bytes from ${min} to 8388607G, with k, M or G behind it if you like.`,
    );
  };
}

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};

/** For an option like `30d`; gives milliseconds. */
export function duration(value: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,6})([smhdw])$/.exec(value) ?? [];
  const ms = digits === '' ? Number.NaN : Number(digits) * (UNITS_MS[unit] ?? Number.NaN);
  if (Number.isFinite(ms)) return ms;
  throw new InvalidArgumentError('It must be a number with s, m, h, d or w behind it, such as 30d.');
}
