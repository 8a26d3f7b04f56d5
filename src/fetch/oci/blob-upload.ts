// SPDX-License-Identifier: Apache-2.0
import type { Hash } from 'node:crypto';
import { BlobsError } from '../../core/errors.ts';
import { createSha256 } from '../../store/create-hash.ts';
import { repeat } from '../repeat.ts';
import type { Content } from '../transport.ts';
import { type BlobBytes, contentOf } from './blob-bytes.ts';
import { ChunkedUpload } from './chunked-upload.ts';
import { answerError } from './registry-answer.ts';
import {
  abandon,
  assertDigest,
  begin,
  CHUNK_BYTES,
  complete,
  NoChunks,
  UploadLost,
  type UploadOptions,
} from './upload-session.ts';

/** How often a registry may lose an upload before that counts as a failure. */
const MAX_LOSSES = 3;

/**
 * Uploads a blob (OCI Distribution Spec 1.1, "Pushing blobs"): small ones at once, large ones in chunks, of which each is
 * sent again from where the registry says that it broke off; at once, too, where the registry takes no chunks. What is
 * read is hashed, and an upload of other bytes is never completed.
 *
 * @throws BlobsError BLOBS_HASH_MISMATCH, BLOBS_FILE_ACCESS, BLOBS_OCI_ANSWER, and what `httpSend` throws
 */
export async function uploadBlob(options: UploadOptions): Promise<void> {
  const { source, chunkBytes = CHUNK_BYTES } = options;
  let inChunks = source.bytes > chunkBytes;
  for (let losses = 0; ; ) {
    try {
      if (inChunks) return await new ChunkedUpload(options).run();
      return await repeat(() => uploadAtOnce(options), options.repeat);
    } catch (error) {
      if (error instanceof NoChunks) inChunks = false;
      else if (!(error instanceof UploadLost)) throw error;
      else if (++losses > MAX_LOSSES) {
        throw answerError(options.connection.reference.origin, `says ${losses} times that an upload is lost`);
      }
    }
  }
}

async function uploadAtOnce(options: UploadOptions): Promise<void> {
  const { source } = options;
  if (source.bytes <= CHUNK_BYTES) {
    const buffer = await source.read(0, source.bytes);
    assertDigest(createSha256().update(buffer), options);
    const { url } = await begin(options);
    return complete(url, options, contentOf(buffer));
  }
  const { url } = await begin(options);
  try {
    await complete(
      url,
      options,
      streamOf(source, (hash) => assertDigest(hash, options)),
    );
  } catch (error) {
    if (error instanceof BlobsError && error.code === 'BLOBS_HASH_MISMATCH') await abandon(url, options);
    throw error;
  }
}

const STREAMED_BYTES = 1024 * 1024;

/** All bytes of a source, the last of which go out after `check` has seen the hash of all. */
function streamOf(source: BlobBytes, check: (hash: Hash) => void): Content {
  return {
    bytes: source.bytes,
    read: async function* () {
      const hash = createSha256();
      for (let at = 0; at < source.bytes; at += STREAMED_BYTES) {
        const length = Math.min(STREAMED_BYTES, source.bytes - at);
        const buffer = await source.read(at, length);
        hash.update(buffer);
        if (at + length === source.bytes) check(hash);
        yield buffer;
      }
    },
  };
}
