// SPDX-License-Identifier: Apache-2.0
import { createSha256 } from '../../store/create-hash.ts';
import { HttpStatusError } from '../http-status-error.ts';
import { repeat } from '../repeat.ts';
import { contentOf } from './blob-bytes.ts';
import type { Answer } from './registry-connection.ts';
import { findMinChunkBytes, findReceivedBytes, parseLocation } from './upload-answer.ts';
import {
  abandon,
  assertDigest,
  begin,
  CHUNK_BYTES,
  complete,
  NoChunks,
  OCTETS,
  UploadLost,
  type UploadOptions,
} from './upload-session.ts';

/** A registry that wants larger ones gets all at once. */
const MAX_CHUNK_BYTES = 64 * 1024 * 1024;
/** How often it may take less than was sent. */
const MAX_SHORTFALLS = 20;
// What registries answer that take no chunks, or not as the specification has it.
const NO_CHUNKS: ReadonlySet<number> = new Set([400, 404, 405, 411, 416, 501]);

/**
 * One upload in chunks (OCI Distribution Spec 1.1, "Pushing a blob in chunks").
 *
 * @throws UploadLost or NoChunks where it is to be tried otherwise
 */
export class ChunkedUpload {
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
