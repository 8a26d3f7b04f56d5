// SPDX-License-Identifier: Apache-2.0
import type { Blob, BlobStatus } from '../core/blob.ts';
import { BlobsError } from '../core/errors.ts';
import type { Sha256 } from '../core/sha256.ts';
import { redactUrl } from '../core/url.ts';
import { findUrlProblem } from './http-url.ts';
import {
  type BlockedUrl,
  findPlaces,
  hasMirrorByDigest,
  isByHash,
  type Mirror,
  type Place,
} from './mirrors.ts';

/** One place to get a blob from. */
export type Source = LocalSource | RemoteSource;

/** A file of the local store or of a west cache, which need not hold what it should. */
export interface LocalSource {
  readonly kind: 'store' | 'cache';
  /** Absolute. */
  readonly file: string;
}

export interface RemoteSource {
  readonly kind: 'mirror' | 'url';
  readonly url: string;
  readonly mirror?: Mirror;
  /** Of a Git LFS server: `url` is then the base of its API, which is asked where the bytes are. */
  readonly lfs?: LfsObject;
}

/** What a Git LFS server wants to know of an object beside its digest. */
export interface LfsObject {
  /** As module.yml declares it. Without it the server cannot be asked. */
  readonly sizeBytes?: number;
}

/** How a source is shown: a path, or a URL without credentials. */
export function describeSource(source: Source): string {
  return 'file' in source ? source.file : redactUrl(source.url);
}

/** What is known of a selected blob before anything is done. */
export interface Candidate {
  readonly blob: Blob;
  readonly status: BlobStatus;
  /** Why it must not be fetched, such as a licence that was not accepted. */
  readonly blocked?: BlobsError;
  /** Files that may hold its bytes, in the order in which they are to be tried. */
  readonly local?: readonly LocalSource[];
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
  /** Original URLs that a mirror rule keeps out. */
  readonly blocked?: readonly BlockedUrl[];
  /** Whether there are places that are not asked because the network is off limits. */
  readonly isCutOff?: true;
}

export interface PlanOptions {
  readonly mirrors: readonly Mirror[];
  readonly keepModified: boolean;
  /** Whether nothing may come over the network. */
  readonly offline: boolean;
}

/**
 * Decides, without any input or output, what a fetch does: one decision for each candidate, in their order, and
 * one job for each digest that is needed.
 */
export function planFetch(candidates: readonly Candidate[], options: PlanOptions): Decision[] {
  const needed = candidates.filter((candidate) => whyNot(candidate, options) === undefined);
  const jobs = new Map<Sha256, Job>();
  for (const [digest, group] of groupByDigest(needed)) jobs.set(digest, toJob(digest, group, options));
  return candidates.map((candidate) => {
    const reason = whyNot(candidate, options);
    if (reason !== undefined) return reason;
    const job = jobs.get(candidate.blob.digest);
    if (job === undefined) throw new Error('a needed blob has no job');
    const error = whyNowhere(job, candidate.blob);
    if (error) return { kind: 'blocked', blob: candidate.blob, error };
    return { kind: 'fetch', blob: candidate.blob, status: candidate.status, job };
  });
}

/**
 * Where to ask for the bytes of a URL that no module need declare. Without a digest, mirrors that are addressed by it are
 * of no use.
 *
 * @throws BlobsError `BLOBS_BLOCKED` where a mirror rule leaves nothing to ask
 */
export function planUrl(
  url: string,
  digest: Sha256 | undefined,
  all: readonly Mirror[],
): readonly RemoteSource[] {
  const mirrors = digest === undefined ? all.filter((one) => !isByHash(one)) : all;
  const original: RemoteSource = { kind: 'url', url };
  const { places, blocked } = findPlaces(mirrors, [original], digest ?? ('' as Sha256));
  if (places.length === 0) throw blockedError(blocked);
  return places.map(toSource);
}

/** Whether a blob of this status is to be put into its module, if nothing forbids it. */
export function isNeeded(status: BlobStatus, { keepModified }: Pick<PlanOptions, 'keepModified'>): boolean {
  return status === 'D' || (status === 'M' && !keepModified);
}

function whyNot({ blob, status, blocked, local }: Candidate, options: PlanOptions): Decision | undefined {
  if (!isNeeded(status, options)) return { kind: status === 'A' ? 'up-to-date' : 'keep', blob };
  if (blocked) return { kind: 'blocked', blob, error: blocked };
  if (local?.length) return undefined;
  const error = findObstacle(blob, options);
  return error && { kind: 'blocked', blob, error };
}

/** Why a blob can come from none of its URLs. */
function findObstacle({ fetcher, size }: Blob, { mirrors }: PlanOptions): BlobsError | undefined {
  if (isPlainFetcher(fetcher) || hasMirrorByDigest(mirrors)) return undefined;
  if (fetcher !== LFS) return fetcherError(fetcher);
  return size === undefined ? lfsSizeError() : undefined;
}

