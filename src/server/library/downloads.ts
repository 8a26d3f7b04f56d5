// SPDX-License-Identifier: Apache-2.0
import { BlobsError, describeError } from '../../core/errors.ts';
import type { Sha256 } from '../../core/sha256.ts';
import { redactUrl } from '../../core/url.ts';
import type { DownloadOptions, DownloadProgress } from '../../fetch/attempt.ts';
import { type DownloadResult, download, downloadUnknown } from '../../fetch/download.ts';
import { Relayed } from '../../fetch/follower.ts';
import { FreeSpace } from '../../fetch/free-space.ts';
import { NotModified } from '../../fetch/http-status-error.ts';
import type { Job, RemoteSource } from '../../fetch/plan.ts';
import { conditionsOf } from '../../fetch/range.ts';
import type { BlobStore } from '../../store/blob-store.ts';
import { findFreeLock } from '../../store/download-lock.ts';
import { lockFile } from '../../store/store-layout.ts';
import { hashUrl, type UrlRecord } from '../../store/url-record.ts';
import type { Flow } from './flow.ts';
import { sendVia, type Via } from './via.ts';

/** How a download ended. */
export interface DownloadEnd {
  /** `passed-on`: nothing was kept, for want of room or for another reason, but those who waited had their bytes. */
  readonly result: 'stored' | 'passed-on' | 'not-modified' | 'failed';
  /** Fit to be shown; absent where a digest was asked for. */
  readonly url?: string;
  readonly digest?: Sha256;
  /** The URL that bytes with a known digest came from, where they were kept; it may hold secrets. */
  readonly source?: string;
  /** All that came, right or wrong. */
  readonly downloadedBytes: number;
  /** Why it failed, or was not kept. */
  readonly error?: Error;
}

export interface DownloadsOptions
  extends Omit<
    DownloadOptions,
    | 'directory'
    | 'copyDirectory'
    | 'onProgress'
    | 'signal'
    | 'partials'
    | 'room'
    | 'follower'
    | 'lfs'
    | 'beforeWrite'
  > {
  readonly store: BlobStore;
  /** How the server calls itself in its requests. */
  readonly via?: Via;
  /** Told how each download ended. */
  readonly onDownloaded?: (end: DownloadEnd) => void;
}

/** For whom something is downloaded. */
export interface DownloadFor {
  /** Ends the download. */
  readonly until: AbortSignal;
  /** Through which servers the request came that began it. */
  readonly via: string | undefined;
}

interface Whole {
  readonly digest: Sha256;
  readonly bytes: number;
}

/** Downloads into flows, and keeps what came in the store. */
export class Downloads {
  readonly #options: DownloadsOptions;
  readonly #freeSpace = new FreeSpace();

  constructor(options: DownloadsOptions) {
    this.#options = options;
  }

  /** How other servers are asked for a request that came through those of `received`. */
  network(received: string | undefined): DownloadsOptions {
    const { via, transport, forMirrors } = this.#options;
    if (via === undefined) return this.#options;
    const text = via.extend(received);
    return {
      ...this.#options,
      transport: sendVia(transport, text),
      ...(forMirrors && { forMirrors: { ...forMirrors, transport: sendVia(forMirrors.transport, text) } }),
    };
  }

