// SPDX-License-Identifier: Apache-2.0
import { type Blob, blobLabel } from '../core/blob.ts';
import { BlobsError } from '../core/errors.ts';
import { redactUrl } from '../core/url.ts';
import { type MeasuredFile, type MeasureUrlOptions, measureUrl } from '../fetch/measure-url.ts';
import { assertInsideBlobs } from '../module/blob-path.ts';
import { hashFile } from '../store/hash-file.ts';
import { saysAbsent } from './blob-state.ts';
import type { FetchObserver } from './fetch-events.ts';
import type { Measurement, NewBlob } from './new-blob.ts';

/** A new blob's digest and size, and its bytes where they were downloaded; the caller discards or places the file. */
export interface ObtainedBlob extends Measurement {
  readonly measured?: MeasuredFile;
}

export interface ObtainOptions extends Omit<MeasureUrlOptions, 'onProgress'> {
  readonly observe: FetchObserver;
}

let lastId = 0;

/**
 * Finds out the digest and size of `blob`, which is to stand where `place` does: all its URLs must give the same bytes.
 * With `fetcher: lfs`, a server says nothing without digest and size: the file must be in place.
 *
 * @throws BlobsError; the signal's reason
 */
export async function obtainNewBlob(
  blob: NewBlob,
  place: Blob,
  options: ObtainOptions,
): Promise<ObtainedBlob> {
  const present = await findPresent(place, options.signal);
  if (blob.fetcher === 'lfs') {
    if (present === undefined) throw lfsNeedsFile(place);
    assertExpected(blob, present, place.abspath);
    return present;
  }
  const kept: MeasuredFile[] = [];
  try {
    for (const url of blob.urls) {
      const measured = await measureShown(url, place, options);
      kept.push(measured);
      assertExpected(blob, measured, url);
      assertSame(kept[0], measured);
    }
    const [first, ...others] = kept;
    if (first === undefined) throw new Error('a new blob without a URL');
    if (present && present.sha256 !== first.sha256) throw otherBytes(place, present, first);
    await Promise.all(others.map(({ file }) => file.discard()));
    return { sha256: first.sha256, sizeBytes: first.sizeBytes, measured: first };
  } catch (error) {
    await Promise.all(kept.map(({ file }) => file.discard()));
    throw error;
  }
}

async function measureShown(url: string, place: Blob, options: ObtainOptions): Promise<MeasuredFile> {
  const { observe } = options;
  lastId += 1;
  const id = lastId;
  const label = blobLabel(place);
  observe({ kind: 'begin', id, label });
  try {
    return await measureUrl(url, {
      ...options,
      onProgress: (event) => observe(event.kind === 'retry' ? { ...event, id, label } : { ...event, id }),
    });
  } finally {
    observe({ kind: 'end', id });
  }
}

async function findPresent(place: Blob, signal: AbortSignal): Promise<Measurement | undefined> {
  assertInsideBlobs(place.moduleDirectory, place.path, place.module);
  try {
    const { sha256, bytes } = await hashFile(place.abspath, signal);
    return { sha256, sizeBytes: bytes };
  } catch (error) {
    if (saysAbsent(error)) return undefined;
    throw error;
  }
}

function lfsNeedsFile(place: Blob): BlobsError {
  return new BlobsError('BLOBS_MISSING', 'with "fetcher: lfs" the file must be in place before', {
    facts: [
      `there is none at ${place.abspath}`,
      'a Git LFS server is asked by digest and size, which only the file tells',
    ],
    hint: 'copy the file there, then run the same command again',
  });
}

function assertExpected({ sha256, size }: NewBlob, found: Measurement, source: string): void {
  const from = redactUrl(source);
  if (sha256 !== undefined && sha256 !== found.sha256) {
    const facts = [`expected ${sha256}  got ${found.sha256}  from ${from}`];
    throw new BlobsError('BLOBS_HASH_MISMATCH', 'checksum mismatch', { facts });
  }
  if (size !== undefined && size !== found.sizeBytes) {
    const message = `it has ${found.sizeBytes} bytes, not ${size}`;
    throw new BlobsError('BLOBS_SIZE_MISMATCH', message, { facts: [`from ${from}`] });
  }
}

function assertSame(first: MeasuredFile | undefined, other: MeasuredFile): void {
  if (first === undefined || first.sha256 === other.sha256) return;
  throw new BlobsError('BLOBS_URLS_DIFFER', 'its URLs do not give the same bytes', {
    facts: [first, other].map(({ sha256, url }) => `got ${sha256}  from ${redactUrl(url)}`),
    hint: 'leave out the URL that is wrong',
  });
}

function otherBytes(place: Blob, present: Measurement, found: MeasuredFile): BlobsError {
  return new BlobsError('BLOBS_HASH_MISMATCH', 'a file with other bytes is at its place', {
    facts: [
      `got ${found.sha256}  from ${redactUrl(found.url)}`,
      `there is ${present.sha256}  at ${place.abspath}`,
    ],
    hint: 'move that file away',
  });
}
