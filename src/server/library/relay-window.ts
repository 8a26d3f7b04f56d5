// SPDX-License-Identifier: Apache-2.0
import type { Hash } from 'node:crypto';

/** A part of a body that is in memory alone: new bytes come at its end, and those that everybody had go at its beginning. */
export class RelayWindow {
  #chunks: Uint8Array[] = [];
  /** Where in the body the first byte of it stands. */
  start: number;
  /** Where the next byte will stand. */
  end: number;
  readonly #hash: Hash;

  /** @param hash Of all bytes before `start`. */
  constructor(start: number, hash: Hash) {
    this.start = start;
    this.end = start;
    this.#hash = hash;
  }

  get bytes(): number {
    return this.end - this.start;
  }

  /** SHA-256 of all bytes before {@link end}. */
  get sha256(): string {
    return this.#hash.copy().digest('hex');
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#hash.update(chunk);
    this.end += chunk.length;
  }

  /** Bytes from `position` on, none of them behind `end`; undefined for none. */
  find(position: number, end: number): Uint8Array | undefined {
    if (position < this.start) return undefined;
    let at = this.start;
    for (const chunk of this.#chunks) {
      if (position < at + chunk.length) {
        const found = chunk.subarray(position - at, Math.max(0, end - at));
        return found.length === 0 ? undefined : found;
      }
      at += chunk.length;
    }
    return undefined;
  }

  /** Forgets what stands before `position`. */
  trim(position: number): void {
    while (this.#chunks[0] && this.start + this.#chunks[0].length <= position) {
      this.start += this.#chunks[0].length;
      this.#chunks.shift();
    }
  }
}
