// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import { BlobsError } from '../core/errors.ts';
import type { Sha256 } from '../core/sha256.ts';
import type { DownloadOptions } from '../fetch/attempt.ts';
import { download } from '../fetch/download.ts';
import { FreeSpace } from '../fetch/free-space.ts';
import { planFetch } from '../fetch/plan.ts';
import type { BlobStore } from '../store/blob-store.ts';
import { hashFile } from '../store/hash-file.ts';
import type { Catalogue } from './catalogue.ts';
import type { Content } from './content.ts';
import type { Statistics } from './statistics/statistics.ts';
import { StoredContent } from './stored-content.ts';

export interface LibraryOptions
  extends Omit<DownloadOptions, 'directory' | 'copyDirectory' | 'onProgress' | 'signal' | 'partials'> {
  readonly store: BlobStore;
  readonly catalogue: () => Catalogue;
  readonly statistics: Pick<Statistics, 'noteDownloaded' | 'noteStored'>;
  /** Ends every download. */
  readonly signal: AbortSignal;
}

/** What a request asks for. */
export interface Wanted {
  /** As {@link URL.href} spells it. That it may be asked for was found out before. */
  readonly url?: string;
  readonly digest?: Sha256;
  /** The oldest that a body without a known digest may be, in milliseconds. */
  readonly ttlMs?: number;
}

/** What the server can give: what is in the store, and what the modules declare, which is downloaded when it is asked for. */
export class Library {
  readonly #options: LibraryOptions;
  readonly #freeSpace = new FreeSpace();
  /** Downloads under way, each for all who ask. */
  readonly #downloads = new Map<Sha256, Promise<void>>();

  constructor(options: LibraryOptions) {
    this.#options = options;
  }

  /**
   * What a request asks for, downloaded where it is not here; undefined where it is neither here nor declared, and no URL
   * says where to ask. A digest beside a URL is what its bytes must have.
   *
   * @throws BlobsError where it cannot be had; the signal's reason when it is aborted
   */
  async open({ url, digest }: Wanted, _signal: AbortSignal): Promise<Content | undefined> {
    const wanted =
      digest ?? (url === undefined ? undefined : this.#options.catalogue().byUrl(url)[0]?.digest);
    return wanted && this.#findByDigest(wanted);
  }

  /** As {@link open}, for the answer to a HEAD: downloads nothing. */
  async look(wanted: Wanted, signal: AbortSignal): Promise<Content | undefined> {
    return this.open(wanted, signal);
  }

  /** Begins no further download; those under way go on. */
  drain(): void {}

  /** Ends every download. */
  async close(): Promise<void> {}

  async #findByDigest(digest: Sha256): Promise<Content | undefined> {
    const here = await this.#findHere(digest);
    if (here !== undefined) return here;
    const blobs = this.#options.catalogue().byDigest(digest);
    if (blobs.length === 0) return undefined;
    let under = this.#downloads.get(digest);
    if (under === undefined) {
      under = this.#download(digest, blobs).finally(() => this.#downloads.delete(digest));
      this.#downloads.set(digest, under);
    }
    await under;
    return this.#findHere(digest);
  }

  async #findHere(digest: Sha256): Promise<Content | undefined> {
    const file = this.#options.store.find(digest);
    if (file === undefined) return undefined;
    const { sha256 } = await hashFile(file, this.#options.signal);
    return sha256 === digest ? StoredContent.open(file, digest) : undefined;
  }

  async #download(digest: Sha256, blobs: readonly Blob[]): Promise<void> {
    const { store, statistics } = this.#options;
    const decisions = planFetch(
      blobs.map((blob) => ({ blob, status: 'D' as const })),
      { mirrors: [], keepModified: false, offline: false },
    );
    const decision = decisions.find(({ kind }) => kind === 'fetch') ?? decisions[0];
    if (decision?.kind === 'blocked') throw decision.error;
    if (decision?.kind !== 'fetch') throw new Error('a blob that is absent is to be fetched');
    const room = this.#freeSpace.roomFor([{ directory: store.partialDirectory, copies: 1 }]);
    try {
      const { received, failed } = await download(decision.job, {
        ...this.#options,
        directory: store.partialDirectory,
        copyDirectory: store.partialDirectory,
        onProgress: () => undefined,
        partials: store.partials,
        room,
      });
      if (received === undefined) throw failed.at(-1)?.error ?? missing();
      statistics.noteDownloaded(digest, received.bytes);
      await store.add(received.file, digest);
      statistics.noteStored(digest);
    } finally {
      room.release();
    }
  }
}

function missing(): BlobsError {
  return new BlobsError('BLOBS_MISSING', 'there is nowhere to ask for it');
}
