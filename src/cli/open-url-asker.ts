// SPDX-License-Identifier: Apache-2.0
import { setMaxListeners } from 'node:events';
import { UrlAsker } from '../app/url-asker.ts';
import { BlobsError } from '../core/errors.ts';
import { MAX_PER_HOST } from '../fetch/by-host.ts';
import { parseConfiguredMirrors } from '../fetch/configured-mirrors.ts';
import { createFetchDeps } from './deps.ts';
import { FETCH_DEFAULTS } from './fetch-command-options.ts';
import type { Session } from './session.ts';

/**
 * What `lint --online` asks URLs with: the network as a fetch would use it; in a file of its own, since nothing else of
 * lint needs one.
 *
 * @throws BlobsError `BLOBS_USAGE` where the configuration forbids the network, BLOBS_BAD_CONFIG.
 */
export async function openUrlAsker(
  session: Session,
): Promise<{ readonly asker: UrlAsker; readonly close: () => Promise<void> }> {
  const { offline, mirrors } = session.config.blobs();
  if (offline) {
    throw new BlobsError('BLOBS_USAGE', '--online contradicts the configuration, which forbids the network', {
      hint: 'see "blobs config": BLOBS_OFFLINE or blobs.offline',
    });
  }
  const { signal } = session;
  // Every question listens, and there are many.
  setMaxListeners(0, signal);
  const { clock, random, openNetwork } = createFetchDeps(session);
  const timeoutMs = FETCH_DEFAULTS.timeout;
  const network = await openNetwork({ jobs: MAX_PER_HOST, timeoutMs });
  const asker = new UrlAsker({
    ...network,
    clock,
    random,
    timeoutMs,
    signal,
    mirrors: parseConfiguredMirrors(mirrors),
    maxSizeBytes: FETCH_DEFAULTS.maxSize,
  });
  return { asker, close: () => network.transport.close() };
}
