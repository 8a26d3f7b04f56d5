// SPDX-License-Identifier: Apache-2.0
import { sniff } from '../binary/sniff.ts';
import { BlobsError } from '../core/errors.ts';
import type { Body } from '../fetch/body.ts';
import { type HashedBody, hashBody } from '../fetch/hash-body.ts';
import { httpGet } from '../fetch/http.ts';
import { isWebPage } from '../fetch/impostor.ts';
import type { LfsClient, LfsClientOptions } from '../fetch/lfs/lfs-client.ts';
import { networkError } from '../fetch/network-error.ts';
import type { Job, RemoteSource } from '../fetch/plan.ts';
import type { RemoteBytes, RemoteFile } from '../lint/url-probe.ts';

export interface DownloadOptions extends LfsClientOptions {
  /** The limit for every file. */
  readonly maxSizeBytes: number;
  /** There where a file is of Git LFS. */
  readonly lfs?: LfsClient | undefined;
}

/** Downloads `file`, at the first attempt or not at all, and keeps nothing of it but what it turned out to be. */
export async function downloadFile(file: RemoteFile, options: DownloadOptions): Promise<RemoteBytes> {
  const limit = { maxBytes: options.maxSizeBytes, isDeclaredSize: false };
  try {
    const body = await open(file, options);
    const hashed = await hashBody(body, { limit, signal: options.signal }).catch((error: unknown) => {
      throw networkError(error, file.url, options.timeoutMs);
    });
    return toBytes(hashed, body);
  } catch (error) {
    options.signal.throwIfAborted();
    if (!(error instanceof BlobsError) || error.code === 'BLOBS_BAD_CONFIG') throw error;
    return { kind: 'failed', error };
  }
}

async function open({ url, isLfs, digest, bytes }: RemoteFile, options: DownloadOptions): Promise<Body> {
  if (!isLfs || bytes === undefined) return httpGet(url, options);
  if (options.lfs === undefined) throw new Error('an object of Git LFS without a client for it');
  return options.lfs.open(lfsSource(url, bytes), digest, { onRetry: () => undefined });
}

function lfsSource(url: string, sizeBytes: number): RemoteSource {
  return { kind: 'url', url, lfs: { sizeBytes } };
}

/** A client that asks each server for all of `files` that it has together; undefined where none is of Git LFS. */
export async function openLfs(
  files: readonly RemoteFile[],
  options: LfsClientOptions,
): Promise<LfsClient | undefined> {
  const jobs = files.flatMap(({ url, isLfs, digest, bytes }): Job[] =>
    isLfs && bytes !== undefined ? [{ digest, blobs: [], sources: [lfsSource(url, bytes)] }] : [],
  );
  if (jobs.length === 0) return undefined;
  const { LfsClient } = await import('../fetch/lfs/lfs-client.ts');
  return new LfsClient(jobs, options);
}

function toBytes({ sha256, bytes, start }: HashedBody, { contentType }: Body): RemoteBytes {
  const pointsTo = findPointerTarget(start, bytes);
  return {
    kind: 'hashed',
    sha256,
    bytes,
    isPage: isWebPage({ start, ...(contentType === undefined ? {} : { contentType }) }),
    ...(pointsTo === undefined ? {} : { pointsTo }),
  };
}

/** The digest that a Git LFS pointer names (git-lfs docs/spec.md); undefined for anything else. */
function findPointerTarget(start: Uint8Array, bytes: number): string | undefined {
  if (bytes > start.length) return undefined;
  const head = Buffer.from(start);
  if (sniff(head) !== 'lfs-pointer') return undefined;
  const text = head.toString('latin1');
  return /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
}
