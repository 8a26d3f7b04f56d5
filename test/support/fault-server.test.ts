// SPDX-License-Identifier: Apache-2.0
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type Behaviour, startFaultServer } from './fault-server.ts';
import { someBytes } from './temp.ts';

const BYTES = someBytes('served', 500);

/** What a client sees that closes after `maxBytes`: status, headers, body, and the system's code of a failure. */
async function ask(url: string, { headers = {}, maxBytes = Number.POSITIVE_INFINITY } = {}) {
  const chunks: Buffer[] = [];
  let response: IncomingMessage | undefined;
  let failure: string | undefined;
  try {
    const request = get(url, { headers, agent: false });
    request.on('error', () => {}); // also after the response: what follows its declared end is no HTTP
    [response] = (await once(request, 'response')) as [IncomingMessage];
    let received = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      received += chunk.length;
      if (received >= maxBytes) break;
    }
  } catch (error) {
    failure = (error as NodeJS.ErrnoException).code;
  }
  return {
    status: response?.statusCode,
    headers: response?.headers ?? {},
    body: Buffer.concat(chunks),
    failure,
  };
}

async function askOnce(behaviour: Behaviour, options: Parameters<typeof ask>[1] = {}) {
  const server = await startFaultServer();
  return ask(server.serve('/x', BYTES, behaviour), options);
}

test('serves whole files and ranges of them', async () => {
  const whole = await askOnce({ kind: 'ok' });
  const range = await askOnce({ kind: 'ok' }, { headers: { range: 'bytes=400-' } });
  const stale = await askOnce({ kind: 'ok' }, { headers: { range: 'bytes=400-', 'if-range': '"old"' } });

  expect(whole).toMatchObject({ status: 200, body: BYTES, failure: undefined });
  expect(range).toMatchObject({ status: 206, body: BYTES.subarray(400) });
  expect(range.headers['content-range']).toBe('bytes 400-499/500');
  expect(stale).toMatchObject({ status: 200, body: BYTES });
});

test.for([
  { kind: 'truncate', afterBytes: 100 },
  { kind: 'reset', afterBytes: 100 },
] as const)('ends the connection early: $kind', async (behaviour) => {
  const { status, headers, body, failure } = await askOnce(behaviour);

  expect({ status, failure }).toEqual({ status: 200, failure: 'ECONNRESET' });
  expect(headers['content-length']).toBe('500');
  expect(body.length).toBeLessThanOrEqual(100);
});

test('stalls after some bytes until it is closed', async () => {
  const server = await startFaultServer();
  const url = server.serve('/x', BYTES, { kind: 'stall', afterBytes: 100 });

  const asked = ask(url);
  await server.whenStalled('/x');
  await server.close();

  expect(await asked).toMatchObject({ body: BYTES.subarray(0, 100), failure: 'ECONNRESET' });
});

test('lies about bytes, lengths and encodings', async () => {
  const wrong = await askOnce({ kind: 'wrong-bytes' });
  const shorter = await askOnce({ kind: 'wrong-content-length', declaredBytes: 400 });
  const longer = await askOnce({ kind: 'wrong-content-length', declaredBytes: 600 });
  const larger = await askOnce({ kind: 'larger', extraBytes: 10 });
  const gzip = await askOnce({ kind: 'gzip' }, { headers: { 'accept-encoding': 'identity' } });

  expect(wrong.body).toHaveLength(BYTES.length);
  expect(wrong.body.equals(BYTES)).toBe(false);
  expect(shorter.body).toEqual(BYTES.subarray(0, 400));
  expect(longer).toMatchObject({ body: BYTES, failure: 'ECONNRESET' });
  expect(larger.body).toHaveLength(510);
  expect(gunzipSync(gzip.body)).toEqual(BYTES);
});

test('sends without end until the client closes, and slowly', async () => {
  const endless = await askOnce({ kind: 'endless' }, { maxBytes: 1_000_000 });
  const started = performance.now();
  const slow = await askOnce({ kind: 'throttle', bytesPerSecond: 5000 });

  expect(endless.body.length).toBeGreaterThanOrEqual(1_000_000);
  expect(slow.body).toEqual(BYTES);
  expect(performance.now() - started).toBeGreaterThan(50);
});

test('speaks something else than HTTP', async () => {
  expect((await askOnce({ kind: 'garbage' })).failure).toBe('HPE_INVALID_CONSTANT');
});

test('gives each request the next behaviour, and counts requests and those at one time', async () => {
  const server = await startFaultServer();
  const url = server.serve('/x', BYTES, [
    { kind: 'status', status: 503 },
    { kind: 'ok', delayMs: 50 },
  ]);

  const first = await ask(url);
  const [second, third] = await Promise.all([ask(url), ask(`${url}?copy=2`)]);

  expect([first, second, third].map(({ status }) => status)).toEqual([503, 200, 200]);
  expect((await ask(`${server.origin}/other`)).status).toBe(404);
  expect(server.requestsFor('/x')).toHaveLength(3);
  expect(server.requests).toHaveLength(4);
  expect(server.peakConcurrency).toBe(2);
});

test('redirects as often as it is told', async () => {
  const server = await startFaultServer();
  server.serve('/chain', BYTES, { kind: 'redirect-chain', hops: 3 });
  server.serve('/loop', BYTES, { kind: 'redirect-loop' });

  const follow = await fetch(`${server.origin}/chain`);

  expect(Buffer.from(await follow.arrayBuffer())).toEqual(BYTES);
  expect(server.requestsFor('/chain')).toHaveLength(4);
  await expect(fetch(`${server.origin}/loop`)).rejects.toThrow();
});

test('lies about ranges and states', async () => {
  const headers = { range: 'bytes=400-', 'if-range': '"old"' };
  const shifted = await askOnce({ kind: 'wrong-content-range' }, { headers: { range: 'bytes=400-' } });
  const honest = await askOnce({ kind: 'new-etag', etag: '"new"' }, { headers });
  const careless = await askOnce({ kind: 'new-etag', etag: '"new"', ignoresIfRange: true }, { headers });
  const cut = await askOnce({ kind: 'truncate', afterBytes: 100, headers: { etag: '"x"' }, wrong: true });

  expect(shifted).toMatchObject({ status: 206, body: BYTES.subarray(400) });
  expect(shifted.headers['content-range']).toBe('bytes 401-499/500');
  expect(honest).toMatchObject({ status: 200, body: BYTES, headers: { etag: '"new"' } });
  expect(careless).toMatchObject({ status: 206, body: BYTES.subarray(400), headers: { etag: '"new"' } });
  expect(cut.headers['etag']).toBe('"x"');
  expect(cut.failure).toBe('ECONNRESET');
});

test('announces a terabyte, and sends a byte in a second', async () => {
  const huge = await askOnce({ kind: 'huge' }, { maxBytes: 50_000 });
  const drip = await askOnce({ kind: 'drip', bytes: 1 });

  expect(huge.headers['content-length']).toBe(String(2 ** 40));
  expect(huge.body.length).toBeGreaterThanOrEqual(50_000);
  expect(drip).toMatchObject({ body: BYTES.subarray(0, 1), failure: 'ECONNRESET' });
});

test('remembers how it answered', async () => {
  const server = await startFaultServer();
  const url = server.serve('/x', BYTES, [{ kind: 'redirect-chain', hops: 1 }, { kind: 'gzip' }]);
  for (const target of [url, `${url}?fault-hops=0`, url]) await ask(target);
  expect(server.answersFor('/x')).toEqual(['redirect-chain', 'gzip']);
  expect(server.answersFor('/y')).toEqual([]);
});
