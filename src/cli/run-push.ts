// SPDX-License-Identifier: Apache-2.0
import type { BlobQuery } from '../app/load-modules.ts';
import { type PushOptions, pushMirror } from '../app/push-mirror.ts';
import { BlobsError } from '../core/errors.ts';
import { redactUrl } from '../core/url.ts';
import { isOciUrl, type OciReference, parseOciReference } from '../fetch/oci/reference.ts';
import { mirrorDocument } from '../output/json.ts';
import { mirrorSummaryText, mirrorText } from '../output/mirror-text.ts';
import { resolveCaches } from './blobs-config.ts';
import { createFetchDeps } from './deps.ts';
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
 * @throws BlobsError `BLOBS_USAGE` for a destination that is none; `BLOBS_OFFLINE` for a registry where nothing may be asked
 */
export async function runPush(
  session: Session,
  { query, destination }: { readonly query: BlobQuery; readonly destination: string },
  options: PushCommandOptions,
): Promise<ExitCode> {
  const { config, signal } = session;
  const to = parseDestination(destination, config.directory);
  const settings = config.settings();
  if ('registry' in to && settings.offline.resolve().value) throw offline(to.registry);
  const { clock, random, openNetwork } = createFetchDeps(session);
  const report = await pushMirror(
    {
      ...query,
      destination: to,
      caches: resolveCaches(settings),
      includeClickThrough: options.includeClickThrough ?? false,
      dryRun: options.dryRun ?? false,
    },
    { clock, random, openNetwork, signal },
  );
  return present(session, report, {
    document: () => mirrorDocument(report),
    text: () => mirrorText(report),
    summary: () => mirrorSummaryText(report),
  });
}

function parseDestination(text: string, toDirectory: (text: string) => string): PushOptions['destination'] {
  const usage = (problem: string): BlobsError =>
    new BlobsError('BLOBS_USAGE', `mirror push: ${problem}`, {
      hint: 'DEST is a directory, such as /mnt/blobs, or a repository, such as oci://registry.example/team/blobs',
    });
  if (text === '') throw usage('DEST is empty');
  if (isOciUrl(text)) return { registry: parseOciReference(text, usage) };
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) throw usage(`${redactUrl(text)} is not a directory`);
  return { directory: toDirectory(text) };
}

function offline({ text }: OciReference): BlobsError {
  return new BlobsError('BLOBS_OFFLINE', `${text} is only to be had over the network, which is off limits`, {
    hint: 'push without BLOBS_OFFLINE (blobs.offline), or to a directory',
  });
}
