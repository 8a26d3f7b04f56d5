// SPDX-License-Identifier: Apache-2.0
import { type Blob, blobLabel } from '../core/blob.ts';
import type { FetchRow, Issue } from '../core/report.ts';
import type { DownloadOptions, DownloadProgress } from '../fetch/attempt.ts';
import { type DownloadResult, download, type FailedSource } from '../fetch/download.ts';
import type { FreeSpace } from '../fetch/free-space.ts';
import { describeSource, type Job } from '../fetch/plan.ts';
import { assertInsideBlobs, blobsDirectory } from '../module/blob-path.ts';
import type { DownloadLock } from '../store/download-lock.ts';
import type { Caches } from './caches.ts';
import type { FetchObserver } from './fetch-events.ts';
import { declaredTooSmall, failureIssue, fetchedWarnings } from './fetch-issues.ts';
import { findPlaceProblem, placeBlob } from './place-blob.ts';

export interface JobOptions extends Omit<DownloadOptions, 'directory' | 'copyDirectory' | 'onProgress'> {
  readonly caches: Caches;
  readonly freeSpace: FreeSpace;
  readonly observe: FetchObserver;
  /** How a blob stood before the run. */
  readonly before: (blob: Blob) => FetchRow;
}

/** What became of one blob of a job. */
export interface Settled {
  readonly row: FetchRow;
  readonly issues: readonly Issue[];
}

let lastId = 0;

type Received = NonNullable<DownloadResult['received']>;
type Obtained = DownloadResult & Pick<JobResult, 'downloadedBytes'>;

/** What became of all blobs of a job. */
export interface JobResult {
  readonly settled: readonly Settled[];
  /** All that came over the network or from a mirror in this run, right or wrong. */
  readonly downloadedBytes: number;
}

/**
 * Downloads what `job` names, once. What it resolves to puts the bytes at the place of each of the job's blobs, and
 * must be called. Where another run downloads the same, that is waited for, or `busy` is all that comes of it.
 */
export async function runJob(
  job: Job,
  options: JobOptions & { readonly mayWait: boolean },
): Promise<(() => Promise<JobResult>) | 'busy'> {
  const settled: Settled[] = [];
  const fail = (blob: Blob, issues: readonly Issue[]): void => {
    settled.push({ row: { ...options.before(blob), result: 'failed' }, issues });
  };
  const targets = job.blobs.filter((blob) => {
    const problem = findPlaceProblem(blob);
    if (problem) fail(blob, [problem]);
    return problem === undefined;
  });
  const [first] = targets;
  if (first === undefined) return async () => ({ settled, downloadedBytes: 0 });
  const obtained = await obtain(job, first, options);
  if (obtained === 'busy') return obtained;
  const { received, failed, downloadedBytes, release } = obtained;
  if (received === undefined) {
    for (const blob of targets) fail(blob, [failureIssue(blob, job, failed)]);
    return async () => ({ settled, downloadedBytes });
  }
  return async () => {
    const placed = await placeAll(targets, { received, failed }, options).finally(release);
    return { settled: [...settled, ...placed], downloadedBytes };
  };
}

/**
 * The bytes of `job`, downloaded unless another run does so meanwhile. Where there are any, `release` lets other runs
 * have them once they are kept.
 */
async function obtain(
  job: Job,
  first: Blob,
  options: JobOptions & { readonly mayWait: boolean },
): Promise<(Obtained & { readonly release: () => Promise<void> }) | 'busy'> {
  const { caches, observe, mayWait } = options;
  const isAtHand = job.sources.some((source) => 'file' in source);
  let lock = isAtHand ? undefined : await caches.tryLock(first);
  if (lock === 'busy' && !mayWait) return 'busy';
  lastId += 1;
  const id = lastId;
  const label = blobLabel(first);
  observe({ kind: 'begin', id, label, ...(job.size === undefined ? {} : { bytes: job.size }) });
  try {
    if (lock === 'busy') {
      observe({ kind: 'waiting', id, label });
      lock = await caches.lock(first, options);
    }
    return await downloadUnder(lock, { job, first, id }, options);
  } finally {
    options.lfs?.forget(job.digest);
    observe({ kind: 'end', id });
  }
}

/** One download, for whoever looks on. */
interface Shown {
  readonly job: Job;
  readonly first: Blob;
  readonly id: number;
}

async function downloadUnder(
  lock: DownloadLock | undefined,
  { job, first, id }: Shown,
  options: JobOptions,
): Promise<Obtained & { readonly release: () => Promise<void> }> {
  const { caches, observe } = options;
  const room = options.freeSpace.roomFor(caches.placesOf(first, job.blobs));
  const release = async (): Promise<void> => {
    room.release();
    await lock?.release();
  };
  let downloadedBytes = 0;
  let isLocal = false;
  const onProgress = (event: DownloadProgress): void => {
    if (event.kind === 'attempt') isLocal = 'file' in event.source;
    else if (event.kind === 'bytes' && !isLocal) downloadedBytes += event.bytes;
    if (event.kind === 'attempt') observe({ kind: 'attempt', id, url: describeSource(event.source) });
    else if (event.kind === 'retry') observe({ ...event, id, label: blobLabel(first) });
    else observe({ ...event, id });
  };
  try {
    // Another run may have finished since this one was planned, waited for or not.
    const local = lock ? caches.findLocal(first) : [];
    const result = await download(
      { ...job, sources: [...local, ...job.sources] },
      {
        ...options,
        directory: caches.downloadDirectory(first),
        copyDirectory: blobsDirectory(first.moduleDirectory),
        partials: lock && caches.partials,
        room,
        // The server chooses when this is: the module may look otherwise by then.
        beforeWrite: () => assertInsideBlobs(first.moduleDirectory, first.path, first.module),
        onProgress,
      },
    );
    await caches.drop(result.failed, first);
    if (result.received === undefined) await release();
    return { ...result, downloadedBytes, release };
  } catch (error) {
    await release();
    throw error;
  }
}

async function placeAll(
  targets: readonly Blob[],
  { received, failed }: { received: Received; failed: readonly FailedSource[] },
  options: JobOptions,
): Promise<Settled[]> {
  const settled: Settled[] = [];
  const fail = (blob: Blob, issue: Issue): void => {
    settled.push({ row: { ...options.before(blob), result: 'failed' }, issues: [issue] });
  };
  try {
    const fitting = targets.filter((blob) => {
      const tooSmall = blob.size !== undefined && received.bytes > blob.size;
      if (tooSmall) fail(blob, declaredTooSmall(blob, received.bytes));
      return !tooSmall;
    });
    const isKept = options.caches.keeps(received.source);
    for (const [index, blob] of fitting.entries()) {
      const problem = await placeBlob(received.file, blob, !isKept && index === fitting.length - 1);
      if (problem) fail(blob, problem);
      else
        settled.push({
          row: toRow(blob, received, options),
          issues: fetchedWarnings(blob, received, failed),
        });
    }
    if (isKept) await options.caches.keep(received.file, received.source, targets);
    await options.caches.used(received.source);
  } finally {
    await received.file.discard();
  }
  return settled;
}

function toRow(blob: Blob, received: Received, options: JobOptions): FetchRow {
  const { source, bytes } = received;
  const replaced = options.before(blob).status === 'M';
  return {
    blob,
    status: 'A',
    bytes,
    result: source.kind,
    source: describeSource(source),
    ...(replaced ? { replaced } : {}),
  };
}
