// SPDX-License-Identifier: Apache-2.0
import { isIP, type LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import { Agent, type Dispatcher, Pool } from 'undici';
import { BlobsError } from '../core/errors.ts';
import { followSignal } from '../core/follow-signal.ts';
import { redactUrl } from '../core/url.ts';
import { pauseCarefully } from './careful-pause.ts';
import { checkLookups } from './checked-lookup.ts';
import { bareHost } from './host-name.ts';
import type { HttpProxy } from './proxy.ts';

/** Sends requests over connections that are kept alive between downloads. */
export interface Transport {
  request(url: URL, options: RequestOptions): Promise<Dispatcher.ResponseData>;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

export interface RequestOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly headers: Readonly<Record<string, string>>;
  /** GET by default. */
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Of a POST, PUT or PATCH. */
  readonly content?: string | Content;
}

/** What a request sends, piece by piece. */
export interface Content {
  readonly bytes: number;
  /** All of it, from its beginning. What it throws ends the request before it is whole. */
  readonly read: () => AsyncIterable<Uint8Array>;
}

export interface TransportOptions {
  /** Connections to one origin at once. */
  readonly jobs: number;
  /** How long a connection may take to be made. */
  readonly timeoutMs: number;
  /** The proxy to ask for a URL; without it, or where there is none, its host is asked. */
  readonly findProxy?: (url: URL) => HttpProxy | undefined;
  /**
   * Asked about every address before a connection to it is made for a URL, but for a proxy's. An address for which it
   * throws is not connected to; where it throws for all that a name has, requests reject with what it threw.
   */
  readonly admitAddress?: (url: URL, address: string) => void;
  /** Finds the addresses of names, but of proxies; the system's by default. */
  readonly lookup?: LookupFunction;
}

/** Whom a request goes to, and what stands in its first line. */
interface Route {
  readonly dispatcher: Dispatcher;
  readonly origin: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How many waits, each as long as the timeout, may pass before there is an answer. */
  readonly waits: number;
}

/** A transport for HTTP/1.1. Loading this file loads undici, so it is imported when the first download needs it. */
export function openTransport(options: TransportOptions): Transport {
  const { jobs, timeoutMs, findProxy, admitAddress } = options;
  const agent = openAgent(options);
  // Apart, since the address of a proxy is the choice of who runs this program, and a URL may have its origin too.
  const proxyAgent = openAgent({ jobs, timeoutMs });
  let tunnel: Promise<Dispatcher> | undefined;
  const openTunnel = async (proxy: HttpProxy): Promise<Dispatcher> => {
    const { openProxyTunnel } = await import('./proxy-tunnel.ts');
    return openProxyTunnel(proxy, { jobs, timeoutMs });
  };
  const findRoute = async (url: URL): Promise<Route> => {
    const proxy = findProxy?.(url);
    const path = url.pathname + url.search;
    if (proxy === undefined) {
      // An address that stands in the URL is never looked up.
      const host = bareHost(url.hostname);
      if (isIP(host) !== 0) admitAddress?.(url, host);
      return { dispatcher: agent, origin: url.origin, path, waits: 2 };
    }
    if (url.protocol === 'http:') return plainRoute(url, proxy, proxyAgent);
    // One tunnel does: the environment names one proxy for https.
    tunnel ??= openTunnel(proxy);
    return { dispatcher: await tunnel, origin: url.origin, path, waits: 4 };
  };
  return {
    request: async (url, options) => {
      const { waits, headers, ...route } = await findRoute(url);
      const limit = limitAnswer(url, options, waits);
      try {
        const response = await route.dispatcher.request({
          origin: route.origin,
          path: route.path,
          method: options.method ?? 'GET',
          ...bodyOf(options.content, limit.extend),
          headers: { ...options.headers, ...headers, ...lengthOf(options.content) },
          headersTimeout: options.timeoutMs,
          bodyTimeout: options.timeoutMs,
          signal: limit.signal,
        });
        response.body.once('close', limit.end);
        return response;
      } catch (error) {
        limit.end();
        throw error;
      } finally {
        limit.lift();
      }
    },
    // destroy() ends connections that close() would wait for, such as one that a timeout left half-read.
    close: async () => {
      await Promise.all([agent.destroy(), proxyAgent.destroy(), tunnel?.then((opened) => opened.destroy())]);
    },
  };
}

/**
 * Connections that are kept alive were checked when they were made: undici keeps them for one origin, so that none is
 * used for another host or port, and an address cannot change below an open connection.
 */
function openAgent({ jobs, timeoutMs, admitAddress, lookup }: TransportOptions): Agent {
  const connect = { timeout: timeoutMs, ...(lookup === undefined ? {} : { lookup }) };
  if (admitAddress === undefined) return new CarefulAgent({ connections: jobs, connect });
  return new CarefulAgent({
    connections: jobs,
    // By origin, since what is allowed may depend on the port, of which a lookup knows nothing.
    factory: (origin, options) => {
      const url = new URL(origin);
      const checked = checkLookups((address) => admitAddress(url, address), lookup);
      return new Pool(url, { ...options, connect: { ...connect, lookup: checked } });
    },
  });
}

class CarefulAgent extends Agent {
  override dispatch(options: Agent.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return super.dispatch(options, pauseCarefully(handler));
  }
}

function bodyOf(
  content: RequestOptions['content'],
  onPiece: () => void,
): Pick<Dispatcher.RequestOptions, 'body'> {
  if (content === undefined || typeof content === 'string')
    return content === undefined ? {} : { body: content };
  return { body: Readable.from(readPieces(content, onPiece), { objectMode: false }) };
}

/** Each piece is asked for when those before it have gone. */
async function* readPieces({ read }: Content, onPiece: () => void): AsyncIterable<Uint8Array> {
  for await (const piece of read()) {
    onPiece();
    yield piece;
  }
  onPiece();
}

function lengthOf(content: RequestOptions['content']): Record<string, string> {
  return typeof content === 'object' ? { 'content-length': String(content.bytes) } : {};
}

/** Plain http is asked of the proxy itself (RFC 9112 §3.2.2); many refuse to tunnel it. */
function plainRoute(url: URL, proxy: HttpProxy, dispatcher: Dispatcher): Route {
  return {
    dispatcher,
    origin: proxy.origin,
    path: url.origin + url.pathname + url.search,
    headers: {
      host: url.host,
      ...(proxy.authorization === undefined ? {} : { 'proxy-authorization': proxy.authorization }),
    },
    waits: 2,
  };
}

/**
 * A signal that also ends a request whose answer has not begun after `waits` timeouts, however busy the server is
 * with interim answers, of which each would start undici's own timeout again. Counted from when the last piece of the
 * request was taken, of which `extend` is told.
 */
function limitAnswer(
  url: URL,
  { timeoutMs, signal }: RequestOptions,
  waits: number,
): {
  readonly signal: AbortSignal;
  readonly extend: () => void;
  readonly lift: () => void;
  /** To be called when the answer has ended. */
  readonly end: () => void;
} {
  const limit = new AbortController();
  const limitMs = timeoutMs * waits;
  let isLifted = false;
  const timer = setTimeout(() => {
    const message = `no answer within ${limitMs / 1000} s from ${redactUrl(url.href)}`;
    limit.abort(new BlobsError('BLOBS_TIMEOUT', message));
  }, limitMs);
  return {
    signal: limit.signal,
    end: followSignal(signal, limit),
    // Once lifted, it stays so: an answer may come before all was sent.
    extend: () => void (isLifted || timer.refresh()),
    lift: () => {
      isLifted = true;
      clearTimeout(timer);
    },
  };
}
