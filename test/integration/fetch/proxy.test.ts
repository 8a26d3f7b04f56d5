// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { httpGet } from '../../../src/fetch/http.ts';
import { HttpStatusError } from '../../../src/fetch/http-status-error.ts';
import { findProxy } from '../../../src/fetch/proxy.ts';
import { isWorthRetrying } from '../../../src/fetch/retry.ts';
import { openTransport } from '../../../src/fetch/transport.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import { startProxy, type TestProxy } from '../../support/proxy.ts';
import { caught } from '../../unit/samples.ts';
import { httpOptions } from './network.ts';

/** Options for a transport whose http and https both go through this proxy. */
function through(
  proxy: string,
  { timeoutMs = 5000, jobs = 4, noProxy = '' } = {},
): Parameters<typeof httpGet>[1] {
  const variable = { variable: 'HTTPS_PROXY', value: proxy };
  const find = (url: URL): ReturnType<typeof findProxy> =>
    findProxy(url, { http: variable, https: variable, noProxy });
  const transport = openTransport({ jobs, timeoutMs, findProxy: find });
  onTestFinished(() => transport.close());
  return { ...httpOptions({ timeoutMs }), transport, findProxy: find };
}

async function get(url: string, options: Parameters<typeof httpGet>[1]): Promise<string> {
  return (await buffer((await httpGet(url, options)).stream)).toString();
}

function withCredentials(proxy: TestProxy, userinfo: string): string {
  return proxy.origin.replace('//', `//${userinfo}@`);
}

const BASIC = `Basic ${Buffer.from('me:p@ss:w').toString('base64')}`;

