// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { createServer, type LookupFunction, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { parseAllowHost } from '../../../src/fetch/allowed-host.ts';
import type { HttpOptions } from '../../../src/fetch/http.ts';
import type { HttpProxy } from '../../../src/fetch/proxy.ts';
import { openTransport } from '../../../src/fetch/transport.ts';
import { createUpstreamPolicy } from '../../../src/fetch/upstream-policy.ts';
import { httpOptions } from './network.ts';

/**
 * The address that these tests take for a public one: nothing here may leave the machine. Whatever else lies on the
 * machine, such as TRAP_ADDRESS, is what the policy takes it for.
 */
const PUBLIC_ADDRESS = '127.0.0.1';
export const TRAP_ADDRESS = '127.0.0.2';

/** What a name resolves to: one address or several, or another answer each time, of which the last repeats. */
type Answers = readonly (string | readonly string[])[];

/** A name service that knows these names alone, and counts how often it is asked. */
export function fakeResolver(names: Readonly<Record<string, Answers>>): {
  readonly lookup: LookupFunction;
  readonly asked: string[];
} {
  const asked: string[] = [];
  const lookup: LookupFunction = (hostname, options, callback) => {
    const answers = names[hostname];
    const times = asked.push(hostname) && asked.filter((name) => name === hostname).length;
    const answer = answers?.[Math.min(times, answers.length) - 1];
    const found = [answer ?? []]
      .flat()
      .map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const [first] = found;
    if (first === undefined) callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), '');
    else if (options.all) callback(null, found);
    else callback(null, first.address, first.family);
  };
  return { lookup, asked };
}

interface GuardedOptions {
  readonly jobs?: number;
  readonly names?: Readonly<Record<string, Answers>>;
  readonly declared?: readonly string[];
  readonly allowHosts?: readonly string[];
  readonly findProxy?: (url: URL) => HttpProxy | undefined;
}

/** Options for requests that a policy watches over, with a name service of their own. */
export function guarded({
  jobs = 4,
  names = {},
  declared = [],
  allowHosts = [],
  findProxy,
}: GuardedOptions = {}): {
  readonly http: HttpOptions;
  /** The names that were looked up. */
  readonly asked: readonly string[];
} {
  const policy = createUpstreamPolicy({
    declaredUrls: new Set(declared),
    allowHosts: allowHosts.map(parseAllowHost),
  });
  const { lookup, asked } = fakeResolver(names);
  const transport = openTransport({
    jobs,
    timeoutMs: 5000,
    lookup,
    admitAddress: (url, address) => {
      if (address !== PUBLIC_ADDRESS) policy.admitAddress(url, address);
    },
    ...(findProxy === undefined ? {} : { findProxy }),
  });
  onTestFinished(() => transport.close());
  const admit: HttpOptions['admit'] = (url, way) => {
    if (url.hostname !== PUBLIC_ADDRESS) policy.admitHop(url, way);
  };
  const http = httpOptions({ transport, admit, ...(findProxy === undefined ? {} : { findProxy }) });
  return { http, asked };
}

/** Something on this machine that nobody may reach: it counts who does, and answers all the same. */
export async function startTrap(
  port = 0,
  address = TRAP_ADDRESS,
): Promise<{
  readonly port: number;
  readonly connections: () => number;
}> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret'));
  });
  server.listen(port, address);
  await once(server, 'listening');
  onTestFinished(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return { port: bound.port, connections: () => connections };
}