  /** Gets the bytes of a job, which must have its digest. @throws BlobsError; the signal's reason when it is aborted */
  async obtain(job: Job, flow: Flow, whom: DownloadFor): Promise<Whole> {
    const { store } = this.#options;
    // Another process that downloads the same may be slow, or hang: nobody waits for it.
    const lock = await findFreeLock(lockFile(store.directory, job.digest)).catch(() => undefined);
    try {
      return await this.#run({ digest: job.digest }, { flow, ...whom }, async (options) =>
        download(job, {
          ...options,
          ...(lock ? { partials: store.partials } : {}),
          ...(await openLfs(job, options)),
        }),
      );
    } finally {
      await lock?.release();
    }
  }

  /**
   * Gets what a URL gives, and records it. Where `before` tells what it gave last, it is asked whether that still holds.
   *
   * @throws NotModified where it does; BlobsError; the signal's reason when it is aborted
   */
  async obtainUrl(
    { url, sources, ttlMs, before }: UrlQuestion,
    flow: Flow,
    whom: DownloadFor,
  ): Promise<Whole> {
    const key = hashUrl(url);
    const { store, clock } = this.#options;
    const findConditions = (asked: string): ReturnType<typeof conditionsOf> | undefined =>
      before && hashUrl(asked) === before.sourceSha256 ? conditionsOf(before) : undefined;
    const record = (fields: Omit<UrlRecord, 'url' | 'validatedAtMs' | 'ttlMs'>): Promise<number> =>
      store.recordUrl(key, { ...fields, url, validatedAtMs: clock.now(), ttlMs });
    try {
      return await this.#run(
        { url: redactUrl(url) },
        { flow, ...whom },
        (options) => downloadUnknown({ key, sources, findConditions }, options),
        async (digest, source) => {
          await record({
            sourceSha256: hashUrl(source.url),
            digest,
            ...conditionsOf(flow.body ?? {}),
            fetchedAtMs: clock.now(),
          });
        },
      );
    } catch (error) {
      // What cannot be noted is asked again the next time.
      if (error instanceof NotModified && before) await record(before).catch(() => undefined);
      throw error;
    }
  }

  async #run(
    about: Pick<DownloadEnd, 'url' | 'digest'>,
    { flow, until: signal, via }: DownloadFor & { readonly flow: Flow },
    start: (options: DownloadOptions) => Promise<DownloadResult>,
    onKept?: (digest: Sha256, source: RemoteSource) => Promise<void>,
  ): Promise<Whole> {
    const { store } = this.#options;
    const room = this.#freeSpace.roomFor([{ directory: store.partialDirectory, copies: 1 }]);
    let downloadedBytes = 0;
    const end = (rest: Pick<DownloadEnd, 'result' | 'digest' | 'source' | 'error'>): void =>
      this.#options.onDownloaded?.({ ...about, downloadedBytes, ...rest });
    try {
      const { received, failed } = await start({
        ...this.network(via),
        signal,
        directory: store.partialDirectory,
        copyDirectory: store.partialDirectory,
        onProgress: (event: DownloadProgress) => {
          if (event.kind === 'bytes') downloadedBytes += event.bytes;
        },
        room,
        follower: flow,
      });
      const { sha256: digest, bytes } = received ?? relayedOf(failed);
      const error = received ? await this.#keep(received, flow, onKept) : failed.at(-1)?.error;
      const source =
        about.digest !== undefined && received && 'url' in received.source ? received.source.url : undefined;
      if (error !== undefined) end({ result: 'passed-on', digest, error });
      else end({ result: 'stored', digest, ...(source === undefined ? {} : { source }) });
      return { digest, bytes };
    } catch (error) {
      const result = error instanceof NotModified ? 'not-modified' : 'failed';
      end({ result, ...(error instanceof Error ? { error } : {}) });
      throw error;
    } finally {
      room.release();
    }
  }

  /** Why the bytes are not kept; undefined where they are. @throws the system's error where they cannot be read either */
  async #keep(
    { file, sha256, bytes, source }: NonNullable<DownloadResult['received']>,
    flow: Flow,
    onKept: ((digest: Sha256, source: RemoteSource) => Promise<void>) | undefined,
  ): Promise<Error | undefined> {
    const { store } = this.#options;
    await flow.adopt(file, bytes);
    try {
      await store.add(file, sha256);
      if ('file' in source) return undefined;
      await store.recordSource(sha256, { kind: source.lfs ? 'lfs' : source.kind, url: source.url });
      await onKept?.(sha256, source);
      return undefined;
    } catch (error) {
      return new BlobsError('BLOBS_FILE_ACCESS', `it cannot be kept: ${describeError(error)}`, {
        cause: error,
      });
    } finally {
      await file.discard();
    }
  }
}

/** What is to be asked of a URL of which any bytes are right. */
export interface UrlQuestion {
  readonly url: string;
  readonly sources: readonly RemoteSource[];
  readonly ttlMs: number;
  /** What it gave last, if that is here. */
  readonly before: UrlRecord | undefined;
}

/** The bytes that were right and could not be kept. @throws BlobsError why there are none */
function relayedOf(failed: DownloadResult['failed']): Relayed {
  const error = failed.at(-1)?.error;
  if (error instanceof Relayed) return error;
  throw error ?? new BlobsError('BLOBS_MISSING', 'there is nowhere to ask for it');
}

async function openLfs(
  job: Job,
  options: DownloadOptions,
): Promise<Pick<DownloadOptions, 'lfs' | 'forMirrors'>> {
  if (!job.sources.some((source) => 'lfs' in source)) return {};
  const { LfsClient } = await import('../../fetch/lfs/lfs-client.ts');
  const lfs = new LfsClient([job], options);
  const { forMirrors } = options;
  if (forMirrors === undefined) return { lfs };
  return { lfs, forMirrors: { ...forMirrors, lfs: new LfsClient([job], { ...options, ...forMirrors }) } };
}
