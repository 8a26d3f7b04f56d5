// SPDX-License-Identifier: Apache-2.0
import { setMaxListeners } from 'node:events';
import { type Blob, blobLabel } from '../core/blob.ts';
import type { BlobsError } from '../core/errors.ts';
import type { FetchRow, Issue } from '../core/report.ts';
import { count } from '../core/text.ts';
import { FreeSpace } from '../fetch/free-space.ts';
import { letHostsRest } from '../fetch/host-rest.ts';
import type { LfsClientOptions } from '../fetch/lfs/lfs-client.ts';
import { isOciUrl } from '../fetch/oci/reference.ts';
import type { RegistryOptions } from '../fetch/oci/registry.ts';
import { type Decision, describeSource, type Job } from '../fetch/plan.ts';
import { LATER, runPool } from '../fetch/pool.ts';
import type { BlobState } from './blob-state.ts';
import type { Caches } from './caches.ts';
import type { FetchObserver } from './fetch-events.ts';
import type { JobOptions } from './fetch-job.ts';
import type { FetchDeps, FetchOptions, Network } from './fetch-options.ts';
import { findPlaceProblem } from './place-blob.ts';

/** What became of each blob so far. */
export class FetchRun {
  downloadedBytes = 0;
  readonly #states: ReadonlyMap<Blob, BlobState>;
  readonly #rows = new Map<Blob, FetchRow>();
  readonly #issues = new Map<Blob, readonly Issue[]>();
  readonly #general: Issue[] = [];
  readonly #observe: FetchObserver;

  constructor(states: readonly BlobState[], observe: FetchObserver) {
    this.#states = new Map(states.map((state) => [state.row.blob, state]));
    this.#observe = observe;
  }

