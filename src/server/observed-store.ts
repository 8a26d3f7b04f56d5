// SPDX-License-Identifier: Apache-2.0
import type { Sha256 } from '../core/sha256.ts';
import { BlobStore } from '../store/blob-store.ts';
import type { TemporaryFile } from '../store/temporary-file.ts';
import type { UrlRecord } from '../store/url-record.ts';

/** A store that tells of each entry, and of each record of a URL, that is made through it. */
export class ObservedStore extends BlobStore {
  /** What is told: its size. */
  onAdded: ((bytes: number) => void) | undefined;

  override async add(file: TemporaryFile, digest: Sha256): Promise<void> {
    await super.add(file, digest);
    this.onAdded?.(this.findEntry(digest)?.bytes ?? 0);
  }

  override async recordUrl(urlSha256: Sha256, record: UrlRecord): Promise<number> {
    const bytes = await super.recordUrl(urlSha256, record);
    this.onAdded?.(bytes);
    return bytes;
  }
}
