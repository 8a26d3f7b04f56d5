// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, test } from 'vitest';
import { BlobsError, type ErrorCode } from '../../../src/core/errors.ts';
import { HttpStatusError } from '../../../src/fetch/http-status-error.ts';
import { connectRaw, exchangeRaw, parseAnswer, rawGet } from '../../support/raw-http.ts';
import { ScriptedContent } from '../../support/scripted-content.ts';
import { sha256, someBytes } from '../../support/temp.ts';
import { declaredBlob, digestPath, FILE_URL, startTestServer } from './test-server.ts';

const BODY = someBytes('served', 5000);
const DIGEST = sha256(BODY);
const PATH = digestPath(BODY);
const HEALTH = '/api/v1/health/';
const contents = { [DIGEST]: () => new ScriptedContent(BODY) };

type Options = Parameters<typeof startTestServer>[0];

async function get(path: string, options: Options & { readonly headers?: readonly string[] } = {}) {
  const server = await startTestServer({ contents, ...options });
  return parseAnswer(await exchangeRaw(server.url, rawGet(path, options.headers)));
}

function errorOf(body: Buffer): { code: string; message: string } {
  return JSON.parse(body.toString('utf8')).error;
}

describe('a token', () => {
  test.for([
    [[], 401],
    [['Authorization: Bearer wrong'], 401],
    [['Authorization: Basic c2VjcmV0'], 401],
    [[`Authorization: Basic ${Buffer.from('me:wrong').toString('base64')}`], 401],
    [[`Authorization: Basic ${Buffer.from('me:secret').toString('base64')}`], 200],
    [['Authorization: Bearer secret'], 200],
    [['authorization: bearer secret'], 200],
    [[`Authorization: Bearer ${'x'.repeat(20_000)}`], 401],
  ] as const)('is wanted: %o is answered with %i', async ([headers, expected]) => {
    for (const path of [PATH, '/metrics', '/api/v1/status/']) {
      const answer = await get(path, { token: 'secret', headers });
      expect(answer.status).toBe(expected);
      if (expected !== 401) continue;
      expect(answer.headers['www-authenticate']).toMatch(
        /^Bearer realm="blobs"(, error="invalid_token")?, Basic realm="blobs", charset="UTF-8"$/,
      );
      expect(answer.headers['cache-control']).toBe('no-store');
      expect(errorOf(answer.body).code).toBe('BLOBS_CLIENT_NOT_ALLOWED');
    }
  });

  it('in the query is none, and health needs none', async () => {
    const path = `/api/v1/fetch?url=${FILE_URL}&access_token=secret`;
    expect((await get(path, { token: 'secret' })).status).toBe(401);
    expect((await get(HEALTH, { token: 'secret' })).status).toBe(200);
  });
});

describe('a network', () => {
  test.for([
    [['10.0.0.0/8'], 403],
    [['10.0.0.0/8', '127.0.0.0/8'], 200],
    [['::1'], 403],
  ] as const)('%o is asked before the token and for everything: %i', async ([networks, expected]) => {
    for (const path of [PATH, HEALTH, '/none']) {
      const { status, body } = await get(path, {
        networks,
        token: 'x',
        headers: ['Authorization: Bearer x'],
      });
      expect(status).toBe(path === '/none' && expected === 200 ? 404 : expected);
      if (expected === 403) expect(errorOf(body).code).toBe('BLOBS_CLIENT_NOT_ALLOWED');
    }
  });
});

describe('a failure', () => {
  const failing = (code: ErrorCode) =>
    new BlobsError(code, `/home/me/store, 10.0.0.1, what upstream said: ${code}`);
  const upstream = (status: number, retryAfter?: string) =>
    new HttpStatusError('http://10.0.0.1/x', status, retryAfter);

  test.for([
    [upstream(404), 404],
    [upstream(410), 410],
    [upstream(451), 451],
    [upstream(401), 502],
    [upstream(403), 502],
    [upstream(407), 502],
    [upstream(418), 502],
    [upstream(500), 502],
    [upstream(503), 503],
    [upstream(429, '7'), 503],
    [upstream(504), 504],
    [failing('BLOBS_NETWORK'), 502],
    [failing('BLOBS_HASH_MISMATCH'), 502],
    [failing('BLOBS_SIZE_MISMATCH'), 502],
    [failing('BLOBS_REDIRECT'), 502],
    [failing('BLOBS_LFS_ANSWER'), 502],
    [failing('BLOBS_TIMEOUT'), 504],
    [failing('BLOBS_TOO_LARGE'), 504],
    [failing('BLOBS_NO_SPACE'), 507],
    [failing('BLOBS_FILE_ACCESS'), 500],
    [failing('BLOBS_STORE_UNUSABLE'), 500],
    [failing('BLOBS_BLOCKED'), 403],
    [new TypeError('/home/me/store, 10.0.0.1, what upstream said'), 500],
  ] as const)(
    'of the library, %o, is status %i and tells nothing of the inside',
    async ([error, expected]) => {
      const { status, headers, body } = await get(PATH, { open: () => Promise.reject(error) });
      expect([status, headers['cache-control']]).toEqual([expected, 'no-store']);
      expect(body.toString('utf8')).not.toMatch(/home|10\.0\.0\.1|upstream said|\bat /);
      expect(errorOf(body).code).toMatch(/^BLOBS_/);
      if (expected === 503) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    },
  );

  it('tells the log why', async () => {
    const server = await startTestServer({ open: () => Promise.reject(new TypeError('a defect')) });
    await exchangeRaw(server.url, rawGet(PATH));
    await expect
      .poll(() => server.log.at(-1))
      .toMatchObject({ level: 40, status: 500, code: 'BLOBS_INTERNAL' });
    expect(server.log.at(-1)?.['reason']).toMatch(/^TypeError: a defect\\n {4}at /);
  });

  it('to have anything is 404', async () => {
    expect((await get(digestPath(someBytes('other')))).status).toBe(404);
  });
});

