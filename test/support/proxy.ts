// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';

/** What a proxy was asked. */
export interface ProxiedRequest {
  readonly method: string;
  /** A whole URL, or host and port after CONNECT. */
  readonly target: string;
  readonly host: string | undefined;
  readonly authorization: string | undefined;
}

/** `text` goes out for every CONNECT instead of a tunnel; undefined makes tunnels. */
export interface ProxyOptions {
  readonly connectAnswer?: string | 'hang-up' | 'silence';
  /** The Proxy-Authorization that everybody needs. */
  readonly authorization?: string;
}

export interface TestProxy {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly requests: readonly ProxiedRequest[];
  /** Connections that were open at one time, at most. */
  readonly peakConnections: () => number;
}

/** An HTTP proxy on a free port of 127.0.0.1 that ends with the running test. */
export async function startProxy(options: ProxyOptions = {}): Promise<TestProxy> {
  const requests: ProxiedRequest[] = [];
  const sockets = new Set<Duplex>();
  let peak = 0;
  const hold = (socket: Duplex): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  };
  const isAllowed = (message: IncomingMessage): boolean => {
    const { method = '', url: target = '', headers } = message;
    const authorization = headers['proxy-authorization'];
    requests.push({ method, target, host: headers.host, authorization });
    return options.authorization === undefined || options.authorization === authorization;
  };
  const server = createServer((message, response) => {
    if (isAllowed(message)) forward(message, response);
    else response.writeHead(407, { 'proxy-authenticate': 'Basic realm="test"' }).end('no\n');
  });
  let open = 0;
  server.on('connection', (socket: Socket) => {
    hold(socket);
    open += 1;
    peak = Math.max(peak, open);
    socket.once('close', () => {
      open -= 1;
    });
  });
  server.on('connect', (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!isAllowed(message)) socket.end('HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n');
    else if (options.connectAnswer === undefined) tunnel(message, socket, head, hold);
    else if (options.connectAnswer === 'hang-up') socket.destroy();
    else if (options.connectAnswer !== 'silence') socket.end(options.connectAnswer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { origin, requests, peakConnections: () => peak };
}

function forward(message: IncomingMessage, response: ServerResponse): void {
  const { 'proxy-authorization': _, ...headers } = message.headers;
  const upstream = request(message.url ?? '', { headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  upstream.on('error', () => response.writeHead(502).end());
  upstream.end();
}

function tunnel(
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  hold: (socket: Duplex) => void,
): void {
  const url = new URL(`http://${message.url}`);
  const upstream = connect(Number(url.port), url.hostname, () => {
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  });
  hold(upstream);
  upstream.once('error', () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
}
