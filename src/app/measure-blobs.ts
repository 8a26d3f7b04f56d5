// SPDX-License-Identifier: Apache-2.0
import { setMaxListeners } from 'node:events';
import { type Blob, blobLabel } from '../core/blob.ts';
import { BlobsError } from '../core/errors.ts';
import { letHostsRest } from '../fetch/host-rest.ts';
import { findUrlProblem } from '../fetch/http-url.ts';
import {
  type Measured,
  type MeasureOptions,
  measureSources,
  planMeasuring,
} from '../fetch/measure-sources.ts';
import { describeSource, findProhibition } from '../fetch/plan.ts';
import { runPool } from '../fetch/pool.ts';
import type { UpdateDeps, UpdateOptions } from './update-options.ts';

/** A blob, and the URLs that it will have. */
export interface Wanted {
  readonly blob: Blob;
  readonly urls: readonly string[];
}

/** What each URL of a blob gave, in their order, or why that is not known. */
export type MeasuredBlob = readonly Measured[] | BlobsError;

/**
 * Downloads from every URL of `wanted`, each once, to learn what it gives. One that fails stops no other.
 *
 * @throws the signal's reason; BlobsError `BLOBS_BAD_CONFIG` where the way to a URL is configured wrong
 */
export async function measureBlobs(
  wanted: readonly Wanted[],
  options: UpdateOptions,
  { deps, signal }: { readonly deps: UpdateDeps; readonly signal: AbortSignal },
): Promise<{ readonly found: ReadonlyMap<Blob, MeasuredBlob>; readonly downloadedBytes: number }> {
  const found = new Map<Blob, MeasuredBlob>();
  const jobs = wanted.filter(({ blob }) => {
    const problem = findFetcherProblem(blob);
    if (problem) found.set(blob, problem);
    return problem === undefined;
  });
  const labels = new Map(jobs.flatMap(({ blob, urls }) => urls.map((url) => [url, blobLabel(blob)])));
  if (labels.size === 0) return { found, downloadedBytes: 0 };
  deps.observe({ kind: 'planned', downloads: labels.size });
  const network = await deps.openNetwork(options);
  const either = AbortSignal.any([signal]);
  // Every download listens, and there may be many at once.
  setMaxListeners(0, either);
  const transport = letHostsRest(network.transport, { ...options, ...deps, ...network });
  const http = { ...options, ...deps, ...network, transport, signal: either };
  let downloadedBytes = 0;
  const results = new Map<string, Measured | BlobsError>();
  let lastId = 0;
  try {
    await runPool([...labels], options.jobs, async ([url, label]) => {
      lastId += 1;
      const id = lastId;
      deps.observe({ kind: 'begin', id, label });
      const onProgress: MeasureOptions['onProgress'] = (event) => {
        if (event.kind === 'bytes') downloadedBytes += event.bytes;
        if (event.kind === 'attempt')
          deps.observe({ kind: 'attempt', id, url: describeSource(event.source) });
        else if (event.kind === 'retry') deps.observe({ ...event, id, label });
        else deps.observe({ ...event, id });
      };
      try {
        results.set(url, await measureUrl(url, options, { ...http, onProgress }));
      } finally {
        deps.observe({ kind: 'end', id });
      }
      return undefined;
    });
  } finally {
    await network.transport.close();
  }
  for (const { blob, urls } of jobs) found.set(blob, resultOf(urls.flatMap((url) => results.get(url) ?? [])));
  return { found, downloadedBytes };
}

function resultOf(results: readonly (Measured | BlobsError)[]): MeasuredBlob {
  const measured: Measured[] = [];
  for (const result of results) {
    if (result instanceof BlobsError) return result;
    measured.push(result);
  }
  return measured;
}

async function measureUrl(
  url: string,
  options: UpdateOptions,
  http: MeasureOptions,
): Promise<Measured | BlobsError> {
  // A mirror may have what stands for it, but nobody else will.
  const problem = findUrlProblem(url);
  if (problem) return problem;
  const { sources, ...plan } = planMeasuring(url, options);
  const { measured, failed } = await measureSources(sources, http);
  if (measured) return measured;
  const prohibition = findProhibition(plan);
  const decisive = prohibition ?? failed.at(-1)?.error;
  if (decisive === undefined) throw new Error('a URL that nobody was asked for');
  const facts = failed.filter(({ error }) => error !== decisive).map(({ error }) => error.message);
  const details = { ...decisive.details, facts: [...facts, ...(decisive.details.facts ?? [])] };
  return new BlobsError(decisive.code, decisive.message, { ...details, cause: decisive });
}

function findFetcherProblem({ fetcher, urls }: Blob): BlobsError | undefined {
  if (fetcher === undefined || /^https?$/.test(fetcher)) return undefined;
  if (fetcher !== 'lfs')
    return new BlobsError('BLOBS_FETCHER_UNSUPPORTED', `the fetcher "${fetcher}" is not supported`);
  return new BlobsError(
    'BLOBS_LFS_DIGEST',
    'a Git LFS server ("fetcher: lfs") is asked by the digest, so that it cannot tell a new one',
    {
      facts: urls.map((url) => `url: ${describeSource({ kind: 'url', url })}`),
      hint: 'the pointer in the repository of the file names both: write its "oid" as sha256 and its "size" as size',
    },
  );
}
