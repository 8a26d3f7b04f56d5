// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../../core/deps.ts';
import { BlobsError, type ErrorCode } from '../../core/errors.ts';

/** Long enough for the retries of a client, short enough for one who mends upstream. */
const REMEMBERED_MS = 30_000;
const MAX_KEYS = 1000;
const WRONG: ReadonlySet<ErrorCode> = new Set(['BLOBS_HASH_MISMATCH', 'BLOBS_SIZE_MISMATCH']);

/** Downloads whose bytes were found to be wrong, for a while, so that clients that ask again do not have them come again. */
export class WrongBodies {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #known = new Map<string, { readonly error: BlobsError; readonly about: object; atMs: number }>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Remembers why a download failed, if its bytes were wrong. `about` is what it was planned by. */
  note(key: string, error: unknown, about: object): void {
    if (!(error instanceof BlobsError) || !WRONG.has(error.code)) return;
    this.#known.delete(key);
    this.#known.set(key, { error, about, atMs: this.#clock.now() });
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size > MAX_KEYS) this.#known.delete(oldest);
  }

  /** @throws BlobsError where that was a moment ago, by the same `about` */
  check(key: string, about: object): void {
    const found = this.#known.get(key);
    if (found === undefined) return;
    const leftMs = REMEMBERED_MS - Math.abs(this.#clock.now() - found.atMs);
    if (found.about !== about || leftMs <= 0) {
      this.#known.delete(key);
      return;
    }
    const { code, message, details } = found.error;
    throw new BlobsError(code, `${message}, a moment ago`, details);
  }
}
