// SPDX-License-Identifier: Apache-2.0
import type { BlobQuery } from '../app/load-modules.ts';
import { pushMirror } from '../app/push-mirror.ts';
import { BlobsError } from '../core/errors.ts';
import { redactUrl } from '../core/url.ts';
import { mirrorDocument } from '../output/json.ts';
import { mirrorSummaryText, mirrorText } from '../output/mirror-text.ts';
import { resolveCaches } from './blobs-config.ts';
import { systemClock } from './deps.ts';
import type { ExitCode } from './exit-codes.ts';
import { present, type Session } from './session.ts';

/** The options that `mirror push` alone has, as commander gives them. */
export interface PushCommandOptions {
  readonly includeClickThrough?: boolean;
  readonly dryRun?: boolean;
}

/**
 * What `blobs mirror push` does once its options are parsed; in a file of its own, since only it loads it.
 *
 * @throws BlobsError `BLOBS_USAGE` for a destination that is no directory
 */
export async function runPush(
  session: Session,
  { query, destination }: { readonly query: BlobQuery; readonly destination: string },
  options: PushCommandOptions,
): Promise<ExitCode> {
  const { config, signal } = session;
  const report = await pushMirror(
    {
      ...query,
      directory: config.directory(parseDestination(destination)),
      caches: resolveCaches(config.settings()),
      includeClickThrough: options.includeClickThrough ?? false,
      dryRun: options.dryRun ?? false,
    },
    { clock: systemClock, signal },
  );
  return present(session, report, {
    document: () => mirrorDocument(report),
    text: () => mirrorText(report),
    summary: () => mirrorSummaryText(report),
  });
}

function parseDestination(text: string): string {
  const usage = (problem: string): BlobsError =>
    new BlobsError('BLOBS_USAGE', `mirror push: ${problem}`, {
      hint: 'DEST is a directory, such as /mnt/blobs',
    });
  if (text === '') throw usage('DEST is empty');
  if (/^oci:/i.test(text)) throw usage('OCI registries are not supported by this version');
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) throw usage(`${redactUrl(text)} is not a directory`);
  return text;
}
