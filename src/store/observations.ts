// SPDX-License-Identifier: Apache-2.0
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { type FileStamp, stampOf } from './file-stamp.ts';
import { readStampedFile } from './regular-file.ts';

/** A question to the file system, what it was about, and the answer. */
export type Observation = readonly [question: Question, path: string, answer: string | null];

type Question = 'file' | 'names' | 'real';

/**
 * Asks the file system and notes what it answers, so that a later run can tell whether all is as it was. What is
 * derived from nothing but the answers may then be used again.
 */
export class Observations {
  readonly #made: Observation[] = [];
  #isComplete = true;

  /** All of them; undefined where something was looked at that cannot be asked again. */
  get made(): readonly Observation[] | undefined {
    return this.#isComplete ? this.#made : undefined;
  }

  /** Notes that something was looked at in another way. */
  giveUp(): void {
    this.#isComplete = false;
  }

  /** As `readRegularFile`. */
  readFile(file: string, maxBytes: number): Buffer {
    const { bytes, stamp } = readStampedFile(file, maxBytes);
    if (stamp === undefined) this.giveUp();
    else this.#made.push(['file', file, stamp]);
    return bytes;
  }

  /** The names in a directory, sorted by their UTF-16 code units; undefined where there is no directory. */
  findNames(directory: string): readonly string[] | undefined {
    const names = findNames(directory);
    this.#made.push(['names', directory, textOf(names)]);
    return names;
  }

  /** `place` without symbolic links; undefined where that is not to be found out. */
  findRealPath(place: string): string | undefined {
    const real = findRealPath(place);
    this.#made.push(['real', place, real ?? null]);
    return real;
  }
}

/** Whether the file system still answers as it did. */
export function stillHold(observations: readonly Observation[]): boolean {
  return observations.every(([question, path, answer]) => ask(question, path) === answer);
}

function ask(question: Question, path: string): string | null {
  if (question === 'file') return findStamp(path) ?? null;
  if (question === 'names') return textOf(findNames(path));
  return findRealPath(path) ?? null;
}

function findStamp(file: string): FileStamp | undefined {
  try {
    const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
    return stats?.isFile() ? stampOf(stats) : undefined;
  } catch {
    return undefined;
  }
}

function textOf(names: readonly string[] | undefined): string | null {
  // No name holds a slash.
  return names === undefined ? null : names.join('/');
}

function findNames(directory: string): readonly string[] | undefined {
  try {
    return readdirSync(directory).sort();
  } catch {
    return undefined;
  }
}

function findRealPath(place: string): string | undefined {
  try {
    return realpathSync.native(place);
  } catch {
    return undefined;
  }
}
