// SPDX-License-Identifier: Apache-2.0
import type { Clock } from '../core/deps.ts';
import { BlobsError, type ErrorCode } from '../core/errors.ts';
import type { Sha256 } from '../core/sha256.ts';
import type { PartialDownloads } from '../store/partial-download.ts';
import { WrongRange } from './answer-body.ts';
import type { Body } from './body.ts';
import type { Room } from './free-space.ts';
import { networkError } from './network-error.ts';
import { openSource, type SourceClients } from './open-source.ts';
import { describeSource, type Job, type RemoteSource, type Source } from './plan.ts';
import { type Prefix, type Received, type ReceiveOptions, receive } from './receive.ts';
import { receiveFile } from './receive-file.ts';
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
    return verified(received, job, source);
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
  { wanted: { job, unfinished, distrusted }, options, receiveOptions }: TransferContext,
  resumable?: Resumable,
): Promise<Received> {
  const { url } = source;
  let prefix = resumable?.prefix;
  const open = async (): Promise<Body> => {
    if (job.size !== undefined) await options.room?.reserve(job.size, prefix?.bytes);
    return openSource(source, job.digest, {
      ...options,
      range: resumable?.range,
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
    if (job.size === undefined) await reserveAnnounced(body, prefix, options);
    const received = await receive(body, {
      ...receiveOptions,
      ...(prefix ? { prefix } : {}),
      ...(validator === undefined || distrusted.has(url)
        ? {}
        : {
            onMuch: (file) => unfinished.protect(file, { url, validator }),
            takeUnfinished: (file) => unfinished.keep(file, { url, validator }),
          }),
    });
    return await verified(received, job, source, body);
  } catch (error) {
    if (prefix && error instanceof BlobsError && WRONG.has(error.code)) throw new Misfit();
    throw networkError(error, url, options.timeoutMs);
  }
}

/** Reserves room for as much as the source announces. More than is allowed is refused for that alone, soon after. */
async function reserveAnnounced(
  { stream, length }: Body,
  prefix: Prefix | undefined,
  { room, maxSizeBytes }: DownloadOptions,
): Promise<void> {
  const present = prefix?.bytes ?? 0;
  if (length === undefined || present + length > maxSizeBytes) return;
  try {
    await room?.reserve(present + length, present);
  } catch (error) {
    stream.destroy();
    await prefix?.file.discard();
    throw error;
  }
}

/** What was there and what came do not make the right bytes together; the source may have them all the same. */
class Misfit extends Error {}

const WRONG: ReadonlySet<ErrorCode> = new Set([
  'BLOBS_HASH_MISMATCH',
  'BLOBS_SIZE_MISMATCH',
  'BLOBS_TOO_LARGE',
]);

async function verified(received: Received, job: Job, source: Source, body?: Body): Promise<Received> {
  if (received.sha256 === job.digest) return received;
  await received.file.discard();
  throw hashMismatch(job, received, source, body);
}

function hashMismatch(job: Job, received: Received, source: Source, body: Body | undefined): BlobsError {
  const html = /^text\/html\b/i.test(body?.contentType ?? '');
  return new BlobsError('BLOBS_HASH_MISMATCH', 'checksum mismatch', {
    facts: [
      `expected ${job.digest}  got ${received.sha256}  from ${describeSource(source)}`,
      ...(html ? ['the server sent a web page, as sign-in pages and moved files do'] : []),
    ],
  });
}
