// SPDX-License-Identifier: Apache-2.0
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { httpGet } from '../../../src/fetch/http.ts';
import { HttpStatusError } from '../../../src/fetch/http-status-error.ts';
import { parseHttpUrl } from '../../../src/fetch/http-url.ts';
import { networkError } from '../../../src/fetch/network-error.ts';
import { type FaultServer, startFaultServer } from '../../support/fault-server.ts';
import { someBytes } from '../../support/temp.ts';
import { caught } from '../../unit/samples.ts';
import { httpOptions } from './network.ts';

const BYTES = someBytes('http', 5000);

async function get(url: string, changes: Parameters<typeof httpOptions>[0] = {}): Promise<Buffer> {
  return buffer((await httpGet(url, httpOptions(changes))).stream);
}

function answer(
  server: FaultServer,
  path: string,
  headers: Record<string, string>,
  body: Uint8Array,
): string {
  return server.serve(path, '', { kind: 'answer', answer: () => ({ headers, body }) });
}

describe('httpGet', () => {
  it('gives the body, its length and its type', async () => {
    const server = await startFaultServer();
    const body = await httpGet(server.serve('/x', BYTES), httpOptions());
    expect(body).toMatchObject({ length: 5000, contentType: 'application/octet-stream' });
    expect(await buffer(body.stream)).toEqual(BYTES);
  });

  it('asks for no encoding, says who it is, and sends neither fragment nor credentials', async () => {
    const server = await startFaultServer();
    await get(`${server.serve('/x', BYTES)}?a=1#part`);
    expect(server.requests).toMatchObject([
      { method: 'GET', target: '/x?a=1', headers: { 'accept-encoding': 'identity', 'user-agent': 'test/1' } },
    ]);
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('undoes %s, which was not asked for', async (encoding, compress) => {
    const server = await startFaultServer();
    const url = answer(server, '/x', { 'content-encoding': encoding }, compress(BYTES));
    const body = await httpGet(url, httpOptions());
    expect(body.length).toBeUndefined();
    expect(await buffer(body.stream)).toEqual(BYTES);
  });

  it.each(['identity', 'none', 'constructor', '__proto__', 'hasownproperty'])(
    'takes the body as it is under the encoding "%s"',
    async (encoding) => {
      const server = await startFaultServer();
      const url = answer(server, '/x', { 'content-encoding': encoding }, BYTES);
      expect(await get(url)).toEqual(BYTES);
    },
  );

  it('fails where compressed bytes end too early', async () => {
    const server = await startFaultServer();
    const url = answer(server, '/x', { 'content-encoding': 'gzip' }, gzipSync(BYTES).subarray(0, 1000));
    const error = await get(url).catch((thrown: unknown) => networkError(thrown, url, 1));
    expect(error).toMatchObject({ code: 'BLOBS_NETWORK' });
  });

  it.each([204, 206, 304, 404, 500])('takes status %i for a failure', async (status) => {
    const server = await startFaultServer();
    const error = await caught(() => get(server.serve('/x', BYTES, { kind: 'status', status })));
    expect(error).toBeInstanceOf(HttpStatusError);
    expect(error).toMatchObject({ code: 'BLOBS_HTTP_STATUS', status, retryAfter: undefined });
    expect(error.message).toBe(`HTTP status ${status} from ${server.origin}/x`);
  });

  it('keeps what the server says about trying again', async () => {
    const server = await startFaultServer();
    const url = server.serve('/x', '', { kind: 'status', status: 503, headers: { 'retry-after': '7' } });
    expect(await caught(() => get(url))).toMatchObject({ status: 503, retryAfter: '7' });
  });

  it.each([
    ['garbage', 'BLOBS_NETWORK'],
    ['stall-before-headers', 'BLOBS_TIMEOUT'],
  ] as const)('fails on %s with %s', async (kind, code) => {
    const server = await startFaultServer();
    const url = server.serve('/x', BYTES, { kind });
    const error = await caught(() => get(url, { timeoutMs: 100 }));
    expect(error.code).toBe(code);
    expect(error.message).toContain(url);
  });

  it('fails where nobody listens', async () => {
    const server = await startFaultServer();
    const url = server.serve('/x', BYTES);
    await server.close();
    server.close = () => Promise.resolve();
    expect(await caught(() => get(url))).toMatchObject({
      code: 'BLOBS_NETWORK',
      message: `connection refused: ${url}`,
    });
  });

  it('ends with the reason of its signal', async () => {
    const server = await startFaultServer();
    const url = server.serve('/x', BYTES, { kind: 'stall-before-headers' });
    const controller = new AbortController();
    const asked = get(url, { signal: controller.signal });
    await server.whenStalled('/x');
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(asked).rejects.toBe(reason);
  });

  it('traces requests without their secrets', async () => {
    const server = await startFaultServer();
    const lines: string[] = [];
    const url = server.serve('/x', BYTES).replace('//', '//user:hunter2@');
    await get(`${url}?token=hunter2`, { trace: (line) => void lines.push(line) });
    expect(lines).toEqual([`GET ${server.origin}/x?token=REDACTED → 200`]);
  });

  it.each([
    ['user:pass', 'user:pass'],
    ['user', 'user:'],
    [':pass', ':pass'],
    ['us%40er:p%3Aa%25', 'us@er:p:a%'],
    ['%C3%A4:%E2%82%AC', 'ä:€'],
  ])('sends %s of a URL as Basic credentials', async (given, sent) => {
    const server = await startFaultServer();
    await get(server.serve('/x', BYTES).replace('//', `//${given}@`));
    const [request] = server.requests;
    expect(request?.headers['authorization']).toBe(`Basic ${Buffer.from(sent).toString('base64')}`);
    expect(request?.target).toBe('/x');
  });
});

describe('parseHttpUrl', () => {
  it.each([
    'ftp://a.invalid/x',
    'file:///etc/passwd',
    'javascript:1',
    'data:,x',
    '/x',
    '',
    'a.invalid/x',
    'https://',
  ])('refuses %j', async (text) => {
    expect((await caught(() => parseHttpUrl(text))).code).toBe('BLOBS_URL_UNSUPPORTED');
  });
});

describe('networkError', () => {
  const convert = (code: string): unknown =>
    networkError(Object.assign(new Error('text'), { code }), 'https://u:p@a.invalid/', 1500);

  it.each(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'])(
    '%s is a timeout',
    (code) => {
      expect(convert(code)).toMatchObject({
        code: 'BLOBS_TIMEOUT',
        message: 'no byte for 1.5 s from https://a.invalid/',
      });
    },
  );

  it.each([
    'ECONNRESET',
    'ENOTFOUND',
    'EAI_AGAIN',
    'UND_ERR_SOCKET',
    'HPE_INVALID_CONSTANT',
    'Z_DATA_ERROR',
    'CERT_HAS_EXPIRED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'ERR_STREAM_PREMATURE_CLOSE',
  ])('%s is a failure of the network', (code) => {
    expect(convert(code)).toMatchObject({ code: 'BLOBS_NETWORK' });
  });

  it.each(['UND_ERR_ABORTED', 'ERR_INVALID_ARG_TYPE', 'ERR_ASSERTION', ''])('%j stays what it is', (code) => {
    expect(convert(code)).toMatchObject({ message: 'text', code });
  });
});
