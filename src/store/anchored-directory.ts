// SPDX-License-Identifier: Apache-2.0
import { closeSync, constants, openSync, readlinkSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { BlobsError, systemCode } from '../core/errors.ts';
import { escapeControls } from '../core/text.ts';

/**
 * Runs `action` with a path for `directory` that goes on naming the same directory while other processes rename
 * and link, so that what is checked is what is acted on. Only Linux has such paths (`/proc/self/fd`); elsewhere the
 * check comes right before the action.
 *
 * @throws BlobsError `BLOBS_UNSAFE_PATH` where the directory, symbolic links followed, is neither `root` nor below
 *   it (`root` is a real path), `BLOBS_FILE_ACCESS` for a name that is no text where that matters; the system's
 *   error where it cannot be opened; what `action` throws.
 */
export function withAnchoredDirectory<T>(
  directory: string | Buffer,
  root: string,
  action: (path: string) => T,
): T {
  const anchor = process.platform === 'linux' ? openAnchor(directory) : undefined;
  try {
    const real = anchor === undefined ? realpathSync.native(toText(directory)) : readlinkSync(anchor.path);
    if (real !== root && !real.startsWith(root + sep)) {
      const shown = escapeControls(directory.toString());
      throw new BlobsError('BLOBS_UNSAFE_PATH', `a symbolic link leads ${shown} outside ${root}`);
    }
    return action(anchor?.path ?? real);
  } finally {
    if (anchor) closeSync(anchor.fd);
  }
}

/** Only Linux has names that are no text. */
function toText(name: string | Buffer): string {
  const text = name.toString();
  if (typeof name === 'string' || Buffer.from(text).equals(name)) return text;
  throw new BlobsError('BLOBS_FILE_ACCESS', 'a name that is not UTF-8 can be used on Linux with /proc only');
}

function openAnchor(directory: string | Buffer): { fd: number; path: string } | undefined {
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
