// SPDX-License-Identifier: Apache-2.0

import { SNIFFED_BYTES } from '../binary/sniff.ts';
import { BlobsError } from '../core/errors.ts';
import type { Sha256 } from '../core/sha256.ts';
import { redactUrl } from '../core/url.ts';
import type { TemporaryFile } from '../store/temporary-file.ts';
import type { Body } from './body.ts';
import { type HttpOptions, httpGet } from './http.ts';
import { findImpostor, type Impostor } from './impostor.ts';
import { networkError } from './network-error.ts';
import { receive } from './receive.ts';
import { type RepeatOptions, repeat } from './repeat.ts';

export interface MeasureUrlOptions extends HttpOptions, Omit<RepeatOptions, 'onRetry'> {
  /** Absolute directory for what is downloaded. */
  readonly directory: string;
  readonly maxSizeBytes: number;
  readonly onProgress: (event: MeasureProgress) => void;
}

/** What happens while a URL is measured. */
export type MeasureProgress =
  | { readonly kind: 'attempt'; readonly url: string }
  /** So many bytes the whole has. */
  | { readonly kind: 'announced'; readonly bytes: number }
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'retry'; readonly error: BlobsError; readonly delayMs: number };

/** What a URL gives. The caller places or discards the file. */
export interface MeasuredFile {
  readonly url: string;
  readonly sha256: Sha256;
  readonly sizeBytes: number;
  readonly file: TemporaryFile;
}

/**
 * Downloads what `url` gives and whose digest nobody knows yet, with retries, into a temporary file. What is no blob is
 * refused, for nobody would notice it later: its digest is right by definition.
 *
 * @throws BlobsError `BLOBS_NOT_A_BLOB` for a web page, a Git LFS pointer or an empty body; what {@link httpGet} throws;
 *   `BLOBS_TOO_LARGE`; LocalFileError; the signal's reason when it is aborted
 */
export function measureUrl(url: string, options: MeasureUrlOptions): Promise<MeasuredFile> {
  const { onProgress } = options;
  return repeat(() => measureOnce(url, options), {
    ...options,
    onRetry: (event) => onProgress({ kind: 'retry', ...event }),
  });
}

async function measureOnce(url: string, options: MeasureUrlOptions): Promise<MeasuredFile> {
  const { directory, maxSizeBytes, signal, timeoutMs, onProgress } = options;
  onProgress({ kind: 'attempt', url: redactUrl(url) });
  const body = await httpGet(url, options);
  // Nobody listens before it is read.
  body.stream.on('error', () => undefined);
  if (body.length !== undefined) onProgress({ kind: 'announced', bytes: body.length });
  try {
    const { file, sha256, bytes } = await receive(body, {
      directory,
      limit: { maxBytes: maxSizeBytes, isDeclaredSize: false },
      signal,
      onBytes: (count) => onProgress({ kind: 'bytes', bytes: count }),
    });
    try {
      await assertBlob(file, url, body);
    } catch (error) {
      await file.discard();
      throw error;
    }
    return { url, sha256, sizeBytes: bytes, file };
  } catch (error) {
    throw networkError(error, url, timeoutMs);
  }
}

const WORDS: Readonly<Record<Impostor, readonly [what: string, hint: string]>> = {
  nothing: ['the file is empty', 'look at the URL in a browser'],
  'web-page': [
    'the server sent a web page, as sign-in pages, moved files and GitHub URLs with /blob/ do',
    'give the URL of the file itself: on GitHub "/raw/" in the place of "/blob/"',
  ],
  'lfs-pointer': [
    'the server sent a Git LFS pointer, a short text in the place of the file',
    'put the file at its place in zephyr/blobs and give --fetcher lfs with the base of the LFS API as --url',
  ],
};

async function assertBlob(file: TemporaryFile, url: string, { contentType }: Body): Promise<void> {
  const { bytesRead, buffer } = await file.handle.read(Buffer.alloc(SNIFFED_BYTES), 0, SNIFFED_BYTES, 0);
  const start = buffer.subarray(0, bytesRead);
  const impostor = findImpostor({ start, ...(contentType === undefined ? {} : { contentType }) });
  if (impostor === undefined) return;
  const [message, hint] = WORDS[impostor];
  throw new BlobsError('BLOBS_NOT_A_BLOB', message, { facts: [`from ${redactUrl(url)}`], hint });
}
