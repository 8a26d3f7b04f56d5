// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../../core/deps.ts';
import type { StoreEntry } from '../../core/report.ts';
import type { Sha256 } from '../../core/sha256.ts';
import type { BlobStore } from '../../store/blob-store.ts';

/** So often at most the file system is told of a use, which other processes see. */
const TOUCH_EVERY_MS = 3_600_000;
/** Beyond so many, uses are forgotten; the file system still knows of them. */
const MAX_USES = 200_000;

interface Use {
  usedMs: number;
  touchedMs: number;
}

/** When the entries of a store were last used: by this process to the moment, by others to the hour. */
export class Uses {
  readonly #store: BlobStore;
  readonly #clock: Clock;
  readonly #uses = new Map<Sha256, Use>();
  readonly #touches = new Set<Promise<void>>();

  constructor(store: BlobStore, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /** An entry was used just now. Never throws. */
  note(digest: Sha256): void {
    const nowMs = this.#clock.now();
    const use = this.#uses.get(digest);
    if (use !== undefined) use.usedMs = nowMs;
    if (use !== undefined && Math.abs(nowMs - use.touchedMs) < TOUCH_EVERY_MS) return;
    if (this.#uses.size >= MAX_USES) this.#uses.clear();
    this.#uses.set(digest, { usedMs: nowMs, touchedMs: nowMs });
    const touch = this.#touch(digest, nowMs).finally(() => this.#touches.delete(touch));
    this.#touches.add(touch);
  }

  /** When an entry was last used: milliseconds since 1970. */
  lastUse({ digest, usedMs }: StoreEntry): number {
    return Math.max(usedMs, this.#uses.get(digest)?.usedMs ?? 0);
  }

  /** Forgets the uses of all other entries. */
  keepOnly(entries: readonly StoreEntry[]): void {
    const there = new Set(entries.map(({ digest }) => digest));
    for (const digest of this.#uses.keys()) if (!there.has(digest)) this.#uses.delete(digest);
  }

  /** Resolves when the file system was told of all. Never throws. */
  async settled(): Promise<void> {
    await Promise.all(this.#touches);
  }

  async #touch(digest: Sha256, nowMs: number): Promise<void> {
    const entry = this.#store.findEntry(digest);
    // A touch changes the times by which an entry is recognised, so that it is hashed again: not without need.
    if (entry && nowMs - entry.usedMs >= TOUCH_EVERY_MS) await this.#store.touch(entry.file);
  }
}