describe('plain http through a proxy', () => {
  it('is asked with its whole URL, and not tunnelled', async () => {
    const server = await startFaultServer();
    const proxy = await startProxy();
    const url = `${server.serve('/x', 'bytes')}?a=1`;
    expect(await get(`${url}#part`, through(proxy.origin))).toBe('bytes');
    const host = new URL(server.origin).host;
    expect(proxy.requests).toEqual([{ method: 'GET', target: url, host, authorization: undefined }]);
    expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  it('carries the credentials of the proxy, decoded, to the proxy alone', async () => {
    const server = await startFaultServer();
    const proxy = await startProxy({ authorization: BASIC });
    const url = server.serve('/x', 'bytes');
    expect(await get(url, through(withCredentials(proxy, 'me:p%40ss%3Aw')))).toBe('bytes');
    expect(proxy.requests[0]?.authorization).toBe(BASIC);
    expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  it.each(['', 'me:wrong'])('fails with "%s" where the proxy wants other credentials', async (userinfo) => {
    const proxy = await startProxy({ authorization: BASIC });
    const asked = userinfo === '' ? proxy.origin : withCredentials(proxy, userinfo);
    const error = await caught(() => get('http://127.0.0.1:1/x', through(asked)));
    expect(error).toMatchObject({ code: 'BLOBS_HTTP_STATUS', status: 407 });
    expect(error.message).toContain(`the proxy ${proxy.origin} asks for`);
    expect(error.message).not.toContain('wrong');
    expect(isWorthRetrying(error.code, (error as HttpStatusError).status)).toBe(false);
  });

  it('does not have more connections than downloads', async () => {
    const server = await startFaultServer();
    const proxy = await startProxy();
    const url = server.serve('/x', 'bytes', { kind: 'ok', delayMs: 5 });
    const options = through(proxy.origin, { jobs: 2 });
    await Promise.all(Array.from({ length: 8 }, () => get(url, options)));
    expect(server.requests).toHaveLength(8);
    expect(proxy.peakConnections()).toBeLessThanOrEqual(2);
  });

  it('goes past the proxy where NO_PROXY says so', async () => {
    const server = await startFaultServer();
    const proxy = await startProxy();
    const url = server.serve('/x', 'bytes');
    expect(await get(url, through(proxy.origin, { noProxy: '127.0.0.0/8' }))).toBe('bytes');
    expect(proxy.requests).toEqual([]);
  });

  it('names the proxy where nothing listens there', async () => {
    const error = await caught(() => get('http://a.invalid/', through('http://127.0.0.1:1')));
    expect(error).toMatchObject({
      code: 'BLOBS_NETWORK',
      message: 'connection refused: http://a.invalid/ through the proxy http://127.0.0.1:1',
    });
  });

  it('ends after the timeout where the proxy says nothing', async () => {
    const server = await startFaultServer();
    const proxy = await startProxy();
    const url = server.serve('/x', 'bytes', { kind: 'stall-before-headers' });
    const error = await caught(() => get(url, through(proxy.origin, { timeoutMs: 100 })));
    expect(error.code).toBe('BLOBS_TIMEOUT');
  });
});

describe('https through a proxy', () => {
  it.each([
    [403, 'refused the connection with HTTP status 403', false],
    [407, 'asks for a user name and a password (HTTP status 407)', false],
    [502, 'refused the connection with HTTP status 502', true],
  ])('fails clearly where CONNECT gets %i', async (status, message, isRetried) => {
    const proxy = await startProxy({ connectAnswer: `HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n` });
    const error = await caught(() => get('https://a.invalid/x', through(proxy.origin)));
    expect(error).toBeInstanceOf(HttpStatusError);
    expect(error).toMatchObject({ status, message: `the proxy ${proxy.origin} ${message}` });
    expect(isWorthRetrying(error.code, (error as HttpStatusError).status)).toBe(isRetried);
    expect(proxy.requests).toEqual([
      { method: 'CONNECT', target: 'a.invalid:443', host: 'a.invalid', authorization: undefined },
    ]);
  });

  it('sends the credentials of the proxy with CONNECT', async () => {
    const proxy = await startProxy({ connectAnswer: 'HTTP/1.1 403 No\r\n\r\n' });
    await caught(() => get('https://a.invalid/x', through(withCredentials(proxy, 'me:p%40ss%3Aw'))));
    expect(proxy.requests[0]?.authorization).toBe(BASIC);
  });

  it.each(['hang-up', 'this is no HTTP\r\n\r\n'])(
    'asks once where CONNECT gets %j',
    async (connectAnswer) => {
      const proxy = await startProxy({ connectAnswer });
      const error = await caught(() => get('https://a.invalid/x', through(proxy.origin)));
      expect(error.code).toBe('BLOBS_NETWORK');
      expect(error.message).toContain(proxy.origin);
      expect(proxy.requests).toHaveLength(1);
    },
  );

  it('fails where the tunnel ends before the handshake', async () => {
    const proxy = await startProxy({ connectAnswer: 'HTTP/1.1 200 OK\r\n\r\n' });
    const error = await caught(() => get('https://a.invalid/x', through(proxy.origin)));
    expect(error.code).toBe('BLOBS_NETWORK');
    expect(proxy.requests).toHaveLength(1);
  });

  it('ends after the timeout where CONNECT gets no answer', async () => {
    const proxy = await startProxy({ connectAnswer: 'silence' });
    const error = await caught(() => get('https://a.invalid/x', through(proxy.origin, { timeoutMs: 100 })));
    expect(error.code).toBe('BLOBS_TIMEOUT');
  });

  it('fails where nothing listens at the proxy', async () => {
    const error = await caught(() => get('https://a.invalid/', through('http://127.0.0.1:1')));
    expect(error).toMatchObject({
      code: 'BLOBS_NETWORK',
      message: 'the proxy cannot be reached: connection refused: http://127.0.0.1:1',
    });
  });
});

describe('a server that never comes to its answer', () => {
  /** Sends `piece` every few milliseconds for as long as somebody listens. */
  async function startDripping(first: string, piece: string): Promise<string> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write(first);
      const timer = setInterval(() => socket.write(piece), 10);
      socket.once('close', () => clearInterval(timer));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  it.each([
    ['interim answers', '', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
    ['single bytes of a header', 'HTTP/1.1 200 OK\r\nX-Slow: ', 'a'],
  ])('but sends %s is left after a while', async (_, first, piece) => {
    const url = await startDripping(first, piece);
    const error = await caught(() => get(url, httpOptions({ timeoutMs: 100 })));
    expect(error.code).toBe('BLOBS_TIMEOUT');
  });
});
