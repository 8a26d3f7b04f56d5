// SPDX-License-Identifier: Apache-2.0
import { constants } from 'node:fs';
import { copyFile, type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
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
    await mkdir(directory, { recursive: true });
    const path = newTemporary(directory);
    try {
      // 'x' neither follows a link nor opens what another process put there.
      return new TemporaryFile(path, await open(path, 'wx+', 0o666));
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
    await mkdir(directory, { recursive: true });
    const path = newTemporary(directory);
    try {
      await copyFile(this.path, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      await mkdir(dirname(target), { recursive: true });
      await rename(path, target);
    } finally {
      await rm(path, { force: true });
      forgetTemporary(path);
    }
  }

  /** Moves the file to `target`, which is replaced at once. Directories on the way are made. */
  async moveTo(target: string): Promise<void> {
    await this.handle.close();
    await mkdir(dirname(target), { recursive: true });
    await rename(this.path, target);
    forgetTemporary(this.path);
  }

  /** Removes the file, unless it was moved. Never throws. */
  async discard(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    if (!isTemporary(this.path)) return;
    await rm(this.path, { force: true }).catch(() => undefined);
    forgetTemporary(this.path);
  }
}
