// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import type { FetchReport, Issue } from '../core/report.ts';
import { redactUrl } from '../core/url.ts';
import { unusedMirrors } from '../fetch/mirrors.ts';
import { type Candidate, isNeeded, planFetch } from '../fetch/plan.ts';
import { type BlobState, findBlobStates } from './blob-state.ts';
import { Caches } from './caches.ts';
import type { FetchDeps, FetchOptions } from './fetch-options.ts';
import { FetchRun } from './fetch-run.ts';
import { LicenseGate } from './license-gate.ts';
import { loadModules } from './load-modules.ts';
import { tidyModules } from './place-blob.ts';

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
  const { modules, blobs, issues } = await loadModules(options, signal);
  if (!options.dryRun) tidyModules(blobs, modules);
  const states = await findBlobStates(blobs, signal, options.index);
  const gate = new LicenseGate({ ...options.licenses, dryRun: options.dryRun }, deps);
  const caches = new Caches(options.caches);
  const decisions = planFetch(await prepare(states, { gate, caches, options, signal }), options);
  const run = new FetchRun(states, deps.observe);
  const jobs = [
    ...new Set(decisions.flatMap((decision) => (decision.kind === 'fetch' ? [decision.job] : []))),
  ];
  deps.observe({ kind: 'planned', downloads: options.dryRun ? 0 : jobs.length });
  for (const decision of decisions) run.settleUndone(decision, options.dryRun);
  if (!options.dryRun && jobs.length > 0) {
    if (options.failFast && run.hasFailed) run.stopBefore(jobs);
    else await run.download(jobs, { options, deps, caches, signal });
  }
  if (!options.dryRun) await options.index?.save();
  return {
    rows: run.rows(blobs),
    issues: [
      ...issues,
      ...mirrorNotes(blobs, options),
      ...gate.issues,
      ...caches.issues,
      ...run.issues(blobs),
    ],
    dryRun: options.dryRun,
    durationMs: deps.clock.now() - startMs,
    downloadedBytes: run.downloadedBytes,
  };
}

/** The candidates, those that would be fetched with the answer for their licence and the files that may hold them. */
async function prepare(
  states: readonly BlobState[],
  context: {
    readonly gate: LicenseGate;
    readonly caches: Caches;
    readonly options: FetchOptions;
    readonly signal: AbortSignal;
  },
): Promise<Candidate[]> {
  const { gate, caches, options, signal } = context;
  const candidates: Candidate[] = [];
  for (const { row } of states) {
    const candidate = { blob: row.blob, status: row.status };
    if (!isNeeded(row.status, options)) {
      candidates.push(candidate);
      continue;
    }
    const blocked = await gate.findObstacle(row.blob, signal);
    candidates.push(
      blocked ? { ...candidate, blocked } : { ...candidate, local: caches.findLocal(row.blob) },
    );
  }
  return candidates;
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
