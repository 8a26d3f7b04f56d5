// SPDX-License-Identifier: Apache-2.0
import { setMaxListeners } from 'node:events';
import { type Blob, blobLabel } from '../core/blob.ts';
import type { Clock, Prompt } from '../core/deps.ts';
import type { BlobsError } from '../core/errors.ts';
import type { FetchReport, FetchRow, Issue } from '../core/report.ts';
import { count } from '../core/text.ts';
import { redactUrl } from '../core/url.ts';
import type { HttpOptions } from '../fetch/http.ts';
import { type Mirror, unusedMirrors } from '../fetch/mirrors.ts';
import { type Candidate, type Decision, isNeeded, type Job, planFetch } from '../fetch/plan.ts';
import { runPool } from '../fetch/pool.ts';
import { type BlobState, findBlobStates } from './blob-state.ts';
import type { FetchObserver } from './fetch-events.ts';
import { type JobOptions, runJob } from './fetch-job.ts';
import { LicenseGate, type LicenseOptions } from './license-gate.ts';
import { type BlobQuery, loadModules } from './load-modules.ts';
import { findPlaceProblem, tidyModules } from './place-blob.ts';

export interface FetchOptions extends BlobQuery {
  readonly licenses: Omit<LicenseOptions, 'dryRun'>;
  /** Downloads at once. */
  readonly jobs: number;
  readonly dryRun: boolean;
  readonly keepModified: boolean;
  readonly failFast: boolean;
  readonly mirrors: readonly Mirror[];
  readonly timeoutMs: number;
  readonly retries: number;
  readonly maxSizeBytes: number;
}

/** What a fetch needs of the world. */
export interface FetchDeps {
  readonly clock: Clock;
  readonly prompt: Prompt;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** Opens the network when the first download needs it. */
  readonly openNetwork: (options: Pick<FetchOptions, 'jobs' | 'timeoutMs'>) => Promise<Network>;
  readonly observe: FetchObserver;
}

export type Network = Pick<HttpOptions, 'transport' | 'userAgent' | 'trace'>;

/**
 * Makes every selected blob present and verified. A file appears at its final path only when it is complete and
 * has the declared SHA-256; one blob's failure does not stop the others.
 *
 * @throws BlobsError where there is nothing to fetch for; the signal's reason while nothing was begun.
 */
export async function fetchBlobs(
  options: FetchOptions,
  deps: FetchDeps,
  signal: AbortSignal,
): Promise<FetchReport> {
  const startMs = deps.clock.now();
  const { modules, blobs, issues } = await loadModules(options);
  if (!options.dryRun) tidyModules(blobs, modules);
  const states = await findBlobStates(blobs, signal);
  const gate = new LicenseGate({ ...options.licenses, dryRun: options.dryRun }, deps);
  const decisions = planFetch(await askLicenses(states, gate, options, signal), options);
  const run = new FetchRun(states, deps.observe);
  const jobs = [
    ...new Set(decisions.flatMap((decision) => (decision.kind === 'fetch' ? [decision.job] : []))),
  ];
  deps.observe({ kind: 'planned', downloads: options.dryRun ? 0 : jobs.length });
  for (const decision of decisions) run.settleUndone(decision, options.dryRun);
  if (!options.dryRun && jobs.length > 0) {
    if (options.failFast && run.hasFailed) run.stopBefore(jobs);
    else await run.download(jobs, options, deps, signal);
  }
  return {
    rows: run.rows(blobs),
    issues: [...issues, ...mirrorNotes(blobs, options), ...gate.issues, ...run.issues(blobs)],
    dryRun: options.dryRun,
    durationMs: deps.clock.now() - startMs,
    downloadedBytes: run.downloadedBytes,
  };
}

/** The candidates, each with the answer for its licence. Only blobs that would be fetched are asked about. */
async function askLicenses(
  states: readonly BlobState[],
  gate: LicenseGate,
  options: FetchOptions,
  signal: AbortSignal,
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const { row } of states) {
    const candidate = { blob: row.blob, status: row.status };
    const blocked = isNeeded(row.status, options) ? await gate.findObstacle(row.blob, signal) : undefined;
    candidates.push(blocked ? { ...candidate, blocked } : candidate);
  }
  return candidates;
}

/** What became of each blob so far. */
class FetchRun {
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
    this.#observe({ kind: 'row', row });
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
      const sources = decision.job.sources.map((source) => redactUrl(source.url));
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
    options: FetchOptions,
    deps: FetchDeps,
    signal: AbortSignal,
  ): Promise<void> {
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    // Every download listens, and there may be many at once.
    setMaxListeners(0, either);
    const network = await deps.openNetwork(options);
    const jobOptions: JobOptions = {
      ...options,
      ...network,
      clock: deps.clock,
      random: deps.random,
      signal: either,
      observe: this.#observe,
      before: (blob) => this.#before(blob),
    };
    try {
      await runPool(jobs, options.jobs, async (job) => {
        const place = await runJob(job, jobOptions);
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

function stoppedIssue(left: number): Issue {
  return {
    severity: 'info',
    code: 'BLOBS_STOPPED',
    message: `stopped at the first failure; ${count(left, 'blob')} left`,
  };
}

function mirrorNotes(blobs: readonly Blob[], { mirrors }: FetchOptions): Issue[] {
  if (blobs.length === 0) return [];
  return unusedMirrors(
    mirrors,
    blobs.flatMap((blob) => blob.urls),
  ).map(({ prefix }) => ({
    severity: 'info',
    code: 'BLOBS_UNUSED_MIRROR',
    message: `no selected blob has a URL that begins with ${redactUrl(prefix)}`,
  }));
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
