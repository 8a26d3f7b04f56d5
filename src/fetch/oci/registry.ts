// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import type { Sha256 } from '../../core/sha256.ts';
import { createSha256 } from '../../store/create-hash.ts';
import { openRegularFile } from '../../store/open-regular-file.ts';
import type { Body } from '../body.ts';
import { HttpStatusError } from '../http-status-error.ts';
import type { RangeRequest } from '../range.ts';
import { type RepeatOptions, repeat } from '../repeat.ts';
import { type BlobBytes, bytesInMemory, bytesOfFile, contentOf } from './blob-bytes.ts';
import { uploadBlob } from './blob-upload.ts';
import {
  type DescribedBlob,
  EMPTY,
  MANIFEST_TYPE,
  MAX_MANIFEST_BYTES,
  manifestText,
  tagOf,
} from './manifest.ts';
import type { OciReference } from './reference.ts';
import { findOtherDigest } from './registry-answer.ts';
import type { AuthOptions } from './registry-auth.ts';
import { RegistryConnection } from './registry-connection.ts';

export interface RegistryOptions extends AuthOptions {
  /** Attempts after the first at one request. */
  readonly retries: number;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** {@link uploadBlob} sends so many bytes at once. */
  readonly chunkBytes?: number;
}

/** A client for the repository; nothing is asked before the first use. Its transport is the caller's. */
export function openRegistry(reference: OciReference, options: RegistryOptions): Registry {
  return new Registry(reference, options);
}

/** One repository of a registry (OCI Distribution Spec 1.1), by whose blobs modules' blobs are found. */
export class Registry {
  readonly reference: OciReference;
  readonly #connection: RegistryConnection;
  readonly #repeat: RepeatOptions;
  readonly #chunkBytes: number | undefined;
  #emptyConfig: Promise<void> | undefined;

  constructor(reference: OciReference, options: RegistryOptions) {
    const { retries, random, clock, signal, trace, chunkBytes, ...rest } = options;
    this.reference = reference;
    this.#connection = new RegistryConnection(reference, {
      ...rest,
      clock,
      signal,
      ...(trace === undefined ? {} : { trace }),
    });
    const onRetry: RepeatOptions['onRetry'] = ({ error, delayMs }) =>
      trace?.(`again in ${delayMs / 1000} s: ${error.message}`);
    this.#repeat = { retries, random, clock, signal, onRetry };
    this.#chunkBytes = chunkBytes;
  }

  /**
   * The bytes that are to have this digest, which nobody has hashed yet; one attempt.
   *
   * @throws as `httpGet`; BlobsError `BLOBS_OCI_ANSWER`
   */
  pull(digest: Sha256, range?: RangeRequest): Promise<Body> {
    return this.#connection.get(this.#blobUrl(digest), { range });
  }

  /**
   * Whether the registry says that it has a blob, and of how many bytes.
   *
   * @throws as {@link pull}, after retries
   */
  async has(digest: Sha256): Promise<{ readonly bytes?: number } | undefined> {
    return repeat(async () => {
      try {
        const { stream, length } = await this.#connection.get(this.#blobUrl(digest), { look: 'head' });
        stream.on('error', () => undefined).resume();
        return length === undefined ? {} : { bytes: length };
      } catch (error) {
        if (error instanceof HttpStatusError && error.status === 404) return undefined;
        throw error;
      }
    }, this.#repeat);
  }

  /**
   * Uploads the regular file `file`, which is to have this digest, and gives its size in bytes.
   *
   * @throws as `uploadBlob`; BlobsError `BLOBS_NOT_A_FILE`; the system's error
   */
  async push(digest: Sha256, file: string): Promise<number> {
    const handle = await openRegularFile(file);
    try {
      const source = await bytesOfFile(handle, file);
      await this.#upload(digest, source);
      return source.bytes;
    } finally {
      await handle.close();
    }
  }

  /**
   * Puts a manifest under `tag`.
   *
   * @throws BlobsError `BLOBS_HASH_MISMATCH` where the registry took it for another one; as `httpSend`, after retries
   */
  async pushManifest(tag: string, text: string): Promise<void> {
    const bytes = Buffer.from(text);
    const answer = await repeat(
      () =>
        this.#connection.send(this.#manifestUrl(tag), 'pull,push', {
          method: 'PUT',
          headers: { 'content-type': MANIFEST_TYPE },
          content: contentOf(bytes),
          accept: [200, 201, 202],
        }),
      this.#repeat,
    );
    this.#assertDigest(answer.header('docker-content-digest'), bytes, tag);
  }

  /**
   * The manifest under `tag`; undefined where there is none.
   *
   * @throws BlobsError `BLOBS_HASH_MISMATCH` where it is not what the registry says; as `httpSend`, after retries
   */
  async findManifest(tag: string): Promise<string | undefined> {
    const answer = await repeat(
      () =>
        this.#connection.send(this.#manifestUrl(tag), 'pull', {
          method: 'GET',
          headers: { accept: MANIFEST_TYPE },
          accept: [200, 404],
          maxBytes: MAX_MANIFEST_BYTES,
        }),
      this.#repeat,
    );
    if (answer.status === 404) return undefined;
    this.#assertDigest(answer.header('docker-content-digest'), Buffer.from(answer.text), tag);
    return answer.text;
  }

  /**
   * Sees to it that the blob's manifest names all its entries, and those that it named before. Whether it had to be
   * written. The blob must be there.
   *
   * @throws BlobsError `BLOBS_BAD_MIRROR` where the tag is somebody else's; as {@link pushManifest}
   */
  async describe(blob: DescribedBlob): Promise<'pushed' | 'present'> {
    const tag = tagOf(blob.digest);
    const known = await this.findManifest(tag);
    const text = manifestText(blob, known);
    if (text === known) return 'present';
    await this.#pushEmptyConfig();
    await this.pushManifest(tag, text);
    return 'pushed';
  }

  #pushEmptyConfig(): Promise<void> {
    const push = async (): Promise<void> => {
      if ((await this.has(EMPTY.digest)) === undefined) {
        await this.#upload(EMPTY.digest, bytesInMemory(EMPTY.bytes, 'the empty configuration'));
      }
    };
    this.#emptyConfig ??= push();
    const pending = this.#emptyConfig;
    pending.catch(() => {
      this.#emptyConfig = undefined;
    });
    return pending;
  }

  #upload(digest: Sha256, source: BlobBytes): Promise<void> {
    return uploadBlob({
      digest,
      source,
      connection: this.#connection,
      repeat: this.#repeat,
      isThere: async () => (await this.has(digest)) !== undefined,
      ...(this.#chunkBytes === undefined ? {} : { chunkBytes: this.#chunkBytes }),
    });
  }

  #blobUrl(digest: Sha256): URL {
    return this.#connection.url(`blobs/sha256:${digest}`);
  }

  #manifestUrl(tag: string): URL {
    return this.#connection.url(`manifests/${tag}`);
  }

  #assertDigest(said: string | undefined, bytes: Buffer, tag: string): void {
    const sha256 = createSha256().update(bytes).digest('hex');
    const other = findOtherDigest(said, sha256);
    if (other === undefined) return;
    throw new BlobsError('BLOBS_HASH_MISMATCH', `the registry's manifest ${tag} is not what it says`, {
      facts: [`expected ${other}  got ${sha256}  from ${this.reference.text}`],
    });
  }
}