/** Why there is no place at all to ask for the bytes of a job. */
function whyNowhere(job: Job, { fetcher }: Blob): BlobsError | undefined {
  const problems = job.sources.map(findSourceProblem);
  if (problems.includes(undefined)) return undefined;
  return findProhibition(job) ?? problems[0] ?? fetcherError(fetcher);
}

/** Why a source cannot be asked at all. */
function findSourceProblem(source: Source): BlobsError | undefined {
  return 'file' in source || source.mirror ? undefined : findUrlProblem(source.url);
}

/** What keeps other places from being asked for the bytes of a job: the network is off limits, or a mirror rule. */
export function findProhibition({
  isCutOff,
  blocked,
}: Pick<Job, 'isCutOff' | 'blocked'>): BlobsError | undefined {
  if (isCutOff) return offlineError();
  return blocked?.length ? blockedError(blocked) : undefined;
}

/** What is wrong with a blob that a Git LFS server cannot be asked for. */
export function lfsSizeError(): BlobsError {
  return new BlobsError('BLOBS_LFS_SIZE', 'with "fetcher: lfs", module.yml must declare its size', {
    hint: 'add "size:" to the entry, in bytes',
  });
}

function groupByDigest(candidates: readonly Candidate[]): Map<Sha256, Candidate[]> {
  const groups = new Map<Sha256, Candidate[]>();
  for (const candidate of candidates) {
    const { digest } = candidate.blob;
    groups.set(digest, [...(groups.get(digest) ?? []), candidate]);
  }
  return groups;
}

function toJob(
  digest: Sha256,
  group: readonly Pick<Candidate, 'blob' | 'local'>[],
  { mirrors, offline }: PlanOptions,
): Job {
  const blobs = group.map(({ blob }) => blob);
  const { places, blocked } = findPlaces(mirrors, blobs.flatMap(originalsOf), digest);
  const remote = places.map(toSource);
  const allowed = remote.filter(
    ({ kind, url }) => !offline || (kind === 'mirror' && url.startsWith('file:')),
  );
  const sources: Source[] = [...group.flatMap(({ local = [] }) => local), ...allowed];
  const sizes = blobs.flatMap((blob) => blob.size ?? []);
  return {
    digest,
    blobs,
    sources: withoutRepetition(sources),
    ...(sizes.length < blobs.length ? {} : { size: Math.max(...sizes) }),
    ...(blocked.length === 0 ? {} : { blocked }),
    ...(allowed.length < remote.length ? { isCutOff: true } : {}),
  };
}

function withoutRepetition(sources: readonly Source[]): readonly Source[] {
  const seen = new Set<string>();
  return sources.filter((source) => {
    const place = 'file' in source ? source.file : `${source.lfs ? LFS : ''} ${source.url}`;
    return !seen.has(place) && seen.add(place);
  });
}

const LFS = 'lfs';

function isPlainFetcher(fetcher: string | undefined): boolean {
  return fetcher === undefined || /^https?$/.test(fetcher);
}

/** The URLs of a blob as sources. One that an unknown fetcher is for may be in the store, but nowhere else. */
function originalsOf({ urls, fetcher, size }: Blob): RemoteSource[] {
  if (fetcher === LFS) {
    const lfs = size === undefined ? {} : { sizeBytes: size };
    return urls.map((url) => ({ kind: 'url', url, lfs }));
  }
  return isPlainFetcher(fetcher) ? urls.map((url) => ({ kind: 'url', url })) : [];
}

/** What stands for the base of a Git LFS API is such a base too, unless it is addressed by hash. */
function toSource(place: Place<RemoteSource>): RemoteSource {
  if (place.kind === 'url') return place.original;
  const { kind, url, mirror, original } = place;
  return { kind, url, mirror, ...(original?.lfs && !isByHash(mirror) ? { lfs: original.lfs } : {}) };
}

function offlineError(): BlobsError {
  return new BlobsError(
    'BLOBS_OFFLINE',
    'it is in no store, cache or file mirror that was looked into, and the network is off limits',
    {
      hint: 'fetch it without --offline (BLOBS_OFFLINE, blobs.offline), or name a cache with --cache-dirs',
    },
  );
}

function fetcherError(fetcher: string | undefined): BlobsError {
  return new BlobsError('BLOBS_FETCHER_UNSUPPORTED', `the fetcher "${fetcher}" is not supported`, {
    hint: 'blobs without "fetcher:" are downloaded by http or https, those with "fetcher: lfs" from a Git LFS server',
  });
}

function blockedError(blocked: readonly BlockedUrl[]): BlobsError {
  return new BlobsError('BLOBS_BLOCKED', 'a mirror rule blocks its URLs, and no mirror has it', {
    facts: blocked.map(describeBlocked),
    hint: 'where the rule stands, name a mirror that has it, or "origin"',
  });
}

/** What keeps an original URL from being asked. */
function describeBlocked({ url, mirror }: BlockedUrl): string {
  const where = mirror.configuredIn === undefined ? '' : ` of ${mirror.configuredIn}`;
  return `${redactUrl(url)} was not asked: "block" for ${redactUrl(mirror.prefix)}${where}`;
}
