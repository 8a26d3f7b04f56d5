// SPDX-License-Identifier: Apache-2.0
import { lstat, open, readdir, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../core/deps.ts';
import { BlobsError, systemCode } from '../core/errors.ts';
import { makeDirectories } from './make-directories.ts';
import { readRegularFile } from './regular-file.ts';
import { mayOwnerRun, ownerTag } from './temporary-names.ts';

/** The locks of this process. */
const held = new Set<string>();

const POLL_MS = 100;
const MAX_TAG_BYTES = 1024;
/** So often a lock that is held gets a new time; one that has had none for long is nobody's. */
const BEAT_MS = 10_000;
const MAX_SILENCE_MS = 120_000;
/** Behind the name of a lock: the right to remove it. */
const REMOVING = '.removing';
/** A lock without a whole tag is younger than this while its process writes it, as is the right to remove one. */
const BEGUN_AGE_MS = 10_000;

/** The right to download something, so that processes that want the same wait for the first of them. */
export interface DownloadLock {
  /** Whether another process had it before, and may have done what was to be done. */
  readonly waited: boolean;
  /** Never throws. */
  readonly release: () => Promise<void>;
}

/**
 * Waits until no other process holds the lock `file`, and takes it. A lock whose process is gone, or has not
 * touched it for two minutes, is nobody's.
 *
 * @throws the system's error where the file cannot be made; the signal's reason when it is aborted
 */
export async function acquireLock(
  file: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<DownloadLock> {
  for (let waited = false; ; waited = true) {
    signal.throwIfAborted();
    const lock = await findFreeLock(file);
    if (lock) return { ...lock, waited };
    await clock.sleep(POLL_MS, signal);
  }
}

/**
 * Takes the lock `file` unless another process holds it, as {@link acquireLock} does.
 *
 * @throws the system's error where the file cannot be made
 */
export async function findFreeLock(file: string): Promise<DownloadLock | undefined> {
  for (;;) {
    if (await tryToTake(file)) return { waited: false, release: releaseOnce(file) };
    if (!(await isAbandoned(file)) || !(await removeAbandoned(file))) return undefined;
  }
}

/** Removes the locks in `directory` (named by a digest) whose process is gone, and what is left of removals. Never throws. */
export async function removeAbandonedLocks(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names) {
    if (!/^[0-9a-f]{64}\.lock(?:\.removing)?$/.test(name)) continue;
    const file = join(directory, name);
    try {
      if (name.endsWith(REMOVING)) await removeRightLeft(file);
      else if (await isAbandoned(file)) await removeAbandoned(file);
    } catch {
      // Another user's, or no file: it is in nobody's way.
    }
  }
}

async function tryToTake(file: string): Promise<boolean> {
  if (held.has(file)) return false;
  held.add(file);
  let isTaken = false;
  try {
    makeDirectories(dirname(file));
    const handle = await open(file, 'wx', 0o666);
    try {
      await handle.writeFile(ownerTag());
    } catch (error) {
      // It is ours, and says so to nobody: others would wait for it.
      await rm(file, { force: true }).catch(() => undefined);
      throw error;
    } finally {
      await handle.close();
    }
    isTaken = true;
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  } finally {
    if (!isTaken) held.delete(file);
  }
  return isTaken;
}

async function isAbandoned(file: string): Promise<boolean> {
  try {
    // Not followed: nobody would release what is no file, or a link to one.
    const stats = await lstat(file);
    if (stats.isDirectory()) throw new BlobsError('BLOBS_FILE_ACCESS', `${file} is a directory`, { file });
    if (!stats.isFile()) return true;
    const ageMs = Date.now() - stats.mtimeMs;
    const tag = readRegularFile(file, MAX_TAG_BYTES).toString('utf8');
    // What was empty when it was opened, and filled before it was read, is cut off behind its first digit.
    if (/^\d*$/.test(tag)) return ageMs > BEGUN_AGE_MS;
    // Its process id may be another's by now.
    if (ageMs > MAX_SILENCE_MS) return true;
    // A process id that is ours may have been another's before: containers start counting anew.
    return tag === ownerTag() ? !held.has(file) : !mayOwnerRun(tag, ageMs);
  } catch (error) {
    // Released meanwhile.
    if (systemCode(error) === 'ENOENT') return false;
    if (error instanceof BlobsError && error.code === 'BLOBS_NOT_A_FILE') return true;
    throw error;
  }
}

/**
 * Removes the lock `file` if it is nobody's. One process alone does so at a time: another one might have judged what
 * lay there before, and remove what the first has put there since. False where another does so just now. (Two that find a right left behind at the same moment may both get it. A lock saves work, no more: then both
 * download.)
 */
async function removeAbandoned(file: string): Promise<boolean> {
  const right = `${file}${REMOVING}`;
  try {
    await (await open(right, 'wx', 0o666)).close();
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    return removeRightLeft(right);
  }
  try {
    if (await isAbandoned(file)) await rm(file, { force: true });
    return true;
  } finally {
    await rm(right, { force: true });
  }
}

/** Removes the right to remove a lock where it was left behind: a process that lives makes use of it at once. */
async function removeRightLeft(right: string): Promise<boolean> {
  const stats = await lstat(right).catch(() => undefined);
  const isLeft = stats !== undefined && Date.now() - stats.mtimeMs > BEGUN_AGE_MS;
  if (isLeft) await rm(right, { force: true });
  return isLeft;
}

/** By then the lock may be another's. */
function releaseOnce(file: string): () => Promise<void> {
  let isHeld = true;
  const beat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, BEAT_MS).unref();
  return async () => {
    if (!isHeld) return;
    isHeld = false;
    clearInterval(beat);
    await rm(file, { force: true }).catch(() => undefined);
    // Not before: who takes it must not lose it by that.
    held.delete(file);
  };
}
