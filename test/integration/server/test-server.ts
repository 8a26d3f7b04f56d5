// SPDX-License-Identifier: Apache-2.0
import { onTestFinished } from 'vitest';
import type { Blob } from '../../../src/core/blob.ts';
import { findSha256 } from '../../../src/core/sha256.ts';
import { parseAllowHost } from '../../../src/fetch/allowed-host.ts';
import { createUpstreamPolicy } from '../../../src/fetch/upstream-policy.ts';
import { parseNetwork } from '../../../src/server/client-networks.ts';
import type { HttpLimits } from '../../../src/server/http-limits.ts';
import { Catalogue } from '../../../src/server/library/catalogue.ts';
import type { Content } from '../../../src/server/library/content.ts';
import type { Library, Wanted } from '../../../src/server/library/library.ts';
import type { Via } from '../../../src/server/library/via.ts';
import { createServerLog } from '../../../src/server/server-log.ts';
import { type RunningServer, startServer } from '../../../src/server/start-server.ts';
import { Statistics } from '../../../src/server/statistics/statistics.ts';
import { BlobStore } from '../../../src/store/blob-store.ts';
import { sha256, tempDir } from '../../support/temp.ts';

export interface TestServerOptions {
  /** What the library has, by digest or URL, or what it throws. */
  readonly contents?: Readonly<Record<string, () => Content>>;
  readonly open?: (wanted: Wanted, signal: AbortSignal) => Promise<Content | undefined>;
  /** What the library has at hand; nothing unless it is said. */
  readonly findHit?: Library['findHit'];
  readonly limits?: Partial<HttpLimits>;
  readonly networks?: readonly string[];
  readonly token?: string | (() => string | undefined);
  readonly via?: Via;
  readonly blobs?: readonly Blob[] | (() => readonly Blob[]);
  readonly nowMs?: number;
  /** Of the store, and of the statistics in it. */
  readonly directory?: string;
  readonly accelPrefix?: string | undefined;
}

export interface TestServer extends RunningServer {
  /** The log, a record a line. */
  readonly log: Record<string, unknown>[];
  /** What the library was asked for, and how. */
  readonly asked: (Wanted & { readonly how: 'open' | 'look' })[];
  readonly statistics: Statistics;
  /** Digests whose bodies were sent. */
  readonly used: string[];
}

/** A server with a library of the test's own; it ends with the test. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const log: Record<string, unknown>[] = [];
  const asked: TestServer['asked'] = [];
  const used: string[] = [];
  const find = (wanted: Wanted): Content | undefined =>
    options.contents?.[wanted.digest ?? wanted.url ?? '']?.();
  const open = options.open ?? (async (wanted: Wanted) => find(wanted));
  const { token, blobs = [] } = options;
  const all = typeof blobs === 'function' ? blobs : () => blobs;
  let [catalogue, shown] = [new Catalogue(all()), all()];
  const readCatalogue = (): Catalogue => {
    if (shown !== all()) [catalogue, shown] = [new Catalogue(all()), all()];
    return catalogue;
  };
  const clock = { now: () => options.nowMs ?? Date.now() };
  const store = new BlobStore(options.directory ?? tempDir());
  const statistics = await Statistics.open({
    directory: store.directory,
    instance: 'test',
    clock,
    warn: (message) => void log.push({ message }),
  });
  const server = await startServer({
    host: '127.0.0.1',
    port: 0,
    log: createServerLog({ write: (line) => void log.push(JSON.parse(line)) }, 'debug'),
    library: {
      open: (wanted, signal) => {
        asked.push({ ...wanted, how: 'open' });
        return open(wanted, signal);
      },
      look: (wanted, signal) => {
        asked.push({ ...wanted, how: 'look' });
        return open(wanted, signal);
      },
      findHit: options.findHit ?? (() => undefined),
      downloadCount: 0,
      drain: () => {},
      close: async () => {},
    },
    store,
    isIndexHidden: false,
    catalogue: readCatalogue,
    policy: createUpstreamPolicy({
      declaredUrls: { has: (href) => readCatalogue().byUrl(href).length > 0 },
      allowHosts: [parseAllowHost('files.example.com')],
    }),
    networks: (options.networks ?? []).map(parseNetwork),
    token: typeof token === 'function' ? token : () => token,
    ...(options.via && { via: options.via }),
    statistics,
    version: '1.2.3',
    accelPrefix: options.accelPrefix,
    onUsed: (digest) => void used.push(digest),
    clock,
    limits: { drainTimeoutMs: 50, ...options.limits },
  });
  onTestFinished(() => server.drain());
  return { ...server, log, asked, statistics, used };
}

/** The URL of a file on the host that the server's policy allows. */
export const FILE_URL = 'http://files.example.com/dir/fw.bin';

/** A path of the digest of `body`. */
export function digestPath(body: Buffer): string {
  return `/sha256/${sha256(body)}`;
}

/** A blob that a module declares for `url`. */
export function declaredBlob(url: string, body: Buffer, path = 'lib/fw.bin'): Blob {
  const digest = findSha256(sha256(body));
  if (digest === undefined) throw new Error('a digest is a digest');
  return {
    module: 'hal_x',
    moduleDirectory: '/hal_x',
    path,
    abspath: `/hal_x/zephyr/blobs/${path}`,
    digest,
    sha256: digest,
    type: 'lib',
    version: '1',
    licensePath: 'LICENSE',
    licenseAbspath: '/hal_x/LICENSE',
    urls: [url],
    description: 'a blob',
    extra: {},
    index: 0,
    origin: { file: '/hal_x/zephyr/module.yml', line: 1, column: 1 },
  };
}
