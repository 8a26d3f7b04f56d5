// SPDX-License-Identifier: Apache-2.0
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
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

  /** @throws the system's error when the file cannot be written. */
  add(answer: LicenseAnswer): void {
    const accepted = [...this.#read().filter((other) => other.sha256 !== answer.sha256), answer];
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
      const { accepted } = JSON.parse(readRegularFile(this.#file, MAX_BYTES).toString('utf8'));
      return (accepted as LicenseAnswer[]).filter(
        ({ sha256 }) => typeof sha256 === 'string' && findSha256(sha256) === sha256,
      );
    } catch {
      return [];
    }
  }
}
