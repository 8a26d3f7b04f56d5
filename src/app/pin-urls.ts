// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import { BlobsError } from '../core/errors.ts';
import { type PinOptions, UrlPinner } from '../fetch/pin/pin-url.ts';
import type { Wanted } from './measure-blobs.ts';

/** Blobs with the URLs that they will have, and those whose URLs cannot be pinned. */
export interface PinnedBlobs {
  readonly wanted: readonly Wanted[];
  readonly failed: ReadonlyMap<Blob, BlobsError>;
}

/**
 * `wanted` with the commits that branches and tags in URLs mean in their places. URLs for `fetcher: lfs` name no
 * revision and stay as they are. One that cannot be pinned stops no other.
 *
 * @throws the signal's reason
 */
export async function pinUrls(wanted: readonly Wanted[], options: PinOptions): Promise<PinnedBlobs> {
  const pinner = new UrlPinner(options);
  const pinned: Wanted[] = [];
  const failed = new Map<Blob, BlobsError>();
  for (const { blob, urls } of wanted) {
    try {
      const commits: string[] = [];
      for (const url of urls) commits.push(blob.fetcher === 'lfs' ? url : (await pinner.pin(url)).url);
      pinned.push({ blob, urls: commits });
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof BlobsError)) throw error;
      failed.set(blob, error);
    }
  }
  return { wanted: pinned, failed };
}
