// SPDX-License-Identifier: Apache-2.0
import type { Hash } from 'node:crypto';
import { BlobsError } from '../core/errors.ts';
import type { Sha256 } from '../core/sha256.ts';
import { createSha256 } from '../store/create-hash.ts';
import { TemporaryFile } from '../store/temporary-file.ts';
import { BatchWriter } from './batch-writer.ts';
import type { Body } from './body.ts';
import { drain } from './drain.ts';
import { FollowedWriter, type Follower, Relayed } from './follower.ts';
import { LEAST_RATE, type LeastRate, Pace } from './least-rate.ts';
import { LocalFileError, local } from './local-file-error.ts';

// Less is sooner downloaded again than kept.
const MUCH_BYTES = 1024 * 1024;

/** How many bytes a body may have, and who says so. */
export interface SizeLimit {
  readonly maxBytes: number;
  /** Whether the limit is the size that module.yml declares, which the bytes then contradict. */
  readonly isDeclaredSize: boolean;
}

export interface ReceiveOptions {
  /** Absolute directory for the temporary file. */
  readonly directory: string;
  readonly limit: SizeLimit;
  /** Ends the transfer when it is aborted. */
  readonly signal?: AbortSignal;
  /** Called right before the temporary file is made; what it throws ends the transfer. */
  readonly beforeWrite?: () => void;
  /** Told how many bytes arrived. */
  readonly onBytes: (bytes: number) => void;
  /** What came before of the same body, where it goes on from there. */
  readonly prefix?: Prefix;
  /** Told once that so much is there that it would be a pity to lose it. */
  readonly onMuch?: (file: TemporaryFile) => Promise<void>;
  /** Given the bytes that came before the source failed, which are discarded where nobody takes them. */
  readonly takeUnfinished?: (file: TemporaryFile) => Promise<void>;
  readonly follower?: Follower | undefined;
  /** What the source must bring; {@link LEAST_RATE} unless it is said. */
  readonly leastRate?: LeastRate | undefined;
  /** Known to have no room: all is for the follower alone. */
  readonly isWithoutRoom?: boolean;
}

/** The first bytes of a body, in a file that is open for writing. */
export interface Prefix {
  readonly file: TemporaryFile;
  readonly bytes: number;
  /** That of these bytes, to be updated with those that follow. */
  readonly hash: Hash;
}

/** A whole body in a temporary file, which the caller must place or discard. */
export interface Received {
  readonly file: TemporaryFile;
  readonly sha256: Sha256;
  readonly bytes: number;
}

/**
 * Writes `body` into a new temporary file, or behind the prefix that it goes on from, and hashes it on the way, in
 * constant memory. Leaves no file behind when it throws, unless `takeUnfinished` takes it.
 *
 * @throws BlobsError BLOBS_SIZE_MISMATCH or BLOBS_TOO_LARGE; SlowBody; LocalFileError, which is Relayed where a follower had all
 *   bytes but the disk had not; whatever the stream throws.
 */
export async function receive(body: Body, options: ReceiveOptions): Promise<Received> {
  const { prefix } = options;
  let file = prefix?.file;
  // Errors may come while nobody reads: before the file is there, or when the stream is destroyed below.
  body.stream.on('error', () => undefined);
  const abort = (): void => void body.stream.destroy(options.signal?.reason);
  options.signal?.addEventListener('abort', abort);
  try {
    if (body.length !== undefined) checkLimit((prefix?.bytes ?? 0) + body.length, options.limit, 'announces');
    options.beforeWrite?.();
    file ??= await createFile(options);
    const presentBytes = prefix?.bytes ?? 0;
    await options.follower?.begin({ ...(file ? { file } : {}), presentBytes, body });
    const { sha256, bytes, isRelayed } = await copy(body, file, options);
    if (isRelayed || file === undefined) throw new Relayed({ sha256, bytes });
    return { file, sha256, bytes };
  } catch (error) {
    body.stream.destroy();
    // What is wrong, or has no room here, is of no use later.
    const isUseless = error instanceof BlobsError && !options.signal?.aborted;
    if (file && options.takeUnfinished && !isUseless) await options.takeUnfinished(file);
    else await file?.discard();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

/** A new file; none where there is no room for one and somebody follows the bytes. @throws LocalFileError */
async function createFile({
  directory,
  follower,
  isWithoutRoom,
}: ReceiveOptions): Promise<TemporaryFile | undefined> {
  if (isWithoutRoom && follower) return undefined;
  return local(() => TemporaryFile.create(directory)).catch((error: unknown) => {
    if (follower && error instanceof LocalFileError && error.code === 'BLOBS_NO_SPACE') return undefined;
    throw error;
  });
}

async function copy(
  body: Body,
  file: TemporaryFile | undefined,
  { prefix, limit, onBytes, onMuch, follower, isWithoutRoom, leastRate = LEAST_RATE }: ReceiveOptions,
): Promise<{ sha256: Sha256; bytes: number; isRelayed: boolean }> {
  const hash = prefix?.hash ?? createSha256();
  const writer = openWriter(isWithoutRoom && follower ? undefined : file, prefix?.bytes ?? 0, follower);
  let bytes = prefix?.bytes ?? 0;
  let protecting: Promise<void> | undefined;
  try {
    const pace = new Pace(leastRate);
    await drain(body.stream, (chunk) => {
      pace.came(chunk.length);
      bytes += chunk.length;
      checkLimit(bytes, limit, 'sends');
      hash.update(chunk);
      onBytes(chunk.length);
      const written = writer.add(chunk);
      if (protecting || bytes < MUCH_BYTES || onMuch === undefined || file === undefined) {
        return written && pace.resumeAfter(written);
      }
      protecting = Promise.resolve(written).then(() => onMuch(file));
      return pace.resumeAfter(protecting);
    });
  } finally {
    // What came before an error counts too: a later attempt may go on from there, once nobody else moves the file.
    await protecting?.catch(() => undefined);
    await writer.end();
  }
  const isRelayed = writer instanceof FollowedWriter && writer.isRelayed;
  return { sha256: hash.digest('hex') as Sha256, bytes, isRelayed };
}

function openWriter(
  file: TemporaryFile | undefined,
  presentBytes: number,
  follower: Follower | undefined,
): BatchWriter | FollowedWriter {
  if (follower) return new FollowedWriter(follower, file, presentBytes);
  if (file === undefined) throw new Error('a body for which there is neither a file nor a follower');
  return new BatchWriter(file, presentBytes);
}

/** @throws BlobsError BLOBS_SIZE_MISMATCH or BLOBS_TOO_LARGE where `bytes` are too many. */
export function checkLimit(bytes: number, limit: SizeLimit, verb: 'announces' | 'sends'): void {
  if (bytes <= limit.maxBytes) return;
  if (limit.isDeclaredSize) {
    const amount = verb === 'announces' ? `${bytes} bytes` : 'more';
    throw new BlobsError(
      'BLOBS_SIZE_MISMATCH',
      `the source ${verb} ${amount}, module.yml declares ${limit.maxBytes}`,
    );
  }
  throw new BlobsError(
    'BLOBS_TOO_LARGE',
    `the source ${verb} more than the ${limit.maxBytes} bytes that are allowed`,
    {
      hint: 'raise --max-size if this is right',
    },
  );
}
