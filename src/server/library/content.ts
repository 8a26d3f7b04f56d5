// SPDX-License-Identifier: Apache-2.0
import type { Sha256 } from '../../core/sha256.ts';

/** Which bytes of a content are wanted, counted from 0: `from` and all before `to`, or all that follow. */
export interface ByteRange {
  readonly from: number;
  readonly to?: number;
}

/** An entry of the store whose bytes were found to have its digest. */
export interface StoredFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
}

/** What is known of a body that is kept by its URL alone. */
export interface UrlFacts {
  /** When upstream last said that these are the bytes, in milliseconds since the epoch. */
  readonly validatedAtMs: number;
  /** For how long after that they are given without asking again, in milliseconds. */
  readonly ttlMs: number;
  /** As upstream sent them, but only where they are well-formed. */
  readonly etag?: string;
  readonly lastModified?: string;
}

/**
 * How a content came to be at hand: `hit` from the store, `miss` by a download that this request began, `join` by one
 * under way, `look` for the answer to a HEAD alone.
 */
export type ContentOrigin = 'hit' | 'miss' | 'join' | 'look';

/**
 * What a request is answered with, complete or still on its way: what is not known yet may be known later. It must be
 * released.
 */
export interface Content {
  readonly origin: ContentOrigin;
  /** Undefined for a body without a declared digest that is still on its way. */
  readonly digest: Sha256 | undefined;
  /** How many bytes the whole has; undefined as long as nobody knows. */
  readonly bytes: number | undefined;
  /** Whether all bytes are here and verified: reading them fails only where the disk does. */
  readonly isComplete: boolean;
  /** Where it is a complete entry of the store. */
  readonly file?: StoredFile | undefined;
  /** Only for what is kept by its URL alone. */
  readonly url?: UrlFacts | undefined;
  /** Gets a small content at hand for {@link wholeBuffer}, where that is cheaper than to read it. Never throws. */
  warm?(): Promise<void>;
  /** All bytes of a small content that are at hand without waiting, which must not be changed; undefined else. */
  wholeBuffer(): Uint8Array | undefined;
  /**
   * The bytes of `range`, in pieces that others share: they must not be changed. As long as the bytes are not verified,
   * the content's last one is held back, and where the digest is known the last one of a part too, since an answer of a
   * part looks whole by itself. A range that ends behind the content ends with it.
   *
   * @throws BlobsError where the rest does not come, is wrong or cannot be read; the signal's reason when it is aborted
   */
  read(range: ByteRange, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Never throws. */
  release(): Promise<void>;
}
