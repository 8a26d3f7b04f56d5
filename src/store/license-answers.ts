// SPDX-License-Identifier: Apache-2.0
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRecord } from '../core/record.ts';
import { findSha256, type Sha256 } from '../core/sha256.ts';
import { makeDirectories } from './make-directories.ts';
import { readRegularFile } from './regular-file.ts';

const MAX_BYTES = 4 * 1024 * 1024;

/** A click-through licence that the user accepted. */
export interface LicenseAnswer {
  /** Of the licence text. */
  readonly sha256: Sha256;
  readonly module: string;
  /** The licence's path as the module declares it. */
  readonly path: string;
  /** ISO 8601, UTC. */
  readonly time: string;
}

/**
 * The user's accepted licences, in a JSON file `{"schemaVersion": 1, "accepted": [LicenseAnswer, …]}`. A missing
 * or damaged file holds none: the worst that comes of it is that the user is asked again.
 */
export class LicenseAnswers {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** Whether a licence text with this digest was accepted. */
  has(sha256: Sha256): boolean {
    return this.#read().some((answer) => answer.sha256 === sha256);
  }

  /** All that is remembered, by the digest of the text. */
  all(): ReadonlyMap<Sha256, LicenseAnswer> {
    return new Map(this.#read().map((answer) => [answer.sha256, answer]));
  }

  /** @throws the system's error when the file cannot be written. */
  add(answer: LicenseAnswer): void {
    this.#write([...this.#read().filter((other) => other.sha256 !== answer.sha256), answer]);
  }

  /**
   * Forgets the licence text with this digest, and gives what was remembered; undefined where nothing was.
   *
   * @throws the system's error when the file cannot be read or written, an Error where it is damaged.
   */
  remove(sha256: Sha256): LicenseAnswer | undefined {
    // A file that cannot be read may hold it: it must not look forgotten.
    const accepted = existsSync(this.#file) ? parse(readRegularFile(this.#file, MAX_BYTES)) : [];
    const found = accepted.find((answer) => answer.sha256 === sha256);
    if (found !== undefined) this.#write(accepted.filter((answer) => answer.sha256 !== sha256));
    return found;
  }

  #write(accepted: readonly LicenseAnswer[]): void {
    makeDirectories(dirname(this.#file), 0o700);
    const temporary = `${this.#file}.${process.pid}-${Date.now().toString(36)}`;
    try {
      writeFileSync(temporary, `${JSON.stringify({ schemaVersion: 1, accepted }, undefined, 2)}\n`, {
        flag: 'wx',
      });
      renameSync(temporary, this.#file);
    } finally {
      rmSync(temporary, { force: true });
    }
  }

  #read(): LicenseAnswer[] {
    try {
      return parse(readRegularFile(this.#file, MAX_BYTES));
    } catch {
      return [];
    }
  }
}

/** @throws Error for what is no such file; an entry that is none is passed over. */
function parse(bytes: Buffer): LicenseAnswer[] {
  let read: unknown;
  try {
    read = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new Error('the file is damaged: it is no JSON', { cause: error });
  }
  const accepted = isRecord(read) ? read['accepted'] : undefined;
  if (!Array.isArray(accepted)) throw new Error('the file is damaged: it has no list "accepted"');
  return accepted.filter(isRecord).flatMap(({ sha256, module, path, time }): LicenseAnswer[] => {
    const digest = typeof sha256 === 'string' ? findSha256(sha256) : undefined;
    if (digest === undefined || digest !== sha256) return [];
    return [{ sha256: digest, module: textOf(module), path: textOf(path), time: textOf(time) }];
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
