// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import type { FetchReport, Issue } from '../core/report.ts';
import { redactUrl } from '../core/url.ts';
import { unusedMirrors } from '../fetch/mirrors.ts';
import { type Candidate, isNeeded, planFetch } from '../fetch/plan.ts';
import { type BlobState, findBlobStates } from './blob-state.ts';
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
