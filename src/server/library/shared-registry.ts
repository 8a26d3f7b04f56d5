// SPDX-License-Identifier: Apache-2.0
import { setTimeout as wait } from 'node:timers/promises';
import type { Blob } from '../../core/blob.ts';
import type { Clock } from '../../core/deps.ts';
import { BlobsError } from '../../core/errors.ts';
import type { Sha256 } from '../../core/sha256.ts';
import type { Body } from '../../fetch/body.ts';
import { FinalError } from '../../fetch/final-error.ts';
import { HttpStatusError } from '../../fetch/http-status-error.ts';
import type { OciEntry } from '../../fetch/oci/manifest.ts';
import { pushBlob } from '../../fetch/oci/push-blob.ts';
import { ociBlobUrl } from '../../fetch/oci/reference.ts';
import type { Registry } from '../../fetch/oci/registry.ts';
import type { RangeRequest } from '../../fetch/range.ts';
import type { BlobStore } from '../../store/blob-store.ts';
import type { Catalogue } from './catalogue.ts';

/** After a failure the registry is left alone for so long: it must not hold up what upstream would give at once. */
const REST_MS = 30_000;
const PUSHES = 2;
/** What waits to be pushed beyond it is left to the server that downloads it next. */
const MAX_WAITING = 10_000;
/** For how long the end of the server waits for pushes under way. */
const END_MS = 10_000;

export interface SharedRegistryOptions {
  readonly registry: Registry;
  readonly store: BlobStore;
  readonly catalogue: () => Catalogue;
  /** What a manifest says of these blobs. */
  readonly describe: (blobs: readonly Blob[]) => Promise<readonly OciEntry[]>;
  readonly clock: Clock;
  readonly log: { info(facts: object, message: string): void; warn(facts: object, message: string): void };
}

/**
 * A registry behind the store, which several servers share: asked before upstream, and given what this server downloaded
 * from elsewhere, but for click-through blobs, which nobody may pass on without asking. It is never needed: while it fails,
 * the server does without.
 */
export class SharedRegistry {
  readonly #options: SharedRegistryOptions;
  readonly #waiting = new Set<Sha256>();
  readonly #pushes = new Set<Promise<void>>();
  readonly #end = new AbortController();
  #restsUntilMs = 0;
  #hasEnded = false;

  constructor(options: SharedRegistryOptions) {
    this.#options = options;
  }

  /** The `oci:` URL of the repository. */
  get text(): string {
    return this.#options.registry.reference.text;
  }

  /** The bytes that are to have this digest; one attempt, or none while the registry rests. @throws as `Registry.pull` */
  async pull(digest: Sha256, range: RangeRequest | undefined): Promise<Body> {
    if (this.#options.clock.now() < this.#restsUntilMs) {
      throw new FinalError('BLOBS_NETWORK', `${this.text} failed a moment ago and is not asked`);
    }
    try {
      return await this.#options.registry.pull(digest, range);
    } catch (error) {
      if (isOutage(error)) this.#rest();
      throw error;
    }
  }

  /** Pushes an entry of the store, some time. `source` is the URL that its bytes came from. Never throws. */
  noteStored(digest: Sha256, source: string | undefined): void {
    const isFromThere = source === this.text || source === ociBlobUrl(this.text, digest);
    if (this.#hasEnded || source === undefined || isFromThere) return;
    const blobs = this.#options.catalogue().byDigest(digest);
    if (blobs.some((blob) => blob.clickThrough)) return;
    if (this.#waiting.size >= MAX_WAITING) {
      this.#options.log.warn({ digest }, 'too many blobs wait for the registry; not pushed');
      return;
    }
    this.#waiting.add(digest);
    this.#begin();
  }

  /** Begins no further push; resolves when those under way have ended, or had time enough. Never throws. */
  async close(): Promise<void> {
    this.#hasEnded = true;
    this.#end.abort();
    const left = this.#waiting.size;
    if (left > 0) this.#options.log.warn({ left }, 'blobs that were not pushed to the registry');
    const limit = new AbortController();
    await Promise.race([
      Promise.all(this.#pushes),
      wait(END_MS, undefined, { signal: limit.signal }).catch(() => undefined),
    ]);
    limit.abort();
  }

  #begin(): void {
    while (this.#pushes.size < PUSHES && !this.#hasEnded) {
      const [digest] = this.#waiting;
      if (digest === undefined) return;
      this.#waiting.delete(digest);
      const push = this.#push(digest).finally(() => {
        this.#pushes.delete(push);
        this.#begin();
      });
      this.#pushes.add(push);
    }
  }

  async #push(digest: Sha256): Promise<void> {
    const { registry, store, catalogue, describe, clock, log } = this.#options;
    const entry = store.findEntry(digest);
    // Removed meanwhile: who downloads it next pushes it.
    if (entry === undefined) return;
    try {
      const entries = await describe(catalogue().byDigest(digest));
      const outcome = await pushBlob(registry, { ...entry, digest, entries });
      log.info({ digest, ...outcome }, 'pushed to the registry');
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const isAgain = isOutage(error) && !this.#hasEnded;
      log.warn({ digest, reason, again: isAgain }, 'not pushed to the registry');
      if (!isAgain) return;
      this.#waiting.add(digest);
      this.#rest();
      await clock.sleep(REST_MS, this.#end.signal).catch(() => undefined);
    }
  }

  #rest(): void {
    this.#restsUntilMs = this.#options.clock.now() + REST_MS;
  }
}

/** Whether the registry as a whole is away, or refuses everybody. */
function isOutage(error: unknown): boolean {
  if (error instanceof HttpStatusError) return error.status >= 500 || error.status === 429;
  return error instanceof BlobsError && ['BLOBS_NETWORK', 'BLOBS_TIMEOUT'].includes(error.code);
}
