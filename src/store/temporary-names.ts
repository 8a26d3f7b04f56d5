// SPDX-License-Identifier: Apache-2.0
import { lstatSync, readdirSync, readFileSync, readlinkSync, unlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { systemCode } from '../core/errors.ts';

// `.blobs-<pid>-`, on Linux `n<pid namespace and boot>-`, and something random. The next run removes those whose process is
// gone; in another namespace, such as a container's, that can be told by the age alone.
const NAME = /^\.blobs-(\d+)-(?:n(\d+)-)?/;

const MAX_FOREIGN_AGE_MS = 24 * 60 * 60 * 1000;

const ours = new Set<string>();

/** The path of a new temporary file in `directory`; it belongs to this process until it is forgotten. */
export function newTemporary(directory: string): string {
  const random = Math.random().toString(16).slice(2).padEnd(13, '0');
  const path = join(directory, `.blobs-${process.pid}-${namespacePart()}${Date.now().toString(16)}${random}`);
  ours.add(path);
  return path;
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

/**
 * Removes the temporary files in `directory` whose process is gone, but for those that `isKept` names. A missing
 * directory has none.
 */
export function removeStaleTemporaryFiles(
  directory: string,
  isKept: (path: string) => boolean = () => false,
): void {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    return;
  }
  for (const name of names) {
    const [, pid, namespace] = NAME.exec(name) ?? [];
    const path = join(directory, name);
    if (pid === undefined || isKept(path)) continue;
    try {
      if (!isInUse(path, Number(pid), namespace)) unlinkSync(path);
    } catch {
      // Another run was faster, or the directory cannot be written: what follows will say so.
    }
  }
}

/** Whether the file `path` is named as a temporary file of a process that may still run. */
export function isLiveTemporary(path: string): boolean {
  const [, pid, namespace] = NAME.exec(basename(path)) ?? [];
  try {
    return pid !== undefined && isInUse(path, Number(pid), namespace);
  } catch {
    // It is gone by now.
    return false;
  }
}

/** What names this process among those that share a directory: `<pid>-` and, on Linux, `n<pid namespace>-`. */
export function ownerTag(): string {
  return `${process.pid}-${namespacePart()}`;
}

/**
 * Whether the process that wrote the tag may still run, judging one of another namespace by the age of what it made.
 * Text that is no tag is nobody's.
 */
export function mayOwnerRun(tag: string, ageMs: number): boolean {
  const [, pid, namespace] = /^(\d+)-(?:n(\d+)-)?$/.exec(tag) ?? [];
  if (pid === undefined) return false;
  if (namespace !== undefined && `n${namespace}-` !== namespacePart()) return ageMs < MAX_FOREIGN_AGE_MS;
  return Number(pid) === process.pid || isRunning(Number(pid));
}

function isInUse(path: string, pid: number, namespace: string | undefined): boolean {
  if (namespace !== undefined && `n${namespace}-` !== namespacePart()) {
    return Date.now() - lstatSync(path).mtimeMs < MAX_FOREIGN_AGE_MS;
  }
  // A process id that is ours may have been another's before: containers start counting anew.
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

let knownNamespace: string | undefined;

/** What tells this start of this machine from others: namespaces are numbered alike on all, which may share a disk. */
function bootNumber(): string {
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1');
    return BigInt(`0x${id.replace(/[^0-9a-f]/g, '').slice(0, 12)}`).toString();
  } catch {
    return '';
  }
}

function namespacePart(): string {
  if (knownNamespace !== undefined) return knownNamespace;
  try {
    const id = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
    knownNamespace = id === undefined ? '' : `n${id}${bootNumber()}-`;
  } catch {
    // Not Linux, or no /proc.
    knownNamespace = '';
  }
  return knownNamespace;
}
