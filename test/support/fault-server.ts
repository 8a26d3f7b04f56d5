// SPDX-License-Identifier: Apache-2.0
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import {
  type Behaviour,
  behave,
  behaveOnHop,
  type Exchange,
  type RecordedRequest,
  requestedPart,
} from './faults.ts';

export type { Behaviour } from './faults.ts';

interface Route {
  readonly body: Buffer;
  /** Those still to come; the last one stays. */
  readonly behaviours: Behaviour[];
}

/**
 * A server on a free port of 127.0.0.1 that misbehaves as it is told. A path that was never served answers 404.
 */
export class FaultServer {
  /** Every request, in the order of arrival. */
  readonly requests: RecordedRequest[] = [];
  /** The most requests that were in work at one time. */
  peakConcurrency = 0;
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  readonly #routes = new Map<string, Route>();
  readonly #stalled = new Set<string>();
  readonly #answered = new Map<string, Behaviour['kind'][]>();
  readonly #events = new EventEmitter().setMaxListeners(0);
  #inWork = 0;

  constructor() {
    this.#server.on('clientError', (_error, socket) => socket.destroy());
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Ends every connection, also those that a stall holds. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /**
   * Serves `bytes` at `path`: each request gets the next of `behaviours`, the last one repeats; without any, all
   * go well. Returns the URL.
   */
  serve(path: string, bytes: Uint8Array | string, behaviours: Behaviour | readonly Behaviour[] = []): string {
    const list: Behaviour[] = 'kind' in behaviours ? [behaviours] : [...behaviours];
    this.#routes.set(path, {
      body: Buffer.from(bytes),
      behaviours: list.length === 0 ? [{ kind: 'ok' }] : list,
    });
    return this.origin + path;
  }

  /** The requests for `path`, whatever their query. */
  requestsFor(path: string): RecordedRequest[] {
    return this.requests.filter((request) => request.path === path);
  }

  /** How requests for `path` were answered, in order, the hops of redirects left out. */
  answersFor(path: string): readonly Behaviour['kind'][] {
    return this.#answered.get(path) ?? [];
  }

  /** Resolves as soon as a request for `path` stalls; at once if one did already. */
  async whenStalled(path: string): Promise<void> {
    while (!this.#stalled.has(path)) await once(this.#events, 'stalled');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#inWork += 1;
    this.peakConcurrency = Math.max(this.peakConcurrency, this.#inWork);
    response.once('close', () => {
      this.#inWork -= 1;
    });
    request.on('error', () => {}); // the client may go at any moment
    response.on('error', () => {});
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', this.origin);
    const { method = '', url: target = '', headers } = request;
    const index = this.requests.push({ method, target, path, headers, body: '' }) - 1;
    const body = method === 'POST' ? await readAll(request) : '';
    const recorded = { method, target, path, headers, body };
    this.requests[index] = recorded;

    const route = this.#routes.get(path);
    if (route === undefined) {
      response.writeHead(404).end('not here\n');
      return;
    }
    const exchange: Exchange = {
      response,
      recorded,
      query,
      body: route.body,
      part: requestedPart(headers, route.body),
      onStalled: () => {
        this.#stalled.add(path);
        this.#events.emit('stalled');
      },
    };
    if (behaveOnHop(exchange)) return;
    const [behaviour = { kind: 'ok' } as const] = route.behaviours;
    if (route.behaviours.length > 1) route.behaviours.shift();
    this.#answered.set(path, [...this.answersFor(path), behaviour.kind]);
    behave(behaviour, exchange);
  }
}

/** Starts a server that ends with the running test. */
export async function startFaultServer(): Promise<FaultServer> {
  const server = new FaultServer();
  await server.listen();
  onTestFinished(() => server.close());
  return server;
}

async function readAll(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
