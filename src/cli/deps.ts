// SPDX-License-Identifier: Apache-2.0
import { setTimeout as wait } from 'node:timers/promises';
import type { FetchDeps, Network, NetworkOptions } from '../app/fetch-options.ts';
import type { Clock } from '../core/deps.ts';
import { BlobsError } from '../core/errors.ts';
import { type Netrc, readNetrc } from '../fetch/netrc.ts';
import { findProxy as findProxyFor, type HttpProxy } from '../fetch/proxy.ts';
import type { Transport, TransportOptions } from '../fetch/transport.ts';
import { preloadHashing } from '../store/create-hash.ts';
import { createPrompt } from './prompt.ts';
import type { Session } from './session.ts';
import { VERSION } from './version.ts';

/** The real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => wait(ms, undefined, { signal }),
};

/** What a fetch needs, from the real world. */
export function createFetchDeps(session: Session): Omit<FetchDeps, 'observe'> {
  return {
    clock: systemClock,
    prompt: createPrompt(session),
    random: Math.random,
    openNetwork: (options) => openNetwork(options, session),
  };
}

/** The network, as the environment of a run says. */
export async function openNetwork(options: NetworkOptions, session: Session): Promise<Network> {
  preloadHashing();
  const { config, stderr } = session;
  const { proxies } = config;
  const findProxy = (url: URL): HttpProxy | undefined => findProxyFor(url, proxies);
  let netrc: Netrc | undefined;
  return {
    transport: lazyTransport({ ...options, findProxy }),
    userAgent: `zephyr-blobs/${VERSION}`,
    findProxy,
    credentials: {
      netrc: () => {
        netrc ??= readNetrc(config.netrcFiles);
        return netrc;
      },
      githubToken: config.githubToken,
    },
    dockerConfigFile: config.dockerConfigFile,
    ...(config.debug ? { trace: (line: string) => stderr.write(`debug: ${line}\n`) } : {}),
  };
}

/** A transport that reaches nobody: whatever else is wrong, nothing goes over a network that is off limits. */
export function refuseNetwork(transport: Transport): Transport {
  return {
    request: async () => {
      throw new BlobsError('BLOBS_OFFLINE', 'the network is off limits');
    },
    close: () => transport.close(),
  };
}

/** A transport that is loaded with the first request: what comes from the store needs none. */
function lazyTransport(options: TransportOptions): Transport {
  let opened: Promise<Transport> | undefined;
  return {
    request: async (url, request) => {
      opened ??= import('../fetch/transport.ts').then(({ openTransport }) => openTransport(options));
      return (await opened).request(url, request);
    },
    close: async () => (await opened)?.close(),
  };
}
