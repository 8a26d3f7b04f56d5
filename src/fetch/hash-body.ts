// SPDX-License-Identifier: Apache-2.0
import { SNIFFED_BYTES } from '../binary/sniff.ts';
import type { Sha256 } from '../core/sha256.ts';
import { createSha256 } from '../store/create-hash.ts';
import type { Body } from './body.ts';
import { drain } from './drain.ts';
import { checkLimit, type SizeLimit } from './receive.ts';

export interface HashBodyOptions {
  readonly limit: SizeLimit;
  readonly signal: AbortSignal;
  /** Told how many bytes arrived. */
  readonly onBytes?: (bytes: number) => void;
}

/** What a body turned out to be. */
export interface HashedBody {
  readonly sha256: Sha256;
  readonly bytes: number;
  /** Its first bytes, as many as `sniff` looks at. */
  readonly start: Uint8Array;
}

/**
 * Reads all of `body` and keeps nothing of it but its hash and its first bytes.
 *
 * @throws BlobsError BLOBS_SIZE_MISMATCH or BLOBS_TOO_LARGE; whatever the stream throws; the signal's reason.
 */
export async function hashBody(body: Body, { limit, signal, onBytes }: HashBodyOptions): Promise<HashedBody> {
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
      if (bytes < SNIFFED_BYTES) start.push(chunk.slice(0, SNIFFED_BYTES - bytes));
      bytes += chunk.length;
      checkLimit(bytes, limit, 'sends');
      hash.update(chunk);
      onBytes?.(chunk.length);
      return undefined;
    });
  } finally {
    stream.destroy();
    signal.removeEventListener('abort', abort);
  }
  return { sha256: hash.digest('hex') as Sha256, bytes, start: Buffer.concat(start) };
}
