// SPDX-License-Identifier: Apache-2.0
import { type BigIntStats, fstatSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { Sha256 } from '../../core/sha256.ts';
import { isSameState } from '../../store/file-stamp.ts';
import { hashContent } from '../../store/hash-content.ts';
import { type PieceBudget, SharedPieces } from './shared-pieces.ts';

/** So small an entry is one piece, and sent at once. */
export const ONE_PIECE_BYTES = 1024 * 1024;

/** An entry of the store that was hashed as it is, open for any number of readers. */
export class OpenEntry {
  readonly digest: Sha256;
  readonly path: string;
  readonly bytes: number;
  readonly pieces: SharedPieces;
  readonly #handle: FileHandle;
  readonly #onClosed: () => void;
  #stats: BigIntStats;
  #hashing: Promise<boolean> | undefined;
  readonly #vouched = new WeakSet<ArrayBufferLike>();
  #readers = 0;
  #isRetired = false;
  #closing: Promise<void> | undefined;

  /** @param stats Of the file as it was hashed. */
  constructor(
    { digest, path }: { readonly digest: Sha256; readonly path: string },
    {
      handle,
      stats,
      onClosed = () => undefined,
    }: { readonly handle: FileHandle; readonly stats: BigIntStats; readonly onClosed?: () => void },
    budget: PieceBudget,
  ) {
    this.digest = digest;
    this.path = path;
    this.bytes = Number(stats.size);
    this.#stats = stats;
    this.#handle = handle;
    this.#onClosed = onClosed;
    this.pieces = new SharedPieces(handle, budget, this.bytes <= ONE_PIECE_BYTES ? this.bytes : undefined);
  }

  /** Whether nobody wrote to it meanwhile: its time of change tells of that, which nobody can put back. */
  isUnchanged(): boolean {
    return isSameState(this.#look(), this.#stats);
  }

  /**
   * As {@link isUnchanged}; also where it got or lost a name, as a file does that is removed or replaced, if its bytes are
   * still the same.
   */
  async isIntact(): Promise<boolean> {
    const { size, mtimeNs, nlink } = this.#stats;
    const now = this.#look();
    if (isSameState(now, this.#stats)) return true;
    if (now.size !== size || now.mtimeNs !== mtimeNs || now.nlink === nlink) return false;
    this.#hashing ??= this.#hashAgain(now).finally(() => {
      this.#hashing = undefined;
    });
    return this.#hashing;
  }

  /** Its times were changed by this process just now, and nothing else. */
  acceptTimes(): void {
    const now = this.#look();
    if (now.size === this.#stats.size) this.#stats = now;
  }

  /**
   * Whether `bytes`, read from it, are what was hashed, and not what somebody wrote to it since. What was found once of
   * memory holds as long as the memory.
   */
  vouchesFor({ buffer }: Uint8Array): boolean {
    if (this.#vouched.has(buffer)) return true;
    const isUnchanged = this.isUnchanged();
    if (isUnchanged) this.#vouched.add(buffer);
    return isUnchanged;
  }

  /** All its bytes, where they are in memory, as they were hashed. */
  wholeBuffer(): Uint8Array | undefined {
    if (this.bytes === 0) return new Uint8Array();
    if (this.bytes > ONE_PIECE_BYTES) return undefined;
    const found = this.pieces.find(0, this.bytes);
    return found?.length === this.bytes && this.vouchesFor(found) ? found : undefined;
  }

  retain(): void {
    this.#readers += 1;
  }

  async release(): Promise<void> {
    this.#readers -= 1;
    await this.#closeIfUnused();
  }

  /** Closes it once nobody reads it; resolves when it is closed, or left to the last reader. May be called again. */
  async retire(): Promise<void> {
    this.#isRetired = true;
    await this.#closeIfUnused();
  }

  async #closeIfUnused(): Promise<void> {
    if (!this.#isRetired) return;
    // Who just found it has had no time to retain it.
    await setImmediate();
    if (this.#readers > 0) return;
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    this.#onClosed();
    await this.#handle.close().catch(() => undefined);
  }

  #look(): BigIntStats {
    return fstatSync(this.#handle.fd, { bigint: true });
  }

  async #hashAgain(now: BigIntStats): Promise<boolean> {
    const isSame = (await digestOf(this.#handle, now)) === this.digest;
    if (!isSame || !isSameState(this.#look(), now)) return false;
    this.#stats = now;
    return true;
  }
}

/** What the bytes of an open file have. @throws the system's error; the signal's reason when it is aborted */
export async function digestOf(
  handle: FileHandle,
  { size }: BigIntStats,
  signal?: AbortSignal,
): Promise<string> {
  const { hash } = await hashContent(handle, { signal, expectedBytes: Number(size) });
  return hash.digest('hex');
}
