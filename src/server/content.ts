// SPDX-License-Identifier: Apache-2.0
import type { Sha256 } from '../core/sha256.ts';

/** Which bytes of a content are wanted: `from` and all before `to`, counted from 0. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** What a request is answered with. It must be released. */
export interface Content {
  readonly digest: Sha256;
  /** How many bytes the whole has. */
  readonly bytes: number;
  /**
   * The bytes of `range`, in pieces that are the reader's.
   *
   * @throws the system's error; the signal's reason when it is aborted
   */
  read(range: ByteRange, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Never throws. */
  release(): Promise<void>;
}
