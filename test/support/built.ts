// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import type { TestContext } from 'vitest';
import { BLOBS_BIN, scrubbedEnvironment } from './run-cli.ts';

const helpTexts = new Map<string, string>();

/** Whether `blobs <command>` has this long option. What is not built yet is not in its help. */
export function hasOption(command: string, option: string): boolean {
  let help = helpTexts.get(command);
  if (help === undefined) {
    const options = { env: scrubbedEnvironment(), encoding: 'utf8' } as const;
    help = spawnSync(process.execPath, [BLOBS_BIN, command, '--help'], options).stdout;
    helpTexts.set(command, help);
  }
  return new RegExp(`${option}(?![\\w-])`).test(help);
}

/** Skips the running test as long as `blobs <command>` does not have the option. */
export function needOption(context: TestContext, command: string, option: string): void {
  if (!hasOption(command, option)) context.skip(`blobs ${command} ${option} is not built yet, skipped`);
}
