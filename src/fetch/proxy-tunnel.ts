// SPDX-License-Identifier: Apache-2.0
import { type Agent, type Dispatcher, Pool, ProxyAgent } from 'undici';
import { BlobsError } from '../core/errors.ts';
import { pauseCarefully } from './careful-pause.ts';
import { proxyRefusal } from './http-status-error.ts';
import { networkError } from './network-error.ts';
import type { HttpProxy } from './proxy.ts';

export interface TunnelOptions {
  /** Connections to one origin at once. */
  readonly jobs: number;
  /** How long each step may take: reaching the proxy, its answer, the handshake with the origin. */
  readonly timeoutMs: number;
}

interface Connecting {
  connect(target: Dispatcher.ConnectOptions): Promise<Dispatcher.ConnectData>;
}

/**
 * Sends requests for https origins through CONNECT (RFC 9110 §9.3.6). Loading this file loads more of undici, so it is
 * imported when there is a proxy. Requests reject with HttpStatusError where the proxy refuses, and with BlobsError
 * BLOBS_NETWORK or BLOBS_TIMEOUT where it does not answer.
 */
export function openProxyTunnel(proxy: HttpProxy, { jobs, timeoutMs }: TunnelOptions): Dispatcher {
  return new CarefulProxyAgent({
    uri: proxy.origin,
    ...(proxy.authorization === undefined ? {} : { token: proxy.authorization }),
    connections: jobs,
    proxyTls: { timeout: timeoutMs },
    requestTls: { timeout: timeoutMs },
    clientFactory: (origin, options) => {
      const pool = new Pool(origin, { ...options, connections: jobs, headersTimeout: timeoutMs });
      const { connect }: Connecting = pool;
      return Object.assign(pool, {
        connect: (target: Dispatcher.ConnectOptions) =>
          connectOrThrow(connect.call(pool, target), proxy, timeoutMs),
      });
    },
  });
}

class CarefulProxyAgent extends ProxyAgent {
  override dispatch(options: Agent.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return super.dispatch(options, pauseCarefully(handler));
  }
}

/**
 * What undici would make of a failure here is of no use: a refusal has no status, and where the proxy hangs up,
 * undici asks again without end.
 */
async function connectOrThrow(
  connecting: Promise<Dispatcher.ConnectData>,
  proxy: HttpProxy,
  timeoutMs: number,
): Promise<Dispatcher.ConnectData> {
  const data = await connecting.catch((error: unknown) => {
    const failure = networkError(error, proxy.origin, timeoutMs);
    if (!(failure instanceof BlobsError)) throw failure;
    throw new BlobsError(failure.code, `the proxy cannot be reached: ${failure.message}`, {
      cause: error,
      hint: 'look at HTTPS_PROXY, or list the host in NO_PROXY',
    });
  });
  if (data.statusCode === 200) return data;
  data.socket.on('error', () => undefined).destroy();
  throw proxyRefusal(proxy, data.statusCode);
}
