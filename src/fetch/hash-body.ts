// SPDX-License-Identifier: Apache-2.0
import type { Sha256 } from '../core/sha256.ts';
import { createSha256 } from '../store/create-hash.ts';
import type { Body } from './body.ts';
import { drain } from './drain.ts';
import { checkLimit, type SizeLimit } from './receive.ts';

// Of the longest Git LFS pointer, and enough to tell a web page.
const START_BYTES = 1024;

/** What a body turned out to be. */
export interface HashedBody {
  readonly sha256: Sha256;
  readonly bytes: number;
  /** Its first bytes. */
  readonly start: Uint8Array;
}

/**
 * Reads all of `body` and keeps nothing of it but its hash and its first bytes.
 *
 * @throws BlobsError BLOBS_SIZE_MISMATCH or BLOBS_TOO_LARGE; whatever the stream throws; the signal's reason.
 */
export async function hashBody(
  body: Body,
  { limit, signal }: { readonly limit: SizeLimit; readonly signal: AbortSignal },
): Promise<HashedBody> {
  const { stream } = body;
  const hash = createSha256();
  const start: Uint8Array[] = [];
  let bytes = 0;
  const abort = (): void => void stream.destroy(signal.reason);
  stream.on('error', () => undefined);
  signal.addEventListener('abort', abort);
  try {
    signal.throwIfAborted();
    if (body.length !== undefined) checkLimit(body.length, limit, 'announces');
    await drain(stream, (chunk) => {
      if (bytes < START_BYTES) start.push(chunk.slice(0, START_BYTES - bytes));
      bytes += chunk.length;
      checkLimit(bytes, limit, 'sends');
      hash.update(chunk);
      return undefined;
    });
  } finally {
    stream.destroy();
    signal.removeEventListener('abort', abort);
  }
  return { sha256: hash.digest('hex') as Sha256, bytes, start: Buffer.concat(start) };
}
