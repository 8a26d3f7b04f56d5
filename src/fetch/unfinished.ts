// SPDX-License-Identifier: Apache-2.0
import type { Sha256 } from '../core/sha256.ts';
import { createSha256 } from '../store/create-hash.ts';
import { hashContent } from '../store/hash-content.ts';
import type { PartialDownload, PartialDownloads } from '../store/partial-download.ts';
import type { TemporaryFile } from '../store/temporary-file.ts';
import { isValidator, type RangeRequest } from './range.ts';
import type { Prefix } from './receive.ts';

/** A prefix that was hashed, and how to ask for what follows. */
export interface Resumable {
  readonly prefix: Prefix;
  readonly range: RangeRequest;
}

/**
 * What came of one download before it failed, so that the next attempt need not begin anew. With `partials` it outlives
 * the run.
 */
export class Unfinished {
  readonly #digest: Sha256;
  readonly #partials: PartialDownloads | undefined;
  #held: PartialDownload | undefined;
  #isFirst = true;

  constructor(digest: Sha256, partials: PartialDownloads | undefined) {
    this.#digest = digest;
    this.#partials = partials;
  }

  /**
   * What there is of the bytes at `url`, read and hashed; the caller keeps, places or discards its file. Undefined
   * where there is nothing, or only of another URL, which may come to be tried again.
   *
   * @throws the signal's reason
   */
  async take(
    url: string,
    limit: { readonly maxBytes: number; readonly signal: AbortSignal },
  ): Promise<Resumable | undefined> {
    if (this.#isFirst) this.#held ??= await this.#partials?.take(this.#digest);
    this.#isFirst = false;
    const held = this.#held;
    if (held?.origin.urlSha256 !== sha256OfText(url)) return undefined;
    const prefix = isValidator(held.origin.validator) ? await hashPrefix(held.file, limit) : undefined;
    this.#held = undefined;
    if (prefix) return { prefix, range: { fromByte: prefix.bytes, validator: held.origin.validator } };
    await held.file.discard();
    return undefined;
  }

  /** Keeps what came from `url` for the next attempt, unless more is there already. */
  async keep(
    file: TemporaryFile,
    origin: { readonly url: string; readonly validator: string },
  ): Promise<void> {
    const [one, other] = [await sizeOf(file), await sizeOf(this.#held?.file)];
    if (one <= other) return file.discard();
    await this.#held?.file.discard();
    this.#held = { file, origin: originOf(origin) };
  }

  /** Sees to it that a later run finds what is there of `file` if this one is killed. */
  async protect(
    file: TemporaryFile,
    origin: { readonly url: string; readonly validator: string },
  ): Promise<void> {
    await this.#partials?.protect(this.#digest, { file, origin: originOf(origin) });
  }

  /** Leaves what is kept to a later run, or to nobody. Never throws. */
  async end({ isDone }: { readonly isDone: boolean }): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    if (isDone || this.#partials === undefined) await held.file.discard();
    else await this.#partials.leave(this.#digest, held);
  }
}

function originOf({
  url,
  validator,
}: {
  readonly url: string;
  readonly validator: string;
}): PartialDownload['origin'] {
  return { urlSha256: sha256OfText(url), validator };
}

function sha256OfText(text: string): Sha256 {
  return createSha256().update(text).digest('hex') as Sha256;
}

async function sizeOf(file: TemporaryFile | undefined): Promise<number> {
  return file === undefined
    ? 0
    : file.handle.stat().then(
        ({ size }) => size,
        () => 0,
      );
}

/** @throws the signal's reason */
async function hashPrefix(
  file: TemporaryFile,
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<Prefix | undefined> {
  try {
    const { hash, bytes } = await hashContent(file.handle, { signal, maxBytes });
    return bytes === 0 || bytes > maxBytes ? undefined : { file, bytes, hash };
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}
