// SPDX-License-Identifier: Apache-2.0
import type { Sha256 } from '../../core/sha256.ts';
import { BlobStore } from '../../store/blob-store.ts';
import type { TemporaryFile } from '../../store/temporary-file.ts';
import type { UrlRecord } from '../../store/url-record.ts';

/** A store that tells of each entry, and of each record of a URL, that is made through it, and of each entry that is touched. */
export class ObservedStore extends BlobStore {
  /** What is told: its size. */
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

  override async recordUrl(urlSha256: Sha256, record: UrlRecord): Promise<number> {
    const bytes = await super.recordUrl(urlSha256, record);
    this.onAdded?.(bytes);
    return bytes;
  }
}
