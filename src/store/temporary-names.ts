// SPDX-License-Identifier: Apache-2.0
import { readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../core/errors.ts';

// The part after the process id is random; the next run removes those whose process is gone.
const NAME = /^\.blobs-(\d+)-/;

const ours = new Set<string>();

/** The path of a new temporary file in `directory`; it belongs to this process until it is forgotten. */
export function newTemporary(directory: string): string {
  const random = Math.random().toString(16).slice(2).padEnd(13, '0');
  const path = join(directory, `.blobs-${process.pid}-${Date.now().toString(16)}${random}`);
  ours.add(path);
  return path;
}

/** Whether `path` is a temporary file of this process that was not forgotten. */
export function isTemporary(path: string): boolean {
  return ours.has(path);
}

/** The file at `path` is gone, or is no temporary file any more. */
export function forgetTemporary(path: string): void {
  ours.delete(path);
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
    const path = join(directory, name);
    if (pid === undefined || isInUse(Number(pid), path)) continue;
    try {
      unlinkSync(path);
    } catch {
      // Another run was faster, or the directory cannot be written: what follows will say so.
    }
  }
}

/** A process id that is ours may have been another's before: containers start counting anew. */
function isInUse(pid: number, path: string): boolean {
  return pid === process.pid ? ours.has(path) : isRunning(pid);
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
