// SPDX-License-Identifier: Apache-2.0
import type { Hash } from 'node:crypto';
import { BlobsError } from '../../core/errors.ts';
import type { Sha256 } from '../../core/sha256.ts';
import type { RepeatOptions } from '../repeat.ts';
import type { Content } from '../transport.ts';
import type { BlobBytes } from './blob-bytes.ts';
import { findOtherDigest } from './registry-answer.ts';
import type { Answer, RegistryConnection } from './registry-connection.ts';
import { parseLocation } from './upload-answer.ts';

/** Bytes that are sent at once, and held in memory meanwhile. */
export const CHUNK_BYTES = 8 * 1024 * 1024;
export const OCTETS = 'application/octet-stream';

export interface UploadOptions {
  readonly digest: Sha256;
  readonly source: BlobBytes;
  readonly connection: RegistryConnection;
  readonly repeat: RepeatOptions;
  /** Whether the registry has the blob by now. */
  readonly isThere: () => Promise<boolean>;
  /** {@link CHUNK_BYTES} by default. */
  readonly chunkBytes?: number;
}

/** The registry knows nothing of an upload any more, so that it must begin anew. */
export class UploadLost extends Error {}
/** The registry takes no chunks. */
export class NoChunks extends Error {}

/** Begins an upload; where it goes on. */
export async function begin({
  connection,
}: UploadOptions): Promise<{ readonly url: URL; readonly answer: Answer }> {
  const url = connection.url('blobs/uploads/');
  const answer = await connection.send(url, 'pull,push', { method: 'POST', accept: [202] });
  return { url: parseLocation(answer.header('location'), url), answer };
}

/** Completes an upload, with the last bytes of it. */
export async function complete(
  url: URL,
  { digest, connection }: UploadOptions,
  content: Content | undefined,
): Promise<void> {
  const target = new URL(url);
  // Appended as text, since the registry's own part of the query must stay as it is.
  target.search = `${url.search === '' ? '?' : `${url.search}&`}digest=sha256:${digest}`;
  const answer = await connection.send(target, 'pull,push', {
    method: 'PUT',
    ...(content === undefined ? {} : { content, headers: { 'content-type': OCTETS } }),
    accept: [200, 201, 204],
  });
  const other = findOtherDigest(answer.header('docker-content-digest'), digest);
  if (other === undefined) return;
  throw new BlobsError('BLOBS_HASH_MISMATCH', 'the registry took the blob for another one', {
    facts: [`expected ${digest}  got ${other}  from ${connection.reference.text}`],
  });
}

/** Tells the registry that it need not wait for more. What it answers changes nothing. */
export async function abandon(url: URL, { connection }: UploadOptions): Promise<void> {
  await connection
    .send(url, 'pull,push', { method: 'DELETE', accept: [200, 202, 204] })
    .catch(() => undefined);
}

/** @throws BlobsError `BLOBS_HASH_MISMATCH` where what was read is not what was to be pushed */
export function assertDigest(hash: Hash, { digest, source, connection }: UploadOptions): void {
  const sha256 = hash.digest('hex');
  if (sha256 === digest) return;
  throw new BlobsError('BLOBS_HASH_MISMATCH', `${source.name} changed while it was pushed`, {
    facts: [`expected ${digest}  got ${sha256}  from ${source.name}`],
    hint: `nothing of it is in ${connection.reference.text}; push again`,
  });
}
