// SPDX-License-Identifier: Apache-2.0
import { chownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CliOptions } from './run-cli.ts';
import { tempDir } from './temp.ts';

const NOBODY = 65534;

/** For tests run by root, who may write everywhere: as a user who owns what is in `directory`, and a home of their own. */
export function withoutRoot(directory: string): CliOptions {
  if (process.geteuid?.() !== 0) return {};
  const home = tempDir();
  for (const path of [
    home,
    directory,
    ...readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name)),
  ])
    chownSync(path, NOBODY, NOBODY);
  return { uid: NOBODY, cwd: home, home };
}
