// SPDX-License-Identifier: Apache-2.0
import { statfs } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../core/deps.ts';
import type { BlobStore } from '../store/blob-store.ts';

/** What is in a store. */
export interface StoreSize {
  readonly entries: number;
  /** Of entries and of downloads that did not come to their end: what a quota is about. */
  readonly bytes: number;
  /** Of its file system, for this user; undefined where the system does not say. */
  readonly freeBytes?: number;
}

const MAX_AGE_MS = 15_000;

/** Measures a store, at most once in 15 s, and so that other work has its turn in between. */
export class StoreGauge {
  readonly #store: BlobStore;
  readonly #clock: Pick<Clock, 'now'>;
  #measured: { readonly atMs: number; readonly size: Promise<StoreSize> } | undefined;

  constructor(store: BlobStore, clock: Pick<Clock, 'now'>) {
    this.#store = store;
    this.#clock = clock;
  }

  /** The size as of some seconds ago. What stands behind a directory that cannot be read is left out. Never throws. */
  async size(): Promise<StoreSize> {
    const nowMs = this.#clock.now();
    if (this.#measured === undefined || nowMs - this.#measured.atMs > MAX_AGE_MS)
      this.#measured = { atMs: nowMs, size: measure(this.#store) };
    return this.#measured.size;
  }
}

async function measure(store: BlobStore): Promise<StoreSize> {
  let entries = 0;
  let bytes = 0;
  try {
    bytes += store.partials.bytes();
    for (const some of store.entriesByDirectory()) {
      for (const entry of some) {
        entries += 1;
        bytes += entry.bytes;
      }
      await setImmediate();
    }
  } catch {
    // What needs the store says why it cannot be read; the other figures are wanted all the same.
  }
  const free = await statfs(store.directory).catch(() => undefined);
  return { entries, bytes, ...(free === undefined ? {} : { freeBytes: free.bavail * free.bsize }) };
}
