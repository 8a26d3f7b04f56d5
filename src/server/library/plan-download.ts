// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../../core/blob.ts';
import { BlobsError } from '../../core/errors.ts';
import type { Sha256 } from '../../core/sha256.ts';
import type { Mirror } from '../../fetch/mirrors.ts';
import { type Job, planFetch, planUrl, type RemoteSource } from '../../fetch/plan.ts';

/** Where may be asked at all. */
export interface PlaceOptions {
  readonly mirrors?: readonly Mirror[];
  /** Whether nothing may come over the network: then mirrors that are directories are all there is. */
  readonly isOffline?: boolean;
}

/**
 * Where to ask for the bytes of `digest`: what `blobs` declare, and then `url`.
 *
 * @throws BlobsError where there is no place to ask, `BLOBS_OFFLINE` where that is for want of the network
 */
export function planJob(
  { digest, blobs, url }: { digest: Sha256; blobs: readonly Blob[]; url: string | undefined },
  options: PlaceOptions,
): Job {
  const { mirrors = [], isOffline = false } = options;
  const decisions = planFetch(
    blobs.map((blob) => ({ blob, status: 'D' as const })),
    { mirrors, keepModified: false, offline: isOffline },
  );
  const decision = decisions.find(({ kind }) => kind === 'fetch') ?? decisions[0];
  const job = decision?.kind === 'fetch' ? decision.job : undefined;
  if (url === undefined && decision?.kind === 'blocked') throw decision.error;
  if (url === undefined) return job ?? { digest, blobs, sources: [] };
  const declared = job?.sources ?? [];
  if (declared.length > 0 && isOffline) return { digest, blobs, ...job, sources: declared };
  return { digest, blobs, ...job, sources: [...declared, ...planSources(url, digest, options)] };
}

/** Where to ask for what is at a URL, whatever it is where no digest is known. @throws BlobsError as {@link planJob} */
export function planSources(
  url: string,
  digest: Sha256 | undefined,
  { mirrors = [], isOffline = false }: PlaceOptions,
): readonly RemoteSource[] {
  const sources = planUrl(url, digest, mirrors);
  const allowed = isOffline
    ? sources.filter(({ kind, url: place }) => kind === 'mirror' && place.startsWith('file:'))
    : sources;
  if (allowed.length > 0) return allowed;
  throw new BlobsError('BLOBS_OFFLINE', 'it is not stored, and the network is off limits');
}
