// SPDX-License-Identifier: Apache-2.0
import type { BlobQuery } from '../app/load-modules.ts';
import { updateBlobs } from '../app/update-blobs.ts';
import type { UrlReplacement } from '../app/update-options.ts';
import { parseConfiguredMirrors } from '../fetch/configured-mirrors.ts';
import { parseMirror } from '../fetch/mirrors.ts';
import { createColors } from '../output/colors.ts';
import { updateDocument } from '../output/update-document.ts';
import { updateSummaryText, updateText } from '../output/update-text.ts';
import { createFetchDeps } from './deps.ts';
import type { ExitCode } from './exit-codes.ts';
import { DEFAULT_JOBS, type TransferLimits } from './fetch-command-options.ts';
import { FetchView } from './fetch-view.ts';
import { present, type Session } from './session.ts';

/** The options that `update` alone has, as commander gives them. */
export interface UpdateCommandOptions extends TransferLimits {
  readonly urlReplace?: readonly UrlReplacement[];
  readonly blobVersion?: string;
  readonly size?: boolean;
  readonly pin?: boolean;
  readonly dryRun?: boolean;
  readonly jobs?: number;
  readonly mirror?: readonly string[];
}

/** What `blobs update` does once its options are parsed; in a file of its own, since only it loads it. */
export async function runUpdate(
  session: Session,
  query: BlobQuery,
  options: UpdateCommandOptions,
): Promise<ExitCode> {
  const { config } = session;
  const configured = config.blobs();
  const configuredMirrors = parseConfiguredMirrors(configured.mirrors);
  const mirrors = options.mirror?.map(parseMirror) ?? configuredMirrors;
  const view = await FetchView.create(session);
  const report = await updateBlobs(
    {
      ...query,
      replacements: options.urlReplace ?? [],
      ...(options.blobVersion === undefined ? {} : { version: options.blobVersion }),
      addsSize: options.size ?? false,
      pin: options.pin ?? false,
      dryRun: options.dryRun ?? false,
      jobs: options.jobs ?? configured.jobs ?? DEFAULT_JOBS,
      mirrors,
      offline: configured.offline,
      timeoutMs: options.timeout,
      retries: options.retries,
      maxSizeBytes: options.maxSize,
    },
    { ...createFetchDeps(session), observe: (event) => view.observe(event) },
    session.signal,
  ).finally(() => view.end());
  return present(session, report, {
    document: () => updateDocument(report),
    text: () => updateText(report, { colors: createColors(config.colorStdout), cwd: config.cwd }),
    summary: () => updateSummaryText(report),
  });
}
