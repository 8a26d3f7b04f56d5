// SPDX-License-Identifier: Apache-2.0
import type { Hash } from 'node:crypto';
import { BlobsError } from '../../core/errors.ts';
import type { Sha256 } from '../../core/sha256.ts';
import { createSha256 } from '../../store/create-hash.ts';
import { HttpStatusError } from '../http-status-error.ts';
import { type RepeatOptions, repeat } from '../repeat.ts';
import type { Content } from '../transport.ts';
import { type BlobBytes, contentOf } from './blob-bytes.ts';
import { answerError } from './registry-answer.ts';
import type { Answer, RegistryConnection } from './registry-connection.ts';
import { findMinChunkBytes, findReceivedBytes, parseLocation } from './upload-answer.ts';

/** Bytes that are sent at once, and held in memory meanwhile. */
export const CHUNK_BYTES = 8 * 1024 * 1024;
/** A registry that wants larger ones gets all at once. */
const MAX_CHUNK_BYTES = 64 * 1024 * 1024;
/** How often a registry may lose an upload before that counts as a failure. */
const MAX_LOSSES = 3;
/** How often it may take less than was sent. */
const MAX_SHORTFALLS = 20;
// What registries answer that take no chunks, or not as the specification has it.
const NO_CHUNKS: ReadonlySet<number> = new Set([400, 404, 405, 411, 416, 501]);
const OCTETS = 'application/octet-stream';

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
class UploadLost extends Error {}
/** The registry takes no chunks. */
class NoChunks extends Error {}

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

/** Begins an upload; where it goes on. */
async function begin({ connection }: UploadOptions): Promise<{ readonly url: URL; readonly answer: Answer }> {
  const url = connection.url('blobs/uploads/');
  const answer = await connection.send(url, 'pull,push', { method: 'POST', accept: [202] });
  return { url: parseLocation(answer.header('location'), url), answer };
}

/** Completes an upload, with the last bytes of it. */
async function complete(
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
  const said = answer.header('docker-content-digest');
  if (said === undefined || said === `sha256:${digest}`) return;
  throw new BlobsError('BLOBS_HASH_MISMATCH', 'the registry took the blob for another one', {
    facts: [
      `expected ${digest}  got ${said.replace(/[^\w:+.-]/g, '').slice(0, 80)}  from ${connection.reference.text}`,
    ],
  });
}

/** Tells the registry that it need not wait for more. What it answers changes nothing. */
async function abandon(url: URL, { connection }: UploadOptions): Promise<void> {
  await connection
    .send(url, 'pull,push', { method: 'DELETE', accept: [200, 202, 204] })
    .catch(() => undefined);
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

function assertDigest(hash: Hash, { digest, source, connection }: UploadOptions): void {
  const sha256 = hash.digest('hex');
  if (sha256 === digest) return;
  throw new BlobsError('BLOBS_HASH_MISMATCH', `${source.name} changed while it was pushed`, {
    facts: [`expected ${digest}  got ${sha256}  from ${source.name}`],
    hint: `nothing of it is in ${connection.reference.text}; push again`,
  });
}

/** One upload in chunks. */
class ChunkedUpload {
  readonly #options: UploadOptions;
  readonly #hash = createSha256();
  #url = new URL('https://invalid.invalid/');
  /** What is sent now, and where it belongs; the bytes before are with the registry. */
  #chunk: { readonly from: number; readonly bytes: Buffer } = { from: 0, bytes: Buffer.alloc(0) };
  /** Bytes that the registry has. */
  #received = 0;
  /** How often it took less than was sent. */
  #shortfalls = 0;
  /** Whether it is to be asked how many that are. */
  #isUnsure = false;

  constructor(options: UploadOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { source, repeat: repeatOptions, chunkBytes = CHUNK_BYTES } = this.#options;
    const begun = await repeat(() => begin(this.#options), repeatOptions);
    this.#url = begun.url;
    const leastBytes = findMinChunkBytes(begun.answer.header('oci-chunk-min-length'));
    if (leastBytes > MAX_CHUNK_BYTES) throw new NoChunks();
    const size = Math.max(chunkBytes, leastBytes);
    try {
      while (this.#received < source.bytes) {
        const from = this.#received;
        this.#chunk = { from, bytes: await source.read(from, Math.min(size, source.bytes - from)) };
        this.#hash.update(this.#chunk.bytes);
        while (this.#received < this.#end) await repeat(() => this.#sendChunk(), repeatOptions);
      }
      assertDigest(this.#hash, this.#options);
    } catch (error) {
      if (!(error instanceof UploadLost)) await abandon(this.#url, this.#options);
      throw error;
    }
    await repeat(() => this.#complete(), repeatOptions);
  }

  get #end(): number {
    return this.#chunk.from + this.#chunk.bytes.length;
  }

  /** Sends what the registry does not have of the chunk. */
  async #sendChunk(): Promise<void> {
    const { connection } = this.#options;
    if (this.#isUnsure) await this.#askReceived();
    if (this.#received >= this.#end) return;
    const rest = this.#chunk.bytes.subarray(this.#received - this.#chunk.from);
    let answer: Answer;
    try {
      answer = await connection.send(this.#url, 'pull,push', {
        method: 'PATCH',
        content: contentOf(rest),
        headers: { 'content-type': OCTETS, 'content-range': `${this.#received}-${this.#end - 1}` },
        accept: [200, 201, 202, 204],
      });
    } catch (error) {
      // A chunk that comes anew after it was taken is out of range.
      const isUnsure = this.#isUnsure;
      this.#isUnsure = true;
      if (!(error instanceof HttpStatusError) || !NO_CHUNKS.has(error.status)) throw error;
      if (this.#received === 0 && !isUnsure) throw new NoChunks();
      if (error.status === 404 || isUnsure) throw new UploadLost();
      return;
    }
    this.#isUnsure = false;
    this.#url = parseLocation(answer.header('location') ?? this.#url.href, this.#url);
    const before = this.#received;
    this.#note(findReceivedBytes(answer.header('range')) ?? this.#end);
    if (this.#received < this.#end && (this.#received === before || ++this.#shortfalls > MAX_SHORTFALLS)) {
      throw new UploadLost();
    }
  }

  async #askReceived(): Promise<void> {
    const { connection } = this.#options;
    try {
      const answer = await connection.send(this.#url, 'pull,push', {
        method: 'GET',
        accept: [200, 202, 204],
      });
      const received = findReceivedBytes(answer.header('range'));
      if (received === undefined) throw new UploadLost();
      this.#url = parseLocation(answer.header('location') ?? this.#url.href, this.#url);
      this.#note(received);
    } catch (error) {
      if (error instanceof HttpStatusError && NO_CHUNKS.has(error.status)) throw new UploadLost();
      throw error;
    }
  }

  /** Takes the registry's word for what it has, as far as it can be true. */
  #note(received: number): void {
    // What is no longer in memory could not be sent again; what was never sent cannot be there.
    if (received < this.#chunk.from || received > this.#end) throw new UploadLost();
    this.#received = received;
  }

  async #complete(): Promise<void> {
    try {
      await complete(this.#url, this.#options, undefined);
    } catch (error) {
      // An answer that was lost on its way may have said that all is well.
      if (!(error instanceof HttpStatusError) || error.status !== 404) throw error;
      if (!(await this.#options.isThere())) throw new UploadLost();
    }
  }
}
