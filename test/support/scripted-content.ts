// SPDX-License-Identifier: Apache-2.0

import { findSha256 } from '../../src/core/sha256.ts';
import type { ByteRange, Content, ContentOrigin, UrlFacts } from '../../src/server/library/content.ts';
import { sha256 } from './temp.ts';

/** How a content of a test behaves, beside having its bytes. */
export interface Script {
  /** Whether it is complete; `later`: as soon as it was read to its end. */
  readonly isComplete?: boolean | 'later';
  /** Whether its length and its digest are known from the start. */
  readonly isKnown?: boolean;
  /** Reading fails behind so many bytes. */
  readonly failsAt?: number;
  /** Reading waits for it behind so many bytes. */
  readonly waitsAt?: { readonly byte: number; readonly until: Promise<void> };
  readonly error?: Error;
  readonly url?: UrlFacts;
  readonly pieceBytes?: number;
  readonly isWhole?: boolean;
  readonly origin?: ContentOrigin;
}

/** A content that does as it is told. The last byte of a part, too, comes when all before it were there, as from the library. */
export class ScriptedContent implements Content {
  readonly origin: ContentOrigin;
  readonly #body: Buffer;
  readonly #script: Script;
  #isRead = false;
  released = 0;
  /** Every range that was read. */
  readonly reads: ByteRange[] = [];

  constructor(body: Buffer, script: Script = {}) {
    this.#body = body;
    this.#script = script;
    this.origin = script.origin ?? 'hit';
  }

  get isComplete(): boolean {
    const { isComplete = true } = this.#script;
    return isComplete === 'later' ? this.#isRead : isComplete;
  }

  get digest() {
    return (this.#script.isKnown ?? true) || this.#isRead ? findSha256(sha256(this.#body)) : undefined;
  }

  get bytes(): number | undefined {
    return (this.#script.isKnown ?? true) || this.#isRead ? this.#body.length : undefined;
  }

  get url(): UrlFacts | undefined {
    return this.#script.url;
  }

  wholeBuffer(): Uint8Array | undefined {
    return this.#script.isWhole ? this.#body : undefined;
  }

  async *read({ from, to = this.#body.length }: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    this.reads.push({ from, to });
    if (this.digest === undefined || this.isComplete || to >= this.#body.length) {
      yield* this.#pieces({ from, to }, signal);
      return;
    }
    yield* this.#pieces({ from, to: to - 1 }, signal);
    for await (const _piece of this.#pieces({ from: to, to: this.#body.length }, signal));
    yield this.#body.subarray(to - 1, to);
  }

  async *#pieces({ from, to }: Required<ByteRange>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { pieceBytes = 1000, failsAt = Number.POSITIVE_INFINITY, waitsAt, error } = this.#script;
    for (let at = from; at < to; ) {
      signal.throwIfAborted();
      if (at >= failsAt) throw error ?? new Error('the rest does not come');
      if (waitsAt !== undefined && at >= waitsAt.byte) await waitsAt.until;
      const stop = Math.min(
        at + pieceBytes,
        to,
        at < failsAt ? failsAt : to,
        waitsAt && at < waitsAt.byte ? waitsAt.byte : to,
      );
      yield this.#body.subarray(at, stop);
      at = stop;
    }
    if (to === this.#body.length) this.#isRead = true;
  }

  async release(): Promise<void> {
    this.released += 1;
  }
}
