// SPDX-License-Identifier: Apache-2.0
import { lstat, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../core/deps.ts';
import { digestOfEntry, entriesDirectory } from '../store/store-layout.ts';

/** What is in a store. */
export interface StoreSize {
  readonly entries: number;
  readonly bytes: number;
  /** Of its file system, for this user; undefined where the system does not say. */
  readonly freeBytes?: number;
}

const MAX_AGE_MS = 15_000;
const AT_ONCE = 32;

/** Measures a store, at most once in 15 s, and never so that anything else waits for it. */
export class StoreGauge {
  readonly #directory: string;
  readonly #clock: Pick<Clock, 'now'>;
  #measured: { readonly atMs: number; readonly size: Promise<StoreSize> } | undefined;

  constructor(directory: string, clock: Pick<Clock, 'now'>) {
    this.#directory = directory;
    this.#clock = clock;
  }

  /** The size as of some seconds ago. What cannot be read counts as not there. Never throws. */
  async size(): Promise<StoreSize> {
    const nowMs = this.#clock.now();
    if (this.#measured === undefined || nowMs - this.#measured.atMs > MAX_AGE_MS)
      this.#measured = { atMs: nowMs, size: measure(this.#directory) };
    return this.#measured.size;
  }
}

async function measure(directory: string): Promise<StoreSize> {
  const root = entriesDirectory(directory);
  let entries = 0;
  let bytes = 0;
  for (const name of await namesIn(root)) {
    const files = (await namesIn(join(root, name))).filter((file) => digestOfEntry(name, file) !== undefined);
    for (let index = 0; index < files.length; index += AT_ONCE) {
      const some = files.slice(index, index + AT_ONCE).map((file) => lstat(join(root, name, file)));
      for (const found of await Promise.allSettled(some)) {
        if (found.status === 'rejected' || !found.value.isFile()) continue;
        entries += 1;
        bytes += found.value.size;
      }
    }
  }
  const free = await statfs(directory).catch(() => undefined);
  return { entries, bytes, ...(free === undefined ? {} : { freeBytes: free.bavail * free.bsize }) };
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch(() => []);
}
