// SPDX-License-Identifier: Apache-2.0
import type { GlobalOptions } from './config.ts';

/** A command line of the plain kind. */
export interface QuickArguments {
  readonly modules: readonly string[];
  readonly globals: GlobalOptions;
  /** `--format` of list. */
  readonly format?: string;
}

const FLAGS: ReadonlyMap<string, 'quiet' | 'json'> = new Map([
  ['-q', 'quiet'],
  ['--quiet', 'quiet'],
  ['--json', 'json'],
]);

const VALUES: ReadonlyMap<string, 'directory' | 'moduleDir' | 'zephyrBase' | 'format'> = new Map([
  ['-C', 'directory'],
  ['--directory', 'directory'],
  ['-m', 'moduleDir'],
  ['--module-dir', 'moduleDir'],
  ['-z', 'zephyrBase'],
  ['--zephyr-base', 'zephyrBase'],
  ['-f', 'format'],
  ['--format', 'format'],
]);

/**
 * What `argv` asks of `command`, where it is written in the plainest way: the options above, each once (`-m` often),
 * each value apart, and MODULE names. Undefined for all else: that is for commander to read, which takes these the
 * same way.
 */
export function findQuickArguments(command: string, argv: readonly string[]): QuickArguments | undefined {
  const values: Partial<Record<'directory' | 'zephyrBase' | 'format', string>> = {};
  const flags: { quiet?: true; json?: true } = {};
  const moduleDir: string[] = [];
  const operands: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    const [flag, name] = [FLAGS.get(word), VALUES.get(word)];
    if (flag !== undefined) {
      if (flags[flag]) return undefined;
      flags[flag] = true;
    } else if (name !== undefined) {
      i += 1;
      const value = argv[i] ?? '';
      if (value === '' || value.startsWith('-')) return undefined;
      if (name === 'moduleDir') moduleDir.push(value);
      else if (values[name] !== undefined || (name === 'format' && !takesFormat(command, operands)))
        return undefined;
      else values[name] = value;
    } else if (word === '' || word.startsWith('-')) return undefined;
    else operands.push(word);
  }
  const [first, ...modules] = operands;
  if (first !== command) return undefined;
  const { format, ...places } = values;
  return {
    modules,
    globals: { ...places, ...flags, moduleDir, progress: true },
    ...(format === undefined ? {} : { format }),
  };
}

/** An option of list alone stands behind it. */
function takesFormat(command: string, operands: readonly string[]): boolean {
  return command === 'list' && operands[0] === command;
}