describe('what the server says of itself', () => {
  it('is its health, with or without the slash', async () => {
    for (const path of [HEALTH, HEALTH.slice(0, -1)]) {
      const { status, body, headers } = await get(path);
      expect([status, JSON.parse(body.toString('utf8'))]).toEqual([200, { status: 'ok' }]);
      expect(headers['cache-control']).toBe('no-store');
    }
  });

  it('is its status', async () => {
    const server = await startTestServer({ contents, blobs: [declaredBlob(FILE_URL, BODY)] });
    await exchangeRaw(server.url, rawGet(PATH));
    await expect.poll(() => server.log.length).toBeGreaterThan(1);
    const { body } = parseAnswer(await exchangeRaw(server.url, rawGet('/api/v1/status/')));
    expect(JSON.parse(body.toString('utf8'))).toEqual({
      version: '1.2.3',
      uptimeSeconds: expect.any(Number),
      isDraining: false,
      declared: 1,
      store: { entries: 0, bytes: 0, freeBytes: expect.any(Number) },
      totals: { requests: 1, bytesServed: 5000, hits: 1, downloads: 0, bytesDownloaded: 0 },
      downloads: 0,
      connections: 1,
      requests: 1,
    });
  });

  it('is in figures for Prometheus, whose labels no client chooses', async () => {
    const server = await startTestServer({ contents });
    for (const path of [PATH, '/none?a="\\\n', '/sha256/evil"}'])
      await exchangeRaw(server.url, rawGet(encodeURI(path)));
    await expect.poll(() => server.log.length).toBeGreaterThan(3);
    const { headers, body } = parseAnswer(await exchangeRaw(server.url, rawGet('/metrics')));
    const text = body.toString('utf8');
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    for (const line of text.split('\n'))
      expect(line).toMatch(
        /^(?:# (?:HELP|TYPE) [a-z_]+ .+|[a-z_]+(?:\{(?:[a-z]+="[\w/:. +-]*",?)+\})? [\d.e+-]+|)$/,
      );
    expect(text).toContain(
      '\nblobs_http_requests_total{route="/sha256/:digest",method="GET",status="200"} 1\n',
    );
    expect(text).toContain('\nblobs_http_requests_total{route="none",method="GET",status="404"} 1\n');
    expect(text).toContain('\nblobs_served_bytes_total 5000\n');
    expect(text).toContain('\nblobs_contents_total{origin="hit"} 1\n');
    expect(text).toContain('\nblobs_failures_total{code="BLOBS_MISSING"} 2\n');
    expect(text).not.toContain('evil');
  });
});

describe('an end', () => {
  it('lets those under way finish, and lets nobody in', async () => {
    let arrive = (): void => {};
    const until = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const script = { isComplete: 'later', waitsAt: { byte: 2000, until } } as const;
    const server = await startTestServer({
      contents: { [DIGEST]: () => new ScriptedContent(BODY, script) },
      limits: { drainTimeoutMs: 60_000 },
    });
    const [busy, kept] = [await connectRaw(server.url), await connectRaw(server.url)];
    kept.say(`GET ${HEALTH} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await kept.seen(/"ok"/);
    busy.say(`GET ${PATH} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await busy.seen(/\r\n\r\n/);
    const drained = server.drain();
    const health = parseAnswer(await exchangeRaw(server.url, rawGet(HEALTH)));
    expect([health.status, JSON.parse(health.body.toString('utf8'))]).toEqual([503, { status: 'draining' }]);
    kept.say(`GET ${PATH} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const refused = await kept.ended();
    expect(refused.text).toMatch(/HTTP\/1\.1 503 .*connection: close.*BLOBS_BUSY/s);
    arrive();
    expect(sha256(parseAnswer(await busy.ended()).body)).toBe(DIGEST);
    await drained;
    await expect(connectRaw(server.url)).rejects.toThrow();
  });

  it('comes at once where nothing is under way, whatever connections are kept', async () => {
    const server = await startTestServer({ contents, limits: { drainTimeoutMs: 60_000 } });
    const kept = await connectRaw(server.url);
    kept.say(`GET ${HEALTH} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await kept.seen(/"ok"/);
    await server.drain();
    await kept.ended();
  });

  it('does not wait for ever, and breaks off what is not whole', async () => {
    const script = { isComplete: false, waitsAt: { byte: 2000, until: new Promise<void>(() => {}) } };
    const server = await startTestServer({
      contents: { [DIGEST]: () => new ScriptedContent(BODY, script) },
      limits: { drainTimeoutMs: 50 },
    });
    const client = await connectRaw(server.url);
    client.say(rawGet(PATH));
    await client.seen(/\r\n\r\n/);
    await server.drain();
    expect(parseAnswer(await client.ended()).body.length).toBeLessThan(5000);
  });
});
