// SPDX-License-Identifier: Apache-2.0
import { constants, existsSync } from 'node:fs';
import { copyFile, type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../core/errors.ts';
import { forgetTemporary, isTemporary, newTemporary } from './temporary-names.ts';

/** A regular file that is open for reading, and the path that it was opened by. */
export interface OpenFile {
  readonly file: string;
  readonly handle: FileHandle;
}

const COPY_FLAGS = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;

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
   * A new file in `directory` with the bytes of the open file `source`, by reflink where the file system can, else by
   * the kernel's copy, and with mode 0666 less the umask.
   */
  static async copyOf(source: OpenFile, directory: string): Promise<TemporaryFile> {
    const path = newTemporary(directory);
    try {
      await orMakingDirectory(path, () => copyFile(pathOf(source), path, COPY_FLAGS));
      const handle = await open(path, 'r');
      const file = new TemporaryFile(path, handle);
      // The copy has the mode of its source, which may be anything.
      await handle.chmod(0o666 & ~process.umask());
      return file;
    } catch (error) {
      await rm(path, { force: true });
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
    try {
      await orMakingDirectory(path, () => copyFile(this.path, path, COPY_FLAGS));
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

/** The open file's own path on Linux, which leads to it whatever happens to the name it was opened by. */
function pathOf({ file, handle }: OpenFile): string {
  return process.platform === 'linux' && existsSync('/proc/self/fd') ? `/proc/self/fd/${handle.fd}` : file;
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
