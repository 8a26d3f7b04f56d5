// SPDX-License-Identifier: Apache-2.0

import type { CacheOptions } from '../app/caches.ts';
import { fetchBlobs } from '../app/fetch-blobs.ts';
import type { BlobQuery } from '../app/load-modules.ts';
import { parseConfiguredMirrors } from '../fetch/configured-mirrors.ts';
import { parseMirror } from '../fetch/mirrors.ts';
import { fetchDocument } from '../output/json.ts';
import { parseDirectories } from './blobs-config.ts';
import { createFetchDeps } from './deps.ts';
import type { ExitCode } from './exit-codes.ts';
import { DEFAULT_JOBS, type FetchCommandOptions } from './fetch-command-options.ts';
import { FetchView } from './fetch-view.ts';
import { present, type Session } from './session.ts';

/** What `blobs fetch` does once its options are parsed; in a file of its own, since only fetch loads it. */
export async function runFetch(
  session: Session,
  query: BlobQuery,
  options: FetchCommandOptions,
): Promise<ExitCode> {
  const { config } = session;
  const configured = config.blobs();
  const configuredMirrors = parseConfiguredMirrors(configured.mirrors);
  const view = await FetchView.create(session);
  const report = await fetchBlobs(
    {
      ...query,
      ...(options.store ? config.index() : {}),
      licenses: {
        autoAccept: options.autoAccept ?? false,
        acceptedTexts: new Set(options.acceptLicense),
        answersFile: config.licenseAnswersFile,
      },
      jobs: options.jobs ?? configured.jobs ?? DEFAULT_JOBS,
      dryRun: options.dryRun ?? false,
      keepModified: options.keepModified ?? false,
      failFast: options.failFast ?? false,
      mirrors: options.mirror?.map(parseMirror) ?? configuredMirrors,
      offline: options.offline ?? configured.offline,
      caches: cachesOf(session, configured.caches, options),
      timeoutMs: options.timeout,
      retries: options.retries,
      maxSizeBytes: options.maxSize,
    },
    { ...createFetchDeps(session), observe: (event) => view.observe(event) },
    session.signal,
  ).finally(() => view.end());
  const shown = {
    document: () => fetchDocument(report),
    // The rows are on stdout already.
    text: () => '',
    summary: () => view.summary(report),
  };
  return present(session, report, shown, view.untold(report.issues));
}

function cachesOf(
  { config }: Session,
  { storeDirectory, cacheDirectories, autoCache }: CacheOptions,
  options: FetchCommandOptions,
): CacheOptions {
  const named = options.autoCache && config.directory(options.autoCache);
  const filled = options.autoCache === undefined ? autoCache : named;
  return {
    ...(options.store && storeDirectory !== undefined ? { storeDirectory } : {}),
    cacheDirectories:
      options.cacheDirs === undefined
        ? cacheDirectories
        : parseDirectories(options.cacheDirs).map((directory) => config.directory(directory)),
    ...(filled ? { autoCache: filled } : {}),
  };
}
