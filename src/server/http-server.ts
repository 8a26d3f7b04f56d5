// SPDX-License-Identifier: Apache-2.0
import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpLimits } from './http-limits.ts';
import { problemText, SAFE_HEADERS } from './problem.ts';

const CHECK_INTERVAL_MS = 1000;

/** A server for HTTP/1.1 that keeps the limits of connections and headers. */
export function createHttpServer(listener: RequestListener, limits: HttpLimits): Server {
  const server = createServer(
    {
      maxHeaderSize: limits.maxHeaderBytes,
      headersTimeout: limits.headersTimeoutMs,
      // No request has a body, so that it ends where its headers end.
      requestTimeout: limits.headersTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS, limits.headersTimeoutMs),
      requireHostHeader: true,
      noDelay: true,
    },
    listener,
  );
  server.maxConnections = limits.maxConnections;
  // One more than is let in, so that what is cut off here is always refused there.
  server.maxHeadersCount = limits.maxHeaders + 1;
  // Who waits for a word before sending a body gets the refusal instead.
  server.on('checkContinue', listener);
  server.on('checkExpectation', listener);
  // Connections that wait for their next request make room for new ones.
  server.on('drop', () => server.closeIdleConnections());
  return server;
}

/** Answers what is no HTTP, and ends the connection; where another answer is under way, only ends it. */
export function refuseMalformed(
  error: { readonly code?: string },
  socket: Socket,
  { isBusy }: { readonly isBusy: boolean },
): void {
  if (isBusy || !socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, message] = MALFORMED[error.code ?? ''] ?? [400, 'this is no request of HTTP/1.1'];
  const body = problemText('BLOBS_BAD_REQUEST', message);
  const headers = {
    ...SAFE_HEADERS,
    connection: 'close',
    'cache-control': 'no-store',
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  // Who goes on sending must not keep the connection open.
  socket.setTimeout(CHECK_INTERVAL_MS, () => socket.destroy());
}

const MALFORMED: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request did not come to its end in time'],
};

/** The path and query of a request target, also where it names the server (RFC 9112 §3.2.2). */
export function originForm(target: string): string {
  const absolute = /^https?:\/\/[^/?#]*/i.exec(target);
  if (absolute === null) return target;
  const rest = target.slice(absolute[0].length);
  return rest.startsWith('/') ? rest : `/${rest}`;
}
