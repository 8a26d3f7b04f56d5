// SPDX-License-Identifier: Apache-2.0
import { BlobsError, describeError } from '../core/errors.ts';
import type { Sha256 } from '../core/sha256.ts';
import { createSha256 } from '../store/create-hash.ts';
import { TemporaryFile } from '../store/temporary-file.ts';
import type { Body } from './body.ts';
import { drain } from './drain.ts';
import { LocalFileError } from './local-file-error.ts';

// Writing in large pieces saves a trip to the thread pool for each packet.
const BATCH_BYTES = 512 * 1024;

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
}

/** A whole body in a temporary file, which the caller must place or discard. */
export interface Received {
  readonly file: TemporaryFile;
  readonly sha256: Sha256;
  readonly bytes: number;
}

/**
 * Writes `body` into a new temporary file and hashes it on the way, in constant memory. Leaves no file behind
 * when it throws.
 *
 * @throws BlobsError BLOBS_SIZE_MISMATCH or BLOBS_TOO_LARGE; LocalFileError; whatever the stream throws.
 */
export async function receive(body: Body, options: ReceiveOptions): Promise<Received> {
  let file: TemporaryFile | undefined;
  // Errors may come while nobody reads: before the file is there, or when the stream is destroyed below.
  body.stream.on('error', () => undefined);
  const abort = (): void => void body.stream.destroy(options.signal?.reason);
  options.signal?.addEventListener('abort', abort);
  try {
    if (body.length !== undefined) checkLimit(body.length, options.limit, 'announces');
    options.beforeWrite?.();
    file = await local(() => TemporaryFile.create(options.directory));
    const { sha256, bytes } = await copy(body, file, options);
    return { file, sha256, bytes };
  } catch (error) {
    body.stream.destroy();
    await file?.discard();
    throw error;
  } finally {
    options.signal?.removeEventListener('abort', abort);
  }
}

async function copy(
  body: Body,
  file: TemporaryFile,
  options: ReceiveOptions,
): Promise<{ sha256: Sha256; bytes: number }> {
  const hash = createSha256();
  let bytes = 0;
  let batch: Uint8Array[] = [];
  let batchBytes = 0;
  await drain(body.stream, (chunk) => {
    bytes += chunk.length;
    checkLimit(bytes, options.limit, 'sends');
    hash.update(chunk);
    batch.push(chunk);
    batchBytes += chunk.length;
    options.onBytes(chunk.length);
    if (batchBytes < BATCH_BYTES) return undefined;
    const full = writeAll(file, batch, batchBytes);
    batch = [];
    batchBytes = 0;
    return full;
  });
  if (batchBytes > 0) await writeAll(file, batch, batchBytes);
  return { sha256: hash.digest('hex') as Sha256, bytes };
}

async function writeAll(file: TemporaryFile, batch: readonly Uint8Array[], bytes: number): Promise<void> {
  await local(async () => {
    const { bytesWritten } = await file.handle.writev(batch);
    if (bytesWritten === bytes) return;
    // A short write is rare (a disk that is nearly full): what is left goes out piece by piece until it is told why.
    let rest = Buffer.concat(batch).subarray(bytesWritten);
    while (rest.length > 0) rest = rest.subarray((await file.handle.write(rest)).bytesWritten);
  });
}

/** Runs what writes to the local disk. @throws LocalFileError */
export async function local<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw new LocalFileError('BLOBS_FILE_ACCESS', `cannot write: ${describeError(error)}`, { cause: error });
  }
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
