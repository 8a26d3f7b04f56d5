// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../../core/deps.ts';
import { BlobsError } from '../../core/errors.ts';
import type { Sha256 } from '../../core/sha256.ts';
import type { Body } from '../body.ts';
import { FinalError } from '../final-error.ts';
import { type HttpOptions, httpExchange } from '../http.ts';
import { HttpStatusError } from '../http-status-error.ts';
import { type Job, lfsSizeError, type RemoteSource } from '../plan.ts';
import type { RangeRequest } from '../range.ts';
import { isWorthRetrying, parseRetryAfter, retryDelayMs } from '../retry.ts';
import type { LfsAction } from './batch-answer.ts';
import { type BatchObject, postBatch } from './post-batch.ts';

/** Objects of one batch request; servers refuse more than some hundreds. */
const PAGE_SIZE = 100;
/** An action that ends so soon may end before it is used. */
const EXPIRY_MARGIN_MS = 5_000;

export interface LfsClientOptions extends HttpOptions {
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** Attempts after the first at one batch request. */
  readonly retries: number;
}

/** Told that a batch request is asked again. */
export type OnBatchRetry = (event: { readonly error: BlobsError; readonly delayMs: number }) => void;

/**
 * What a job asks before an LFS server: `nothing`, so that it surely comes to it; a `mirror` or other server, which
 * may have the bytes; a local `file`, which most probably has them.
 */
type AskedBefore = 'nothing' | 'mirror' | 'file';

/** An object and what its server said of it. */
interface Entry extends BatchObject {
  readonly askedBefore: AskedBefore;
  pending?: Promise<void> | undefined;
  answer?: LfsAction | BlobsError | undefined;
  /** Nobody needs it any more. */
  isDone: boolean;
}

/**
 * Downloads from Git LFS servers (git-lfs docs/api/batch.md and basic-transfers.md). It knows all jobs of a run, and
 * asks for an object together with the others that will be needed of the same server, in as few requests as can be:
 * each when the first object of it is needed.
 */
export class LfsClient {
  readonly #options: LfsClientOptions;
  /** By URL of the API, in the order of the jobs. */
  readonly #servers = new Map<string, Map<Sha256, Entry>>();

  constructor(jobs: readonly Job[], options: LfsClientOptions) {
    this.#options = options;
    for (const { digest, sources } of jobs) {
      for (const [index, source] of sources.entries()) {
        if ('file' in source || source.lfs?.sizeBytes === undefined) continue;
        const server = this.#servers.get(source.url) ?? new Map<Sha256, Entry>();
        this.#servers.set(source.url, server);
        const before = sources.slice(0, index);
        const askedBefore =
          before.length === 0 ? 'nothing' : before.some((one) => 'file' in one) ? 'file' : 'mirror';
        const { sizeBytes } = source.lfs;
        server.set(digest, { oid: digest, sizeBytes, askedBefore, isDone: false });
      }
    }
  }

  /**
   * The bytes of `digest` from the server that `source` names.
   *
   * @throws BlobsError BLOBS_LFS_SIZE, BLOBS_LFS_ANSWER, BLOBS_LFS_OBJECT, and what `httpGet` throws; FinalError for
   *   what was retried enough.
   */
  async open(
    source: RemoteSource,
    digest: Sha256,
    { range, onRetry }: { readonly range?: RangeRequest | undefined; readonly onRetry: OnBatchRetry },
  ): Promise<Body> {
    const entry = this.#servers.get(source.url)?.get(digest);
    if (entry === undefined) throw lfsSizeError();
    const get = async ({ href, headers }: LfsAction): Promise<Body> =>
      (await httpExchange(href, this.#options, { range, headers })).body;
    const action = await this.#findAction(source.url, entry, onRetry);
    try {
      return await get(action);
    } catch (error) {
      const isRefused = error instanceof HttpStatusError && (error.status === 401 || error.status === 403);
      if (!isRefused || !this.#isExpired(action, 0)) throw error;
      if (entry.answer === action) entry.answer = undefined;
      return get(await this.#findAction(source.url, entry, onRetry));
    }
  }

  /** Notes that nobody needs `digest` any more. */
  forget(digest: Sha256): void {
    for (const server of this.#servers.values()) {
      const entry = server.get(digest);
      if (entry) entry.isDone = true;
    }
  }

  async #findAction(apiUrl: string, entry: Entry, onRetry: OnBatchRetry): Promise<LfsAction> {
    if (!entry.pending && this.#wantsAnswer(entry)) this.#ask(apiUrl, entry, onRetry);
    await entry.pending;
    const { answer } = entry;
    if (answer === undefined) throw new Error('a batch request without an answer');
    // An action that has just come is used whatever it says of its end: the clocks may differ.
    if (!(answer instanceof BlobsError)) return answer;
    throw new FinalError(answer.code, answer.message, { ...answer.details, cause: answer });
  }

  /** Asks for the object and for those that will be needed too; they share the answer. */
  #ask(apiUrl: string, entry: Entry, onRetry: OnBatchRetry): void {
    const page = this.#findPage(apiUrl, entry);
    const settle = (answerOf: (oid: Sha256) => LfsAction | BlobsError | undefined): void => {
      for (const one of page) one.answer = answerOf(one.oid);
    };
    const pending = this.#postRepeatedly(apiUrl, page, onRetry)
      .then(
        (answers) => settle((oid) => answers.get(oid)),
        (error: unknown) => {
          if (!(error instanceof BlobsError)) throw error;
          settle(() => error);
        },
      )
      .finally(() => {
        for (const one of page) one.pending = undefined;
      });
    for (const one of page) one.pending = pending;
  }

  #findPage(apiUrl: string, entry: Entry): Entry[] {
    // Where one object was on no mirror, the others that are asked for there first will not be either.
    const isLikely = ({ askedBefore }: Entry): boolean =>
      askedBefore === 'nothing' || (askedBefore === 'mirror' && entry.askedBefore === 'mirror');
    const others = [...(this.#servers.get(apiUrl)?.values() ?? [])].filter(
      (one) => one !== entry && !one.isDone && !one.pending && this.#wantsAnswer(one) && isLikely(one),
    );
    return [entry, ...others].slice(0, PAGE_SIZE);
  }

  async #postRepeatedly(
    apiUrl: string,
    page: readonly BatchObject[],
    onRetry: OnBatchRetry,
  ): Promise<Map<Sha256, LfsAction | BlobsError>> {
    const { clock, random, retries, signal } = this.#options;
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted();
      try {
        return await postBatch(apiUrl, page, this.#options);
      } catch (error) {
        signal.throwIfAborted();
        const answer = error instanceof HttpStatusError ? error : undefined;
        if (!(error instanceof BlobsError) || !isWorthRetrying(error.code, answer?.status)) throw error;
        if (attempt >= retries) throw error;
        const delayMs = retryDelayMs(attempt, random(), parseRetryAfter(answer?.retryAfter, clock.now()));
        onRetry({ error, delayMs });
        await clock.sleep(delayMs, signal);
      }
    }
  }

  #wantsAnswer({ answer }: Entry): boolean {
    if (answer === undefined) return true;
    return !(answer instanceof BlobsError) && this.#isExpired(answer, EXPIRY_MARGIN_MS);
  }

  #isExpired({ expiresAtMs }: LfsAction, marginMs: number): boolean {
    return expiresAtMs !== undefined && expiresAtMs - marginMs <= this.#options.clock.now();
  }
}
