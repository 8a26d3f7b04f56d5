// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, isIPv6 } from 'node:net';
import type { Clock } from '../core/deps.ts';
import { BlobsError, describeError, systemCode } from '../core/errors.ts';
import type { Sha256 } from '../core/sha256.ts';
import { count } from '../core/text.ts';
import type { UpstreamPolicy } from '../fetch/upstream-policy.ts';
import type { BlobStore } from '../store/blob-store.ts';
import type { ClientNetwork } from './client-networks.ts';
import { createApp, type EndedRequest } from './create-app.ts';
import { Gate } from './gate.ts';
import { HTTP_LIMITS, type HttpLimits } from './http-limits.ts';
import type { Catalogue } from './library/catalogue.ts';
import type { Library } from './library/library.ts';
import type { Via } from './library/via.ts';
import { Metrics, type Readings } from './metrics.ts';
import { registerPage } from './page/register-page.ts';
import { logRequest } from './request-log.ts';
import { hitAnswerer } from './routes/answer-hits.ts';
import { registerDigestRoute } from './routes/register-digest-route.ts';
import { registerFetchRoutes } from './routes/register-fetch-routes.ts';
import { registerStatusRoutes } from './routes/register-status-routes.ts';
import type { ServerLog } from './server-log.ts';
import { type Statistics, urlKey } from './statistics/statistics.ts';
import { StoreGauge } from './store-size.ts';

export interface ServerOptions {
  readonly library: Pick<Library, 'open' | 'look' | 'findHit' | 'drain' | 'close' | 'downloadCount'>;
  readonly store: BlobStore;
  /** Whether nothing tells what there is; see page/register-page.ts. */
  readonly isIndexHidden: boolean;
  /** What the modules declare, as of now. */
  readonly catalogue: () => Catalogue;
  readonly clock: Pick<Clock, 'now'>;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly log: ServerLog;
  readonly policy: Pick<UpstreamPolicy, 'admitRequest'>;
  /** Networks whose clients may ask; empty for all. */
  readonly networks: readonly ClientNetwork[];
  /** What clients must show, as of now; undefined where they need not. */
  readonly token: () => string | undefined;
  readonly statistics: Statistics;
  readonly version: string;
  /** How the server calls itself in requests, which it answers with 508 when they come back. */
  readonly via?: Via;
  /** See {@link findAccelPath}. */
  readonly accelPrefix?: string | undefined;
  /** Told of each content whose body was sent, or begun. */
  readonly onUsed?: (digest: Sha256) => void;
  /** Those of {@link HTTP_LIMITS} that are to be others. */
  readonly limits?: Partial<HttpLimits>;
}

export interface RunningServer {
  /** Where it listens, as it was asked for, such as `http://0.0.0.0:8080`. */
  readonly url: string;
  /**
   * Begins nothing any more, answers new requests with 503, and resolves when those under way are answered, or were broken
   * off because they took too long.
   */
  drain(): Promise<void>;
}

/**
 * Serves what a {@link Library} has.
 *
 * @throws BlobsError `BLOBS_USAGE` where it cannot listen
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { log, clock, catalogue, token, library, statistics } = options;
  const limits = { ...HTTP_LIMITS, ...options.limits };
  const gate = new Gate({ limits, networks: options.networks, token });
  const storeGauge = new StoreGauge(options.store, clock);
  const read = async (): Promise<Readings> => ({
    connections: await countConnections(),
    requests: gate.inWork,
    downloads: library.downloadCount,
    store: await storeGauge.size(),
  });
  const metrics = new Metrics(read);
  statistics.onDownloaded = (bytes) => metrics.noteDownloaded(bytes);
  const onEnded = (ended: EndedRequest): void => {
    const { request, response, route = 'none', work, ms } = ended;
    const { method = '' } = request;
    const { bytes, origin, code } = work;
    metrics.note({
      route,
      method: ['GET', 'HEAD'].includes(method) ? method : 'other',
      status: response.statusCode,
      seconds: ms / 1000,
      bytes,
      origin,
      code,
    });
    const key = work.digest ?? (work.href === undefined ? undefined : urlKey(work.href));
    const hasBody = origin !== undefined && origin !== 'look';
    if (hasBody && key !== undefined)
      statistics.noteServed(key, bytes, { isHit: origin === 'hit' || origin === 'join' });
    if (hasBody && work.digest !== undefined) options.onUsed?.(work.digest);
    logRequest(log, ended);
  };
  const { accelPrefix, via } = options;
  const isPrivate = (): boolean => token() !== undefined;
  const routes = { library, catalogue, accelPrefix, isPrivate, now: () => clock.now() };
  const forApp = { limits, gate, log, via, onEnded };
  const app = createApp({ ...forApp, answerFirst: hitAnswerer({ ...forApp, ...routes }) });
  const countConnections = (): Promise<number> =>
    new Promise((resolve) => app.server.getConnections((_error, count) => resolve(count ?? 0)));
  registerPage(app, options);
  registerDigestRoute(app, routes);
  registerFetchRoutes(app, { ...routes, policy: options.policy });
  registerStatusRoutes(app, {
    version: options.version,
    gate,
    metrics,
    read,
    totals: () => statistics.totals,
    declared: () => catalogue().blobs.length,
  });
  await app.ready();
  const url = await listen(app.server, options);
  log.info(`Server listening at ${url}`);
  const drain = async (): Promise<void> => {
    library.drain();
    const waiting = count(gate.inWork, 'request');
    log.info(`draining: ${waiting} under way; another signal ends at once`);
    const timer = setTimeout(() => app.server.closeAllConnections(), limits.drainTimeoutMs);
    await gate.shut();
    clearTimeout(timer);
    app.server.close();
    app.server.closeAllConnections();
    await app.close();
    await library.close();
    await statistics.save();
    log.info('ended');
  };
  return { url, drain };
}

/** A thousand clients may come at once. */
const BACKLOG = 1024;

/**
 * Listens, and resolves to the URL of what was asked for. Not fastify's own way: for 0.0.0.0 that lists all interfaces, which
 * a service without AF_NETLINK may not.
 *
 * @throws BlobsError `BLOBS_USAGE`
 */
async function listen(server: Server, { host, port }: Pick<ServerOptions, 'host' | 'port'>): Promise<string> {
  try {
    server.listen({ host, port, backlog: BACKLOG });
    await once(server, 'listening');
    const bound = server.address() as AddressInfo;
    return `http://${isIPv6(host) ? `[${host}]` : host}:${bound.port}`;
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    const hints: Readonly<Record<string, string>> = {
      EADDRINUSE: 'another program listens there: name another port with --listen, or 0 for any that is free',
      EACCES: 'ports below 1024 are for administrators: name another with --listen, such as 8080',
    };
    throw new BlobsError('BLOBS_USAGE', `cannot listen: ${describeError(error)}`, {
      hint: hints[code] ?? 'name an address of this machine with --listen, such as 127.0.0.1:8080',
    });
  }
}
