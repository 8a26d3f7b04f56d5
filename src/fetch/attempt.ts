// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../core/deps.ts';
import { BlobsError, type ErrorCode } from '../core/errors.ts';
import type { Sha256 } from '../core/sha256.ts';
import type { PartialDownloads } from '../store/partial-download.ts';
import { WrongRange } from './answer-body.ts';
import type { Body } from './body.ts';
import { type Follower, Relayed } from './follower.ts';
import type { Room } from './free-space.ts';
import type { LeastRate } from './least-rate.ts';
import { networkError } from './network-error.ts';
import { openSource, type SourceClients } from './open-source.ts';
import { describeSource, type Job, type RemoteSource, type Source } from './plan.ts';
import type { Conditions } from './range.ts';
import { type Received, type ReceiveOptions, receive } from './receive.ts';
import { receiveFile } from './receive-file.ts';
import { reserveAnnounced, reserveRoom } from './reserve-room.ts';
import type { Resumable, Unfinished } from './unfinished.ts';

export interface DownloadOptions extends SourceClients {
  /** Absolute directory for what is downloaded. */
  readonly directory: string;
  /** Absolute directory for copies of what is in the store already, on the file system of their target. */
  readonly copyDirectory: string;
  /** Attempts after the first at one URL. */
  readonly retries: number;
  /** The limit for blobs without a declared size. */
  readonly maxSizeBytes: number;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  readonly onProgress: (event: DownloadProgress) => void;
  /** Called right before anything is written to `directory`. */
  readonly beforeWrite?: () => void;
  /** Where unfinished downloads are kept for later runs. The caller has the lock of what is downloaded. */
  readonly partials?: PartialDownloads | undefined;
  /** Room for what is downloaded: reserved before a download whose size is known. */
  readonly room?: Room;
  /** Reads what is downloaded while it arrives. */
  readonly follower?: Follower;
  /** What a source must bring. */
  readonly leastRate?: LeastRate;
}

/** What happens during one download. */
export type DownloadProgress =
  | { readonly kind: 'attempt'; readonly source: Source }
  /** So many bytes are there from an earlier attempt. */
  | { readonly kind: 'resumed'; readonly bytes: number }
  /** So many bytes the whole has. */
  | { readonly kind: 'announced'; readonly bytes: number }
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'retry'; readonly error: BlobsError; readonly delayMs: number };

/** What is downloaded, and what came of it so far. */
export interface Wanted {
  readonly job: Job;
  readonly unfinished: Unfinished;
  /** URLs whose bytes were wrong once when a download was resumed: they are asked for all or nothing. */
  readonly distrusted: Set<string>;
  /** There where any bytes are right: what is known of those that came from a URL before. */
  readonly findConditions?: (url: string) => Conditions | undefined;
}

/**
 * Asks `source` once for the bytes of a job: those that are not there yet, where it was asked before, and once more for
 * all where they do not fit.
 *
 * @throws BlobsError, BLOBS_HASH_MISMATCH for wrong bytes; LocalFileError; the signal's reason when it is aborted.
 */
export async function attemptSource(
  source: Source,
  wanted: Wanted,
  options: DownloadOptions,
): Promise<Received> {
  try {
    return await attempt(source, wanted, options);
  } catch (error) {
    throw error instanceof BlobsError && TOO_MANY.has(error.code) ? sizeError(error, source) : error;
  }
}

const TOO_MANY: ReadonlySet<ErrorCode> = new Set(['BLOBS_SIZE_MISMATCH', 'BLOBS_TOO_LARGE']);

/** `error` with the source that it is about. */
function sizeError({ code, message, details }: BlobsError, source: Source): BlobsError {
  const hint = 'file' in source ? { hint: 'look at the file: a cache may be out of date' } : {};
  const facts = [...(details.facts ?? []), `from ${describeSource(source)}`];
  return new BlobsError(code, message, { ...details, ...hint, facts });
}

async function attempt(source: Source, wanted: Wanted, options: DownloadOptions): Promise<Received> {
  const { job } = wanted;
  const receiveOptions: ReceiveOptions = {
    directory: source.kind === 'store' ? options.copyDirectory : options.directory,
    limit:
      job.size === undefined
        ? { maxBytes: options.maxSizeBytes, isDeclaredSize: false }
        : { maxBytes: job.size, isDeclaredSize: true },
    signal: options.signal,
    ...(options.beforeWrite === undefined ? {} : { beforeWrite: options.beforeWrite }),
    follower: options.follower,
    leastRate: options.leastRate,
    onBytes: (bytes) => {
      options.room?.wrote(bytes);
      options.onProgress({ kind: 'bytes', bytes });
    },
  };
  if ('file' in source) {
    // What is too large in the store is either damaged, as its hash tells, or declared wrong.
    const limit =
      source.kind === 'store' ? { maxBytes: Infinity, isDeclaredSize: false } : receiveOptions.limit;
    const received = await receiveFile(source.file, { ...receiveOptions, limit });
    return verified(received, wanted, source);
  }
  const resumable = await wanted.unfinished.take(source.url, {
    maxBytes: receiveOptions.limit.maxBytes,
    signal: options.signal,
  });
  const context = { wanted, options, receiveOptions };
  if (resumable) {
    const received = await resume(source, resumable, context);
    if (received) return received;
  }
  return transfer(source, context);
}

