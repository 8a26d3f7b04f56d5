// SPDX-License-Identifier: Apache-2.0
import type { Sha256 } from '../core/sha256.ts';
import { BlobStore } from '../store/blob-store.ts';
import type { TemporaryFile } from '../store/temporary-file.ts';

/** A store that tells of each entry that is made or touched through it. */
export class ObservedStore extends BlobStore {
  /** What is told: an entry's size. */
  onAdded: ((bytes: number) => void) | undefined;
  /** Touches in the place of the store: see {@link Shelf.touch}. */
  onTouch: ((file: string) => void) | undefined;

  override async add(file: TemporaryFile, digest: Sha256): Promise<void> {
    await super.add(file, digest);
    this.onAdded?.(this.findEntry(digest)?.bytes ?? 0);
  }

  override async touch(file: string): Promise<void> {
    if (this.onTouch) this.onTouch(file);
    else await super.touch(file);
  }
}
