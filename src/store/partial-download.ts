// SPDX-License-Identifier: Apache-2.0
import { lstatSync } from 'node:fs';
import { lstat, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isRecord } from '../core/record.ts';
import { findSha256, type Sha256 } from '../core/sha256.ts';
import { readRegularFile } from './regular-file.ts';
import { namesIn } from './store-names.ts';
import { TemporaryFile } from './temporary-file.ts';
import { mayOwnerRun, ownerTag } from './temporary-names.ts';

// Two files for each, in one directory:
//
//   abcd….part                the bytes of abcd… that came so far, nobody's: who downloads abcd… next goes on from there
//   abcd….part.json           where they came from
//   abcd….<owner>.<n>.part    the same while a process writes it; <owner> is that of temporary-names.ts
//
// To take one is to rename it, so that of two processes one alone has it.

const NAME = /^([0-9a-f]{64})\.(?:(\d+-(?:n\d+-)?)\.\d+\.)?part(?:\.json)?$/;
const ORIGIN = '.json';
const MAX_ORIGIN_BYTES = 16 * 1024;
const MAX_AGE_MS = 7 * 24 * 60 * 60 * 1000;

/** Where the bytes of an unfinished download came from. */
export interface PartialOrigin {
  /** SHA-256 of the URL that was asked: the URL itself may hold secrets. */
  readonly urlSha256: Sha256;
  /** The ETag or Last-Modified of the answer; see {@link findValidator}. */
  readonly validator: string;
}

/** An unfinished download. */
export interface PartialDownload {
  readonly file: TemporaryFile;
  readonly origin: PartialOrigin;
}

let lastNumber = 0;
/** Names of this process: a process id that is ours may have been another's before. */
const ours = new Set<string>();

/** The unfinished downloads in a directory, for later runs to go on with. */
export class PartialDownloads {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /**
   * What is there of `digest`, which is the caller's from then on; undefined where there is nothing that could be gone
   * on with. Never throws: a download that is lost is only begun anew.
   */
  async take(digest: Sha256): Promise<PartialDownload | undefined> {
    for (const name of await this.#freeNamesOf(digest)) {
      if (name.endsWith(ORIGIN)) continue;
      const own = this.#ownName(digest);
      try {
        await rename(join(this.#directory, name), join(this.#directory, own));
      } catch {
        // Another process was faster.
        ours.delete(own);
        continue;
      }
      const found = await this.#open(name, own);
      if (found) return found;
    }
    return undefined;
  }

  /** Sees to it that the bytes are found again if this process is killed while it writes on. Never throws. */
  async protect(digest: Sha256, { file, origin }: PartialDownload): Promise<void> {
    const path = join(this.#directory, this.#ownName(digest));
    await this.#rename(file, path, origin);
  }

  /** Leaves it to the next that downloads `digest`. Never throws. */
  async leave(digest: Sha256, { file, origin }: PartialDownload): Promise<void> {
    const isNamed = await this.#rename(file, join(this.#directory, `${digest}.part`), origin);
    if (isNamed) await file.leave();
    else await file.discard();
  }

  /** Removes what processes that are gone left of `digest`, which is complete now. Never throws. */
  async forget(digest: Sha256): Promise<void> {
    for (const name of await this.#freeNamesOf(digest))
      await rm(join(this.#directory, name), { force: true }).catch(() => undefined);
  }

  /**
   * Removes what no process has and nobody went on with for so long, by default a week; in a dry run nothing. Resolves
   * to the bytes of each. Never throws.
   */
  async removeOld({ minAgeMs = MAX_AGE_MS, nowMs = Date.now(), dryRun = false } = {}): Promise<number[]> {
    const removed: number[] = [];
    for (const name of await this.#names()) {
      const [, , owner] = NAME.exec(name) ?? [];
      const path = join(this.#directory, name);
      try {
        const stats = await lstat(path);
        const ageMs = nowMs - stats.mtimeMs;
        if (ageMs < minAgeMs) continue;
        // After a week without a byte the process is gone, and its id another's.
        const isOwned = owner !== undefined && ageMs < MAX_AGE_MS && (await this.#isOwned(name, owner));
        if (isOwned) continue;
        if (!dryRun) await rm(path);
        if (!name.endsWith(ORIGIN)) removed.push(stats.size);
      } catch {
        // Another run removed it, or nothing can be done about it.
      }
    }
    return removed;
  }

  /** How many bytes all files of downloads have, those under way included, whoever's they are. */
  bytes(): number {
    let bytes = 0;
    for (const name of namesIn(this.#directory)) {
      const stats = lstatSync(join(this.#directory, name), { throwIfNoEntry: false });
      if (stats?.isFile()) bytes += stats.size;
    }
    return bytes;
  }

  async #open(name: string, own: string): Promise<PartialDownload | undefined> {
    const path = join(this.#directory, own);
    const told = originFile(join(this.#directory, name));
    let file: TemporaryFile | undefined;
    try {
      const origin = readOrigin(told);
      await rename(told, originFile(path));
      file = await TemporaryFile.openAt(path, originFile(path));
      return { file, origin };
    } catch {
      await file?.discard();
      ours.delete(own);
      for (const rest of [told, originFile(path), path])
        await rm(rest, { force: true }).catch(() => undefined);
      return undefined;
    }
  }

  async #rename(file: TemporaryFile, path: string, origin: PartialOrigin): Promise<boolean> {
    try {
      // Before the bytes have their name: without it they are of no use. A link is not followed.
      await rm(originFile(path), { force: true });
      await writeFile(originFile(path), JSON.stringify(origin), { flag: 'wx' });
      await file.rename(path, originFile(path));
      return true;
    } catch {
      if (file.path !== path) await rm(originFile(path), { force: true }).catch(() => undefined);
      return false;
    }
  }

  /** The files of unfinished downloads of `digest` that no process has. */
  async #freeNamesOf(digest: Sha256): Promise<string[]> {
    const found: string[] = [];
    for (const name of await this.#names()) {
      const [, of, owner] = NAME.exec(name) ?? [];
      if (of !== digest) continue;
      if (owner === undefined || !(await this.#isOwned(name, owner))) found.push(name);
    }
    return found;
  }

  async #isOwned(name: string, owner: string): Promise<boolean> {
    if (owner === ownerTag()) return ours.has(name.endsWith(ORIGIN) ? name.slice(0, -ORIGIN.length) : name);
    try {
      const { mtimeMs } = await lstat(join(this.#directory, name));
      return mayOwnerRun(owner, Date.now() - mtimeMs);
    } catch {
      return true;
    }
  }

  async #names(): Promise<string[]> {
    try {
      // What a link leads to is not the store's, even by such a name.
      if (!(await lstat(this.#directory)).isDirectory()) return [];
      return (await readdir(this.#directory)).filter((name) => NAME.test(name));
    } catch {
      return [];
    }
  }

  #ownName(digest: Sha256): string {
    lastNumber += 1;
    const name = `${digest}.${ownerTag()}.${lastNumber}.part`;
    ours.add(name);
    return name;
  }
}

function originFile(path: string): string {
  return path + ORIGIN;
}

/** @throws where it is no regular file or says nothing that can be understood */
function readOrigin(file: string): PartialOrigin {
  const value: unknown = JSON.parse(readRegularFile(file, MAX_ORIGIN_BYTES).toString('utf8'));
  const { urlSha256, validator } = isRecord(value) ? value : {};
  const digest = typeof urlSha256 === 'string' ? findSha256(urlSha256) : undefined;
  if (digest === undefined || typeof validator !== 'string') throw new Error('no origin');
  return { urlSha256: digest, validator };
}
