// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto';
import { constants, readdirSync, unlinkSync } from 'node:fs';
import { copyFile, type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from '../core/errors.ts';

// The part after the process id is random; the next run removes those whose process is gone.
const NAME = /^\.blobs-(\d+)-/;

const ours = new Set<string>();

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
    const path = join(directory, temporaryName());
    ours.add(path);
    try {
      // 'x' neither follows a link nor opens what another process put there.
      return new TemporaryFile(path, await open(path, 'wx+', 0o666));
    } catch (error) {
      ours.delete(path);
      throw error;
    }
  }

  /**
   * Copies the content to `target`, by reflink where the file system can, through a temporary file in `directory`,
   * which must be on the target's file system. `target` is replaced at once; directories on the way are made.
   */
  async copyTo(target: string, directory: string): Promise<void> {
    await mkdir(directory, { recursive: true });
    const path = join(directory, temporaryName());
    ours.add(path);
    try {
      await copyFile(this.path, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      await mkdir(dirname(target), { recursive: true });
      await rename(path, target);
    } finally {
      await rm(path, { force: true });
      ours.delete(path);
    }
  }

  /** Moves the file to `target`, which is replaced at once. Directories on the way are made. */
  async moveTo(target: string): Promise<void> {
    await this.handle.close();
    await mkdir(dirname(target), { recursive: true });
    await rename(this.path, target);
    ours.delete(this.path);
  }

  /** Removes the file, unless it was moved. Never throws. */
  async discard(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    if (!ours.has(this.path)) return;
    await rm(this.path, { force: true }).catch(() => undefined);
    ours.delete(this.path);
  }
}

function temporaryName(): string {
  return `.blobs-${process.pid}-${randomBytes(8).toString('hex')}`;
}

/** Removes every temporary file of this process at once, for when it must end without waiting. Never throws. */
export function removeTemporaryFilesNow(): void {
  for (const path of ours) {
    try {
      unlinkSync(path);
    } catch {
      // Nothing can be done about it now; the next run will find it.
    }
  }
  ours.clear();
}

/** Removes the temporary files in `directory` whose process is gone. A missing directory has none. */
export function removeStaleTemporaryFiles(directory: string): void {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return;
  }
  for (const name of names) {
    const pid = NAME.exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    try {
      unlinkSync(join(directory, name));
    } catch {
      // Another run was faster, or the directory cannot be written: what follows will say so.
    }
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
