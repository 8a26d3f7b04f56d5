// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:fs';
import { copyFile, type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../core/errors.ts';
import { forgetTemporary, isTemporary, newTemporary } from './temporary-names.ts';

/** A file that is being written next to where it will be needed. It must be placed or discarded. */
export class TemporaryFile {
  readonly path: string;
  readonly handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.handle = handle;
  }

  /** A new, empty file in `directory` (which is made where it is missing) with mode 0666 less the umask. */
  static async create(directory: string): Promise<TemporaryFile> {
    const path = newTemporary(directory);
    try {
      // 'x' neither follows a link nor opens what another process put there.
      return new TemporaryFile(path, await orMakingDirectory(path, () => open(path, 'wx+', 0o666)));
    } catch (error) {
      forgetTemporary(path);
      throw error;
    }
  }

  /**
   * Copies the content to `target`, by reflink where the file system can, through a temporary file in `directory`,
   * which must be on the target's file system. `target` is replaced at once; directories on the way are made.
   */
  async copyTo(target: string, directory: string): Promise<void> {
    const path = newTemporary(directory);
    const flags = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;
    try {
      await orMakingDirectory(path, () => copyFile(this.path, path, flags));
      await orMakingDirectory(target, () => rename(path, target));
    } finally {
      await rm(path, { force: true });
      forgetTemporary(path);
    }
  }

  /**
   * Moves the file to `target`, which is replaced at once; directories on the way are made. False, with nothing
   * moved, where the target is on another file system.
   */
  async moveTo(target: string): Promise<boolean> {
    await this.handle.close();
    try {
      await orMakingDirectory(target, () => rename(this.path, target));
    } catch (error) {
      if (systemCode(error) === 'EXDEV') return false;
      throw error;
    }
    forgetTemporary(this.path);
    return true;
  }

  /** Removes the file, unless it was moved. Never throws. */
  async discard(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    if (!isTemporary(this.path)) return;
    await rm(this.path, { force: true }).catch(() => undefined);
    forgetTemporary(this.path);
  }
}

/** Runs `action`, which makes `path`; where a directory on the way is missing, makes it and runs `action` again. */
async function orMakingDirectory<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true });
    return action();
  }
}
