// SPDX-License-Identifier: Apache-2.0
import { BlobsError, describeError } from '../../core/errors.ts';
import type { Sha256 } from '../../core/sha256.ts';
import { entryChanged } from './changed.ts';
import type { ByteRange, Content, ContentOrigin, StoredFile, UrlFacts } from './content.ts';
import { ONE_PIECE_BYTES, type OpenEntry } from './open-entry.ts';

/** What is known of a content beside its bytes. */
export interface StoredFacts {
  readonly origin?: ContentOrigin;
  readonly url?: UrlFacts | undefined;
}

/** A whole entry of the store. */
export class StoredContent implements Content {
  readonly isComplete = true;
  readonly origin: ContentOrigin;
  readonly digest: Sha256;
  readonly bytes: number;
  readonly file: StoredFile;
  readonly url: UrlFacts | undefined;
  readonly #entry: OpenEntry;
  #isReleased = false;

  /** Retains `entry`. */
  constructor(entry: OpenEntry, { origin = 'hit', url }: StoredFacts = {}) {
    entry.retain();
    const { digest, path, bytes } = entry;
    this.#entry = entry;
    this.origin = origin;
    this.digest = digest;
    this.bytes = bytes;
    this.file = { path, bytes };
    this.url = url;
  }

  /** What goes wrong shows when it is read. */
  async warm(): Promise<void> {
    if (this.bytes === 0 || this.bytes > ONE_PIECE_BYTES) return;
    await this.#entry.pieces.read(0, this.bytes).catch(() => undefined);
  }

  wholeBuffer(): Uint8Array | undefined {
    return this.#entry.wholeBuffer();
  }

  async *read({ from, to = this.bytes }: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { pieces } = this.#entry;
    const end = Math.min(to, this.bytes);
    for (let position = from; position < end; ) {
      signal.throwIfAborted();
      const piece = pieces.find(position, end) ?? (await this.#readFrom(position, end));
      position += piece.length;
      if (position < end) {
        // Read while this one is sent. Who waits for it is told what went wrong.
        if (!pieces.find(position, end)) pieces.read(position, end).catch(() => undefined);
      } else if (!(await this.#entry.isIntact())) throw entryChanged();
      yield piece;
    }
  }

  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    await this.#entry.release();
  }

  async #readFrom(position: number, end: number): Promise<Uint8Array> {
    try {
      return await this.#entry.pieces.read(position, end);
    } catch (error) {
      throw new BlobsError('BLOBS_FILE_ACCESS', `cannot read the store: ${describeError(error)}`, {
        cause: error,
      });
    }
  }
}
