// SPDX-License-Identifier: Apache-2.0
import { fetchBlobs } from '../app/fetch-blobs.ts';
import type { BlobQuery } from '../app/load-modules.ts';
import { parseMirror } from '../fetch/mirrors.ts';
import { fetchDocument } from '../output/json.ts';
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
  const mirrors = (options.mirror ?? []).map(parseMirror);
  const view = await FetchView.create(session);
  const report = await fetchBlobs(
    {
      ...query,
      licenses: {
        autoAccept: options.autoAccept ?? false,
        acceptedTexts: new Set(options.acceptLicense),
        answersFile: session.config.licenseAnswersFile,
      },
      jobs: options.jobs ?? session.config.jobs() ?? DEFAULT_JOBS,
      dryRun: options.dryRun ?? false,
      keepModified: options.keepModified ?? false,
      failFast: options.failFast ?? false,
      mirrors,
      timeoutMs: options.timeout,
      retries: options.retries,
      maxSizeBytes: options.maxSize,
    },
    { ...createFetchDeps(session), observe: (event) => view.observe(event) },
    session.signal,
  ).finally(() => view.end());
  return present(session, report, {
    document: () => fetchDocument(report),
    // The rows are on stdout already.
    text: () => '',
    summary: () => view.summary(report),
  });
}
