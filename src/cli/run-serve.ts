// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { loadModules } from '../app/load-modules.ts';
import { BlobsError } from '../core/errors.ts';
import { Catalogue } from '../server/catalogue.ts';
import { ObservedStore } from '../server/observed-store.ts';
import { startServer } from '../server/start-server.ts';
import { createFetchDeps } from './deps.ts';
import type { ExitCode } from './exit-codes.ts';
import { DEFAULT_JOBS } from './fetch-command-options.ts';
import type { ListenAddress } from './listen-address.ts';
import { printIssues, type Session } from './session.ts';

/** The options of `blobs serve`, as commander gives them. */
export interface ServeCommandOptions {
  readonly listen: ListenAddress;
  readonly hideIndex?: boolean;
  /** Bytes. */
  readonly quota?: number;
  /** Milliseconds. */
  readonly maxAge?: number;
  readonly xAccelRedirect?: string;
}

const TIMEOUT_MS = 30_000;
const RETRIES = 4;
const MAX_SIZE_BYTES = 2 * 1024 ** 3;

/** What `blobs serve` does once its options are parsed, until a signal ends it; in a file of its own, since only it loads the server. */
export async function runServe(session: Session, options: ServeCommandOptions): Promise<ExitCode> {
  const { config, signal, stdout, stderr } = session;
  const directory = config.blobs().caches.storeDirectory;
  if (directory === undefined) {
    throw new BlobsError('BLOBS_USAGE', 'serve needs the local store, which is switched off', {
      hint: 'name a directory with BLOBS_STORE or blobs.store',
    });
  }
  const { blobs, issues } = await loadModules(
    { search: config.search, selection: { modules: [] }, ...config.index() },
    signal,
  );
  printIssues(session, issues);
  const catalogue = new Catalogue(blobs);
  const store = new ObservedStore(directory);
  await store.prepare();
  const { clock, random, openNetwork } = createFetchDeps(session);
  const { credentials: _, ...network } = await openNetwork({ jobs: DEFAULT_JOBS, timeoutMs: TIMEOUT_MS });
  // Those who wait for a download are let down only when the program ends.
  const never = new AbortController();
  const server = await startServer({
    ...network,
    ...options.listen,
    ...(options.quota === undefined ? {} : { quotaBytes: options.quota }),
    ...(options.maxAge === undefined ? {} : { maxAgeMs: options.maxAge }),
    ...(options.xAccelRedirect === undefined ? {} : { accelPrefix: options.xAccelRedirect }),
    store,
    isIndexHidden: options.hideIndex === true,
    catalogue: () => catalogue,
    clock,
    random,
    timeoutMs: TIMEOUT_MS,
    retries: RETRIES,
    maxSizeBytes: MAX_SIZE_BYTES,
    signal: never.signal,
    log: stderr,
  });
  stdout.write(`listening on ${server.url}\n`);
  if (!signal.aborted) await once(signal, 'abort');
  await server.drain();
  await network.transport.close();
  return 0;
}
