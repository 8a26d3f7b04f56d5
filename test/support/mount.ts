// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { tempDir } from './temp.ts';

/**
 * Runs `action` with the path of a file system in memory of `sizeBytes` and unmounts it. The test is skipped where this
 * user may not mount.
 */
export async function withSmallDisk(
  context: TestContext,
  sizeBytes: number,
  action: (directory: string) => Promise<void>,
): Promise<void> {
  const directory = join(tempDir(), 'disk');
  mkdirSync(directory);
  const options = `size=${sizeBytes},mode=0777`;
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory], { stdio: 'pipe' });
  if (mount.status !== 0) context.skip('mounting a tmpfs needs root on Linux');
  try {
    await action(directory);
  } finally {
    execFileSync('umount', ['--lazy', directory], { stdio: 'pipe' });
  }
}

/** Makes what {@link withSmallDisk} mounted read-only. */
export function makeReadOnly(disk: string): void {
  execFileSync('mount', ['-o', 'remount,ro', disk], { stdio: 'pipe' });
}
