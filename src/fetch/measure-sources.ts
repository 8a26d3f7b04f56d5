// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import type { Sha256 } from '../core/sha256.ts';
import type { DownloadOptions } from './attempt.ts';
import type { Body } from './body.ts';
import type { FailedSource } from './download.ts';
import { openFileSource } from './file-source.ts';
import { hashBody } from './hash-body.ts';
import { httpGet } from './http.ts';
import { findImpostor, type Impostor } from './impostor.ts';
import { findPlaces, isByHash, type Mirror } from './mirrors.ts';
import { networkError } from './network-error.ts';
import { describeSource, type Job, type RemoteSource } from './plan.ts';
import { repeat } from './repeat.ts';

/** What a URL gives. */
export interface Measured {
  readonly sha256: Sha256;
  readonly bytes: number;
  readonly source: RemoteSource;
}

export type MeasureOptions = Omit<
  DownloadOptions,
  'directory' | 'copyDirectory' | 'lfs' | 'partials' | 'room'
>;

/** Where to ask for `url`, in order, when nobody knows yet what it should give: mirrors that are addressed by hash cannot be asked. */
export function planMeasuring(
  url: string,
  { mirrors, offline }: { readonly mirrors: readonly Mirror[]; readonly offline: boolean },
): Pick<Job, 'sources' | 'blocked' | 'isCutOff'> & { readonly sources: readonly RemoteSource[] } {
  const usable = mirrors.filter((mirror) => !isByHash(mirror));
  const { places, blocked } = findPlaces(usable, [{ url }], '' as Sha256);
  const all = places.map((place): RemoteSource => {
    const { kind } = place;
    return kind === 'url' ? { kind, url } : { kind, url: place.url, mirror: place.mirror };
  });
  const sources = all.filter(({ url: at, mirror }) => !offline || (mirror && at.startsWith('file:')));
  return {
    sources,
    ...(blocked.length === 0 ? {} : { blocked }),
    ...(sources.length < all.length ? { isCutOff: true } : {}),
  };
}

/**
 * Downloads from the first of `sources` that gives a blob, to hash and count its bytes, which are not kept: in constant
 * memory and without a file. What is surely no blob is refused: a web page, a Git LFS pointer, nothing.
 *
 * @throws the signal's reason when it is aborted; BlobsError BLOBS_BAD_CONFIG where the way to a source is configured
 *   wrong.
 */
export async function measureSources(
  sources: readonly RemoteSource[],
  options: MeasureOptions,
): Promise<{ readonly measured?: Measured; readonly failed: readonly FailedSource[] }> {
  const failed: FailedSource[] = [];
  for (const source of sources) {
    try {
      const found = await repeat(
        () => {
          options.onProgress({ kind: 'attempt', source });
          return attempt(source, options);
        },
        { ...options, onRetry: (event) => options.onProgress({ kind: 'retry', ...event }) },
      );
      return { measured: { ...found, source }, failed };
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof BlobsError) || error.code === 'BLOBS_BAD_CONFIG') throw error;
      failed.push({ source, error });
    }
  }
  return { failed };
}

async function attempt(source: RemoteSource, options: MeasureOptions): Promise<Omit<Measured, 'source'>> {
  const body =
    source.mirror && source.url.startsWith('file:')
      ? await openFileSource(source.url, source.mirror)
      : await httpGet(source.url, options);
  try {
    return await hashBlob(body, source, options);
  } catch (error) {
    throw networkError(error, source.url, options.timeoutMs);
  }
}

async function hashBlob(
  body: Body,
  source: RemoteSource,
  { maxSizeBytes, onProgress, signal }: MeasureOptions,
): Promise<Omit<Measured, 'source'>> {
  const { length, contentType } = body;
  const limit = { maxBytes: maxSizeBytes, isDeclaredSize: false };
  if (length !== undefined && length <= maxSizeBytes) onProgress({ kind: 'announced', bytes: length });
  const onBytes = (bytes: number): void => onProgress({ kind: 'bytes', bytes });
  const { sha256, bytes, start } = await hashBody(body, { limit, signal, onBytes });
  const impostor = findImpostor({ start, ...(contentType === undefined ? {} : { contentType }) });
  if (impostor !== undefined) throw notABlob(source, impostor);
  return { sha256, bytes };
}

const WORDS: Readonly<Record<Impostor, readonly [what: string, hint: string]>> = {
  nothing: ['nothing: an answer without a byte', 'look at the URL: the server has no such file'],
  'web-page': [
    'a web page, as sign-in pages and file browsers are',
    'use the URL of the file itself: "/raw/" in place of "/blob/"',
  ],
  'lfs-pointer': [
    'a Git LFS pointer in place of the file',
    'use the URL that hands out the file itself, such as https://media.githubusercontent.com/media/…',
  ],
};

function notABlob(source: RemoteSource, impostor: Impostor): BlobsError {
  const [what, hint] = WORDS[impostor];
  return new BlobsError('BLOBS_NOT_A_BLOB', `${describeSource(source)} gives ${what}`, { hint });
}
