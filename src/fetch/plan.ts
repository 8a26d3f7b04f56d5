// SPDX-License-Identifier: Apache-2.0
import type { Blob, BlobStatus } from '../core/blob.ts';
import { BlobsError } from '../core/errors.ts';
import type { Sha256 } from '../core/sha256.ts';
import { type Mirror, mirrorUrls } from './mirrors.ts';

/** One place to get a blob from. */
export interface Source {
  readonly kind: 'mirror' | 'url';
  readonly url: string;
  readonly mirror?: Mirror;
}

/** What is known of a selected blob before anything is done. */
export interface Candidate {
  readonly blob: Blob;
  readonly status: BlobStatus;
  /** Why it must not be fetched, such as a licence that was not accepted. */
  readonly blocked?: BlobsError;
}

/** What is to be done about one selected blob. */
export type Decision =
  | { readonly kind: 'up-to-date'; readonly blob: Blob }
  /** A modified file is left alone. */
  | { readonly kind: 'keep'; readonly blob: Blob }
  | { readonly kind: 'blocked'; readonly blob: Blob; readonly error: BlobsError }
  | { readonly kind: 'fetch'; readonly blob: Blob; readonly status: BlobStatus; readonly job: Job };

/** One download: a digest, everywhere it may come from, and every blob that it is for. */
export interface Job {
  readonly digest: Sha256;
  /** The largest declared size in bytes; absent unless every blob declares one. */
  readonly size?: number;
  readonly blobs: readonly Blob[];
  readonly sources: readonly Source[];
}

export interface PlanOptions {
  readonly mirrors: readonly Mirror[];
  readonly keepModified: boolean;
}

/**
 * Decides, without any input or output, what a fetch does: one decision for each candidate, in their order, and
 * one job for each digest that is needed.
 */
export function planFetch(candidates: readonly Candidate[], options: PlanOptions): Decision[] {
  const needed = candidates.filter((candidate) => whyNot(candidate, options) === undefined);
  const jobs = new Map<Sha256, Job>();
  for (const [digest, blobs] of groupByDigest(needed))
    jobs.set(digest, toJob(digest, blobs, options.mirrors));
  return candidates.map((candidate) => {
    const reason = whyNot(candidate, options);
    if (reason !== undefined) return reason;
    const job = jobs.get(candidate.blob.digest);
    if (job === undefined) throw new Error('a needed blob has no job');
    return { kind: 'fetch', blob: candidate.blob, status: candidate.status, job };
  });
}

/** Whether a blob of this status is to be put into its module, if nothing forbids it. */
export function isNeeded(status: BlobStatus, { keepModified }: Pick<PlanOptions, 'keepModified'>): boolean {
  return status === 'D' || (status === 'M' && !keepModified);
}

function whyNot({ blob, status, blocked }: Candidate, options: PlanOptions): Decision | undefined {
  if (!isNeeded(status, options)) return { kind: status === 'A' ? 'up-to-date' : 'keep', blob };
  if (blocked) return { kind: 'blocked', blob, error: blocked };
  if (blob.fetcher === undefined || /^https?$/.test(blob.fetcher)) return undefined;
  const error = new BlobsError(
    'BLOBS_FETCHER_UNSUPPORTED',
    `the fetcher "${blob.fetcher}" is not supported`,
    {
      hint: 'blobs without "fetcher:" are downloaded by http or https',
    },
  );
  return { kind: 'blocked', blob, error };
}

function groupByDigest(candidates: readonly Candidate[]): Map<Sha256, Blob[]> {
  const groups = new Map<Sha256, Blob[]>();
  for (const { blob } of candidates) groups.set(blob.digest, [...(groups.get(blob.digest) ?? []), blob]);
  return groups;
}

function toJob(digest: Sha256, blobs: readonly Blob[], mirrors: readonly Mirror[]): Job {
  const urls = [...new Set(blobs.flatMap((blob) => blob.urls))];
  const sources: Source[] = [
    ...mirrorUrls(mirrors, urls, digest).map((found) => ({ kind: 'mirror' as const, ...found })),
    ...urls.map((url) => ({ kind: 'url' as const, url })),
  ];
  const seen = new Set<string>();
  const sizes = blobs.flatMap((blob) => blob.size ?? []);
  return {
    digest,
    blobs,
    sources: sources.filter(({ url }) => !seen.has(url) && seen.add(url)),
    ...(sizes.length < blobs.length ? {} : { size: Math.max(...sizes) }),
  };
}
