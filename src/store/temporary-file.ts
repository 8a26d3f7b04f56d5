// SPDX-License-Identifier: Apache-2.0
import { constants, existsSync } from 'node:fs';
import { copyFile, type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../core/errors.ts';
import { makeDirectories } from './make-directories.ts';
import { forgetTemporary, newTemporary } from './temporary-names.ts';

/** A regular file that is open for reading, and the path that it was opened by. */
export interface OpenFile {
  readonly file: string;
  readonly handle: FileHandle;
}

const COPY_FLAGS = constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE;
// Windows knows neither of the last two.
const WRITE_ON = constants.O_RDWR | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** A file that is being written next to where it will be needed. It must be placed or discarded. */
export class TemporaryFile {
  readonly handle: FileHandle;
  #path: string;
  /** A file that goes when this one does. */
  #companion: string | undefined;
  /** Whether it is at its target, or is to stay where it is. */
  #isSettled = false;

  private constructor(path: string, handle: FileHandle, companion?: string) {
    this.#path = path;
    this.handle = handle;
    this.#companion = companion;
  }

  /** Absolute. */
  get path(): string {
    return this.#path;
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
   * The regular file at `path`, which is the caller's alone, to be written to further. It stays if the process ends;
   * the file `companion` goes when it is moved or discarded. Its mode becomes 0666 less the umask.
   *
   * @throws the system's error, also for a symbolic link, for a file that has another name as well, and for anything
   *   but a regular file
   */
  static async openAt(path: string, companion: string): Promise<TemporaryFile> {
    const handle = await open(path, WRITE_ON);
    try {
      const stats = await handle.stat();
      // What a backup keeps by a hard link is not to be written to; another user may write to his file at any time.
      if (!stats.isFile() || stats.nlink > 1 || stats.uid !== (process.geteuid?.() ?? stats.uid))
        throw Object.assign(new Error(`${path} is no file of our own`), { code: 'EINVAL' });
      // The run that made it may have had another umask.
      await handle.chmod(0o666 & ~process.umask());
      return new TemporaryFile(path, handle, companion);
    } catch (error) {
      await handle.close();
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
    await this.#settle();
    return true;
  }

  /**
   * Gives the file another name in its directory, under which it stays if the process ends, and another companion. It
   * goes on being written.
   *
   * @throws the system's error, with the old name kept
   */
  async rename(path: string, companion: string): Promise<void> {
    await rename(this.path, path);
    forgetTemporary(this.path);
    this.#path = path;
    const before = this.#companion;
    this.#companion = companion;
    if (before !== undefined && before !== companion)
      await rm(before, { force: true }).catch(() => undefined);
  }

  /** Closes the file and leaves it where it is. Never throws. */
  async leave(): Promise<void> {
    this.#isSettled = true;
    forgetTemporary(this.path);
    await this.handle.close().catch(() => undefined);
  }

  /** Removes the file, unless it was moved or left. Never throws. */
  async discard(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    if (this.#isSettled) return;
    await rm(this.path, { force: true }).catch(() => undefined);
    await this.#settle();
  }

  async #settle(): Promise<void> {
    this.#isSettled = true;
    forgetTemporary(this.path);
    if (this.#companion !== undefined) await rm(this.#companion, { force: true }).catch(() => undefined);
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
    makeDirectories(dirname(path));
    return action();
  }
}
