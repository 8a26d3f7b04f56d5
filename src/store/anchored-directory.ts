// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, openSync, readlinkSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { BlobsError, systemCode } from '../core/errors.ts';

/**
 * Runs `action` with a path for `directory` that goes on naming the same directory while other processes rename
 * and link, so that what is checked is what is acted on. Only Linux has such paths (`/proc/self/fd`); elsewhere the
 * check comes right before the action.
 *
 * @throws BlobsError `BLOBS_UNSAFE_PATH` where the directory, symbolic links followed, is neither `root` nor below
 *   it (`root` is a real path); the system's error where it cannot be opened; what `action` throws.
 */
export function withAnchoredDirectory<T>(directory: string, root: string, action: (path: string) => T): T {
  const anchor = process.platform === 'linux' ? openAnchor(directory) : undefined;
  try {
    const real = anchor === undefined ? realpathSync.native(directory) : readlinkSync(anchor.path);
    if (real !== root && !real.startsWith(root + sep)) {
      throw new BlobsError('BLOBS_UNSAFE_PATH', `a symbolic link leads ${directory} outside ${root}`);
    }
    return action(anchor?.path ?? real);
  } finally {
    if (anchor) closeSync(anchor.fd);
  }
}

function openAnchor(directory: string): { fd: number; path: string } | undefined {
  const fd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  const path = `/proc/self/fd/${fd}`;
  try {
    readlinkSync(path);
    return { fd, path };
  } catch (error) {
    closeSync(fd);
    // A system without /proc.
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