interface TransferContext {
  readonly wanted: Wanted;
  readonly options: DownloadOptions;
  readonly receiveOptions: ReceiveOptions;
}

/** Goes on with what came before. Undefined where that turns out to be of no use, so that all is to be asked for anew. */
async function resume(
  source: RemoteSource,
  { prefix, range }: Resumable,
  context: TransferContext,
): Promise<Received | undefined> {
  const { wanted, options } = context;
  const sha256 = prefix.hash.copy().digest('hex') as Sha256;
  if (sha256 === wanted.job.digest) return { file: prefix.file, sha256, bytes: prefix.bytes };
  options.onProgress({ kind: 'resumed', bytes: prefix.bytes });
  try {
    return await transfer(source, context, { prefix, range });
  } catch (error) {
    if (!(error instanceof WrongRange || error instanceof Misfit)) throw error;
    wanted.distrusted.add(source.url);
    options.onProgress({ kind: 'attempt', source });
    return undefined;
  }
}

/** Gets the bytes of `source`, or those that follow what is there. What came is kept where the source fails. */
async function transfer(
  source: RemoteSource,
  { wanted, options, receiveOptions }: TransferContext,
  resumable?: Resumable,
): Promise<Received> {
  const { url } = source;
  const { job, unfinished, distrusted } = wanted;
  let prefix = resumable?.prefix;
  let hasRoom = true;
  const open = async (): Promise<Body> => {
    hasRoom = await reserveRoom(job.size, prefix, options);
    return openSource(source, job.digest, {
      ...options,
      range: resumable?.range,
      conditions: resumable === undefined ? wanted.findConditions?.(url) : undefined,
      onRetry: (event) => options.onProgress({ kind: 'retry', ...event }),
    });
  };
  const body = await open().catch(async (error: unknown) => {
    if (error instanceof WrongRange) await prefix?.file.discard();
    else if (resumable)
      await unfinished.keep(resumable.prefix.file, { url, validator: resumable.range.validator });
    throw error;
  });
  // Nobody listens before it is read.
  body.stream.on('error', () => undefined);
  if (prefix && body.fromByte === undefined) {
    // The whole, since it is not what it was, or the server does not give parts.
    await prefix.file.discard();
    prefix = undefined;
    options.onProgress({ kind: 'attempt', source });
  }
  if (body.length !== undefined) {
    options.onProgress({ kind: 'announced', bytes: (prefix?.bytes ?? 0) + body.length });
  }
  const { validator } = body;
  try {
    if (job.size === undefined) hasRoom = await reserveAnnounced(body, prefix, options);
    const received = await receive(body, {
      ...receiveOptions,
      ...(prefix ? { prefix } : {}),
      isWithoutRoom: !hasRoom,
      ...(validator === undefined || distrusted.has(url)
        ? {}
        : {
            onMuch: (file) => unfinished.protect(file, { url, validator }),
            takeUnfinished: (file) => unfinished.keep(file, { url, validator }),
          }),
    });
    return await verified(received, wanted, source, body);
  } catch (caught) {
    const error = caught instanceof Relayed ? judgeRelayed(caught, wanted, source, body) : caught;
    if (prefix && error instanceof BlobsError && WRONG.has(error.code)) throw new Misfit();
    throw networkError(error, url, options.timeoutMs);
  }
}

/** What was there and what came do not make the right bytes together; the source may have them all the same. */
class Misfit extends Error {}

const WRONG: ReadonlySet<ErrorCode> = new Set([
  'BLOBS_HASH_MISMATCH',
  'BLOBS_SIZE_MISMATCH',
  'BLOBS_TOO_LARGE',
]);

async function verified(received: Received, wanted: Wanted, source: Source, body?: Body): Promise<Received> {
  if (isRight(received, wanted)) return received;
  await received.file.discard();
  throw hashMismatch(wanted.job, received, source, body);
}

/** What is to be thrown for bytes that came and were not kept. */
function judgeRelayed(relayed: Relayed, wanted: Wanted, source: Source, body: Body): BlobsError {
  return isRight(relayed, wanted) ? relayed : hashMismatch(wanted.job, relayed, source, body);
}

function isRight({ sha256 }: { readonly sha256: Sha256 }, { job, findConditions }: Wanted): boolean {
  return findConditions !== undefined || sha256 === job.digest;
}

function hashMismatch(
  job: Job,
  received: Pick<Received, 'sha256'>,
  source: Source,
  body: Body | undefined,
): BlobsError {
  const html = /^text\/html\b/i.test(body?.contentType ?? '');
  return new BlobsError('BLOBS_HASH_MISMATCH', 'checksum mismatch', {
    facts: [
      `expected ${job.digest}  got ${received.sha256}  from ${describeSource(source)}`,
      ...(html ? ['the server sent a web page, as sign-in pages and moved files do'] : []),
    ],
  });
}
