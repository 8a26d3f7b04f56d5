// SPDX-License-Identifier: Apache-2.0
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BlobsError } from '../core/errors.ts';
import { withAnchoredDirectory } from './anchored-directory.ts';
import { readCheckedFile } from './regular-file.ts';
import { forgetTemporary, newTemporary, removeStaleTemporaryFiles } from './temporary-names.ts';

/** What a file held when it was read, and what it is to hold. */
export interface FileChange {
  /** Absolute. */
  readonly file: string;
  /** The directory that the file must be in, symbolic links followed. */
  readonly root: string;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/**
 * Replaces the content of a regular file at once, by a temporary file beside it and a rename. Mode and, where that is
 * allowed, owner stay. A symbolic link to the file stays too. Unlike a blob, it cannot be downloaded again: the bytes are
 * on disk before the old ones go.
 *
 * @throws BlobsError `BLOBS_CANNOT_EDIT` where the file holds something else than `before` by now, `BLOBS_UNSAFE_PATH`
 *   where it is not in `root`, `BLOBS_NOT_A_FILE`; the system's error, which a file that may not be written to gets too
 */
export function replaceFile({ file, root, before, after }: FileChange): void {
  const real = realpathSync.native(file);
  withAnchoredDirectory(dirname(real), realpathSync.native(root), (directory) => {
    const target = join(directory, basename(real));
    // A rename would replace it all the same.
    accessSync(target, constants.W_OK);
    removeStaleTemporaryFiles(directory);
    const stats = assertUnchanged(target, { file, before });
    const temporary = newTemporary(directory);
    try {
      writeWhole(temporary, after, stats);
      assertUnchanged(target, { file, before });
      renameSync(temporary, target);
    } catch (error) {
      removeIfThere(temporary);
      throw error;
    } finally {
      forgetTemporary(temporary);
    }
  });
}

function assertUnchanged(target: string, { file, before }: Pick<FileChange, 'file' | 'before'>): Stats {
  let found: Stats | undefined;
  const bytes = readCheckedFile(target, before.length + 1, (stats) => {
    found = stats;
    if (stats.isFile() && stats.size !== before.length) throw changed(file);
  });
  if (found === undefined || !bytes.equals(before)) throw changed(file);
  return found;
}

function changed(file: string): BlobsError {
  return new BlobsError('BLOBS_CANNOT_EDIT', `${file} changed while it was worked on`, {
    file,
    hint: 'run the same command again',
  });
}

function writeWhole(path: string, bytes: Uint8Array, { mode, uid, gid }: Stats): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    const own = fstatSync(fd);
    if (own.uid !== uid || own.gid !== gid) keepOwner(fd, uid, gid);
    // Last, since a change of the owner takes some bits away.
    fchmodSync(fd, mode & 0o7777);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Root may; others keep the group where they can. */
function keepOwner(fd: number, uid: number, gid: number): void {
  try {
    fchownSync(fd, uid, gid);
  } catch {
    // The file is then the user's who changed it, as with most editors.
  }
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was never made.
  }
}