  /** In the order of `blobs`. Those that were never reached are skipped. */
  rows(blobs: readonly Blob[]): FetchRow[] {
    return blobs.map((blob) => this.#rows.get(blob) ?? { ...this.#before(blob), result: 'skipped' });
  }

  issues(blobs: readonly Blob[]): Issue[] {
    return [...blobs.flatMap((blob) => this.#issues.get(blob) ?? []), ...this.#general];
  }

  get hasFailed(): boolean {
    return [...this.#rows.values()].some((row) => row.result === 'failed');
  }

  /** Notes that nothing of `jobs` was begun, because something failed before. */
  stopBefore(jobs: readonly Job[]): void {
    this.#general.push(stoppedIssue(this.#left(jobs)));
  }

  settle(row: FetchRow, issues: readonly Issue[] = []): void {
    this.#rows.set(row.blob, row);
    this.#issues.set(row.blob, issues);
    this.#observe({ kind: 'row', row, issues });
  }

  /** Settles what needs no download; in a dry run, what would. */
  settleUndone(decision: Decision, dryRun: boolean): void {
    const { blob } = decision;
    const before = this.#before(blob);
    if (decision.kind === 'up-to-date') this.settle({ ...before, result: 'up-to-date' });
    else if (decision.kind === 'keep') this.settle({ ...before, result: 'skipped', kept: true });
    else if (decision.kind === 'blocked') {
      const isLicense = decision.error.code.startsWith('BLOBS_LICENSE_');
      this.settle({ ...before, result: isLicense ? 'skipped' : 'failed' }, [
        blockedIssue(blob, decision.error),
      ]);
    } else if (dryRun) {
      const problem = findPlaceProblem(blob);
      if (problem) {
        this.settle({ ...before, result: 'failed' }, [problem]);
        return;
      }
      const sources = decision.job.sources.map(describeSource);
      const [first] = decision.job.sources;
      this.settle({
        ...before,
        result: first?.kind ?? 'failed',
        ...(sources[0] === undefined ? {} : { source: sources[0] }),
        sources,
        ...(before.status === 'M' ? { replaced: true } : {}),
      });
    }
  }

  async download(
    jobs: readonly Job[],
    context: {
      readonly options: FetchOptions;
      readonly deps: FetchDeps;
      readonly caches: Caches;
      readonly signal: AbortSignal;
    },
  ): Promise<void> {
    const { options, deps, caches, signal } = context;
    // Most runs find everything in place.
    const { runJob } = await import('./fetch-job.ts');
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    // Every download listens, and there may be many at once.
    setMaxListeners(0, either);
    await caches.open();
    const network = await deps.openNetwork(options);
    const transport = letHostsRest(network.transport, { ...options, ...deps, ...network });
    const { clock, random } = deps;
    const http = { ...options, ...network, transport, clock, random, signal: either };
    const jobOptions: JobOptions = {
      ...http,
      ...(await openLfs(jobs, http)),
      ...(await openOci(jobs, http, network)),
      caches,
      freeSpace: new FreeSpace(),
      observe: this.#observe,
      before: (blob) => this.#before(blob),
    };
    try {
      // What another run downloads is left to it for as long as there is something else to do.
      const postponed = new Set<Job>();
      await runPool(jobs, options.jobs, async (job) => {
        const place = await runJob(job, { ...jobOptions, mayWait: postponed.has(job) });
        if (place === 'busy') {
          postponed.add(job);
          return LATER;
        }
        const finish = async (): Promise<void> => {
          const { settled, downloadedBytes } = await place();
          this.downloadedBytes += downloadedBytes;
          for (const { row, issues } of settled) this.settle(row, issues);
          if (options.failFast && settled.some(({ row }) => row.result === 'failed')) stop.abort(STOPPED);
        };
        if (!options.failFast) return finish;
        // Nothing more may begin before it is known how this one ended.
        await finish();
        return undefined;
      });
    } catch (error) {
      if (!jobOptions.signal.aborted) throw error;
      this.#general.push(this.#endedEarly(jobs, signal));
    } finally {
      this.#general.push(...(jobOptions.oci?.issues ?? []));
      await network.transport.close();
    }
  }

  #before(blob: Blob): FetchRow {
    const state = this.#states.get(blob);
    if (state === undefined) throw new Error('a blob without a state');
    return { ...state.row, result: 'skipped' };
  }

  #endedEarly(jobs: readonly Job[], signal: AbortSignal): Issue {
    if (!signal.aborted) return stoppedIssue(this.#left(jobs));
    const message = `interrupted; ${count(this.#left(jobs), 'blob')} left`;
    return { severity: 'error', code: 'BLOBS_INTERRUPTED', message, hint: 'run the same command again' };
  }

  #left(jobs: readonly Job[]): number {
    return jobs.flatMap((job) => job.blobs).filter((blob) => !this.#rows.has(blob)).length;
  }
}

/** A client for Git LFS, loaded where a job has a use for it. */
async function openLfs(jobs: readonly Job[], options: LfsClientOptions): Promise<Pick<JobOptions, 'lfs'>> {
  if (!jobs.some(({ sources }) => sources.some((source) => 'lfs' in source))) return {};
  const { LfsClient } = await import('../fetch/lfs/lfs-client.ts');
  return { lfs: new LfsClient(jobs, options) };
}

/** A client for the registries that mirrors name, loaded where a job has a use for it. */
async function openOci(
  jobs: readonly Job[],
  options: RegistryOptions,
  { dockerConfigFile }: Network,
): Promise<Pick<JobOptions, 'oci'>> {
  if (!jobs.some(({ sources }) => sources.some((source) => 'url' in source && isOciUrl(source.url))))
    return {};
  const { OciSources } = await import('../fetch/oci/oci-sources.ts');
  return { oci: new OciSources(options, dockerConfigFile) };
}

function stoppedIssue(left: number): Issue {
  return {
    severity: 'info',
    code: 'BLOBS_STOPPED',
    message: `stopped at the first failure; ${count(left, 'blob')} left`,
  };
}

const STOPPED = new Error('stopped at the first failure');

function blockedIssue(blob: Blob, error: BlobsError): Issue {
  return {
    severity: 'error',
    code: error.code,
    message: `cannot fetch ${blobLabel(blob)}: ${error.message}`,
    ...error.details,
    module: blob.module,
    path: blob.path,
  };
}
