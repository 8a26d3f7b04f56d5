// SPDX-License-Identifier: Apache-2.0
import { type Blob, blobLabel } from '../core/blob.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { FetchRow, Issue } from '../core/report.ts';
import type { DownloadOptions, DownloadProgress } from '../fetch/attempt.ts';
import { type DownloadResult, download, type FailedSource } from '../fetch/download.ts';
import { describeSource, type Job } from '../fetch/plan.ts';
import { assertInsideBlobs, blobsDirectory } from '../module/blob-path.ts';
import type { Caches } from './caches.ts';
import type { FetchObserver } from './fetch-events.ts';
import { findPlaceProblem, placeBlob } from './place-blob.ts';

export interface JobOptions extends Omit<DownloadOptions, 'directory' | 'copyDirectory' | 'onProgress'> {
  readonly caches: Caches;
  readonly observe: FetchObserver;
  /** How a blob stood before the run. */
  readonly before: (blob: Blob) => FetchRow;
}

/** What became of one blob of a job. */
export interface Settled {
  readonly row: FetchRow;
  readonly issues: readonly Issue[];
}

type Received = NonNullable<DownloadResult['received']>;

/** What became of all blobs of a job. */
export interface JobResult {
  readonly settled: readonly Settled[];
  readonly downloadedBytes: number;
}

/**
 * Downloads what `job` names, once. What it resolves to puts the bytes at the place of each of the job's blobs, and
 * must be called.
 */
export async function runJob(job: Job, options: JobOptions): Promise<() => Promise<JobResult>> {
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
  const { received, failed, release } = await obtain(job, first, options);
  if (received === undefined) {
    for (const blob of targets) fail(blob, [failureIssue(blob, failed)]);
    return async () => ({ settled, downloadedBytes: 0 });
  }
  return async () => {
    const placed = await placeAll(targets, { received, failed }, options).finally(release);
    const { source, bytes, resumedBytes = 0 } = received;
    return { settled: [...settled, ...placed], downloadedBytes: 'file' in source ? 0 : bytes - resumedBytes };
  };
}

/**
 * The bytes of `job`, downloaded unless another run does so meanwhile. Where there are any, `release` lets other runs
 * have them once they are kept.
 */
async function obtain(
  job: Job,
  first: Blob,
  options: JobOptions,
): Promise<DownloadResult & { readonly release: () => Promise<void> }> {
  const isAtHand = job.sources.some((source) => 'file' in source);
  const lock = isAtHand ? undefined : await options.caches.lock(first, options);
  const release = async (): Promise<void> => lock?.release();
  try {
    // Another run may have finished since this one was planned, waited for or not.
    const local = lock ? options.caches.findLocal(first) : [];
    const partials = lock && options.caches.partials;
    const result = await observed({ ...job, sources: [...local, ...job.sources] }, first, {
      ...options,
      partials,
    });
    await options.caches.drop(result.failed, first);
    if (result.received === undefined) await release();
    return { ...result, release };
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
      else settled.push({ row: toRow(blob, received, options), issues: warnings(blob, received, failed) });
    }
    if (isKept) await options.caches.keep(received.file, received.source, targets);
    await options.caches.used(received.source);
  } finally {
    await received.file.discard();
  }
  return settled;
}

let lastId = 0;

async function observed(job: Job, first: Blob, options: JobOptions): Promise<DownloadResult> {
  lastId += 1;
  const id = lastId;
  const { observe } = options;
  const label = blobLabel(first);
  observe({ kind: 'begin', id, label, ...(job.size === undefined ? {} : { bytes: job.size }) });
  const onProgress = (event: DownloadProgress): void => {
    if (event.kind === 'attempt') observe({ kind: 'attempt', id, url: describeSource(event.source) });
    else if (event.kind === 'retry') observe({ ...event, id, label });
    else observe({ ...event, id });
  };
  try {
    return await download(job, {
      ...options,
      directory: options.caches.downloadDirectory(first),
      copyDirectory: blobsDirectory(first.moduleDirectory),
      // The server chooses when this is: the module may look otherwise by then.
      beforeWrite: () => assertInsideBlobs(first.moduleDirectory, first.path, first.module),
      onProgress,
    });
  } finally {
    observe({ kind: 'end', id });
  }
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

function warnings(blob: Blob, received: Received, failed: readonly FailedSource[]): Issue[] {
  const where = { severity: 'warning', module: blob.module, path: blob.path } as const;
  const issues: Issue[] = failed.map(({ error }) => ({
    ...where,
    code: error.code,
    message: `${blobLabel(blob)}: ${error.message}; another source had it`,
    ...(error.details.facts ? { facts: error.details.facts } : {}),
  }));
  if (blob.size !== undefined && blob.size !== received.bytes) {
    const message = `the declared size of ${blobLabel(blob)} is ${blob.size}, but it has ${received.bytes} bytes`;
    issues.push({ ...where, code: 'BLOBS_SIZE_MISMATCH', message });
  }
  return issues;
}

function declaredTooSmall(blob: Blob, bytes: number): Issue {
  return {
    severity: 'error',
    code: 'BLOBS_SIZE_MISMATCH',
    message: `cannot fetch ${blobLabel(blob)}: it has ${bytes} bytes, module.yml declares ${blob.size}`,
    module: blob.module,
    path: blob.path,
  };
}

// Wrong bytes weigh most: they decide the exit code whatever else failed.
const DECISIVE: readonly ErrorCode[] = ['BLOBS_HASH_MISMATCH', 'BLOBS_SIZE_MISMATCH'];

function failureIssue(blob: Blob, failed: readonly FailedSource[]): Issue {
  const decisive =
    DECISIVE.flatMap((code) => failed.find(({ error }) => error.code === code) ?? [])[0] ?? failed.at(-1);
  const code = decisive?.error.code ?? 'BLOBS_URL_UNSUPPORTED';
  const isMismatch = code === 'BLOBS_HASH_MISMATCH';
  return {
    severity: 'error',
    code,
    message: isMismatch ? `checksum mismatch for ${blobLabel(blob)}` : `cannot fetch ${blobLabel(blob)}`,
    facts: failed.flatMap(({ error }) => {
      const facts = error.details.facts ?? [];
      return error.code === 'BLOBS_HASH_MISMATCH' ? facts : [error.message, ...facts];
    }),
    hint: isMismatch
      ? `run "blobs fetch ${blob.module}" again; if it repeats, tell the module's maintainer`
      : (decisive?.error.details.hint ?? HINTS[code] ?? 'try again later, or use --mirror'),
    ...(decisive?.error.stack === undefined ? {} : { stack: decisive.error.stack }),
    module: blob.module,
    path: blob.path,
  };
}

const HINTS: Partial<Record<ErrorCode, string>> = {
  BLOBS_TIMEOUT: 'try again, raise --timeout, or use --mirror',
  BLOBS_URL_UNSUPPORTED: "tell the module's maintainer",
  BLOBS_SIZE_MISMATCH: "tell the module's maintainer",
  BLOBS_FILE_ACCESS: 'check permissions and free space',
  BLOBS_HTTP_STATUS: "if it repeats, the file may have moved: tell the module's maintainer, or use --mirror",
};
