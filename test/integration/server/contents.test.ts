// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, test } from 'vitest';
import { LookedAtContent } from '../../../src/server/library/flow-content.ts';
import { connectRaw, exchangeRaw, parseAnswer, rawGet } from '../../support/raw-http.ts';
import { type Script, ScriptedContent } from '../../support/scripted-content.ts';
import { sha256, someBytes } from '../../support/temp.ts';
import { declaredBlob, digestPath, FILE_URL, startTestServer, type TestServer } from './test-server.ts';

const BODY = someBytes('served', 5000);
const DIGEST = sha256(BODY);
const ETAG = `"${DIGEST}"`;
const PATH = digestPath(BODY);
const FETCH = `/api/v1/fetch?url=${encodeURIComponent(FILE_URL)}`;

/** A server whose every content is BODY, and behaves as it is told. */
async function serve(script: Script = {}, options: Parameters<typeof startTestServer>[0] = {}) {
  const made: ScriptedContent[] = [];
  const make = (): ScriptedContent => {
    const content = new ScriptedContent(BODY, script);
    made.push(content);
    return content;
  };
  const server = await startTestServer({ contents: { [DIGEST]: make, [FILE_URL]: make }, ...options });
  return { server, made };
}

async function get(server: TestServer, path: string, headers: readonly string[] = []) {
  return parseAnswer(await exchangeRaw(server.url, rawGet(path, headers)));
}

describe('a blob by its digest', () => {
  it('comes as bytes that are saved, never shown, and never change', async () => {
    const { server, made } = await serve();
    const { status, headers, body } = await get(server, PATH);
    expect([status, sha256(body)]).toEqual([200, DIGEST]);
    expect(headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment',
      'content-length': '5000',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      'cache-control': 'public, max-age=31536000, immutable',
      'accept-ranges': 'bytes',
      etag: ETAG,
      'repr-digest': `sha-256=:${Buffer.from(DIGEST, 'hex').toString('base64')}:`,
    });
    expect(made.map(({ released }) => released)).toEqual([1]);
  });

  it('is the same in upper case', async () => {
    const { server } = await serve();
    expect((await get(server, `/sha256/${DIGEST.toUpperCase()}`)).status).toBe(200);
    expect(server.asked).toEqual([{ digest: DIGEST, how: 'open' }]);
  });

  test.for([
    '',
    DIGEST.slice(1),
    `${DIGEST}0`,
    `${DIGEST.slice(1)}g`,
    `${DIGEST}%0a`,
    `${DIGEST}/`,
    `%20${DIGEST}`,
    `../sha256/${DIGEST}`,
  ])('is not found as "%s"', async (name) => {
    const { server } = await serve();
    const { status, headers, body } = await get(server, `/sha256/${name}`);
    expect([status, headers['cache-control']]).toEqual([404, 'no-store']);
    expect(JSON.parse(body.toString('utf8'))).toMatchObject({ error: { code: 'BLOBS_MISSING' } });
    expect(server.asked).toEqual([]);
  });

  it('has the name of the blob that was declared', async () => {
    const { server } = await serve({}, { blobs: [declaredBlob(FILE_URL, BODY, 'lib/größe.bin')] });
    const { headers } = await get(server, PATH);
    expect(headers['content-disposition']).toMatch(/filename\*=UTF-8''gr%C3%B6%C3%9Fe\.bin$/);
  });

  it('is shown to a HEAD without being downloaded', async () => {
    const { server, made } = await serve();
    const raw = await exchangeRaw(server.url, rawGet(PATH).replace('GET', 'HEAD'));
    const { headers, body } = parseAnswer(raw);
    expect([headers['content-length'], headers['etag'], body.length]).toEqual(['5000', ETAG, 0]);
    expect(server.asked).toEqual([{ digest: DIGEST, how: 'look' }]);
    expect(made.map(({ reads, released }) => [reads, released])).toEqual([[[], 1]]);
  });

  it('is not said to have the digest that a HEAD asks for where nobody knows', async () => {
    const { server } = await serve({}, { open: async () => new LookedAtContent({ bytes: 5000 }) });
    const raw = await exchangeRaw(server.url, rawGet(PATH).replace('GET', 'HEAD'));
    const { status, headers } = parseAnswer(raw);
    expect([status, headers['content-length'], headers['cache-control']]).toEqual([
      200,
      '5000',
      'public, no-cache',
    ]);
    expect(headers).not.toHaveProperty('etag');
    expect(headers).not.toHaveProperty('repr-digest');
  });

  test.for([
    [[`If-None-Match: ${ETAG}`], 304],
    [['If-None-Match: *'], 304],
    [[`If-None-Match: W/${ETAG}`, 'Range: bytes=0-9'], 304],
    [['If-Match: "other"'], 412],
    [[`If-Match: ${ETAG}`], 200],
  ] as const)('asked with %o is answered with %i', async ([lines, expected]) => {
    const { server, made } = await serve();
    const { status, headers, body } = await get(server, PATH, lines);
    expect(status).toBe(expected);
    if (status === 304) expect([headers['etag'], body.length]).toEqual([ETAG, 0]);
    if (status !== 200) expect(made[0]?.reads).toEqual([]);
    expect(made[0]?.released).toBe(1);
  });

  test.for([
    ['bytes=0-0', 0, 1],
    ['bytes=4000-', 4000, 5000],
    ['bytes=-10', 4990, 5000],
    ['bytes=0-', 0, 5000],
  ] as const)('gives the part %s', async ([range, from, to]) => {
    for (const script of [{}, { isWhole: true }, { isComplete: false }]) {
      const { server } = await serve(script);
      const { status, headers, body } = await get(server, PATH, [`Range: ${range}`]);
      expect([status, headers['content-range']]).toEqual([206, `bytes ${from}-${to - 1}/5000`]);
      expect(headers['content-length']).toBe(String(to - from));
      expect(sha256(body)).toBe(sha256(BODY.subarray(from, to)));
    }
  });

  it('gives no part that is not there', async () => {
    const { server } = await serve();
    const { status, headers } = await get(server, PATH, ['Range: bytes=5000-']);
    expect([status, headers['content-range']]).toEqual([416, 'bytes */5000']);
  });

  test.for([
    ['several ranges', [`Range: bytes=${'0-0,'.repeat(5000)}0-0`]],
    ['a Range of something else', ['Range: lines=1-2']],
    ['a Range for another state', ['Range: bytes=0-9', 'If-Range: "other"']],
    ['a Range for a weak state', ['Range: bytes=0-9', `If-Range: W/${ETAG}`]],
  ] as const)('is whole for %s', async ([_, lines]) => {
    const { server } = await serve();
    const { status, body } = await get(server, PATH, lines);
    expect([status, sha256(body)]).toEqual([200, DIGEST]);
  });

  it('gives a part of the state that If-Range means', async () => {
    const { server } = await serve();
    expect((await get(server, PATH, ['Range: bytes=0-9', `If-Range: ${ETAG}`])).status).toBe(206);
  });

  it('may be kept by clients alone where they need a token', async () => {
    const { server } = await serve({}, { token: 'secret' });
    const { headers } = await get(server, PATH, ['Authorization: Bearer secret']);
    expect(headers['cache-control']).toBe('private, max-age=31536000, immutable');
  });
});

describe('a URL', () => {
  test.for([
    ['/api/v1/fetch', 'attachment; filename="fw.bin"'],
    ['/api/v1/fetch/', 'attachment; filename="fw.bin"'],
    ['/api/v1/fetch/other.bin', 'attachment; filename="other.bin"'],
    ['/api/v1/fetch/..%2F..%2Fa%0D%0AX:%20y', 'attachment; filename="_.._a__X_ y"'],
  ])('asked for at %s is saved as %s', async ([path, disposition]) => {
    const { server } = await serve();
    const { status, headers, body } = await get(server, `${path}?url=${encodeURIComponent(FILE_URL)}`);
    expect([status, headers['content-disposition'], sha256(body)]).toEqual([200, disposition, DIGEST]);
    expect(server.asked).toEqual([{ url: FILE_URL, how: 'open' }]);
  });

  it('is asked of the library with digest and time to live', async () => {
    const { server } = await serve();
    const { headers } = await get(server, `${FETCH}&sha256=${DIGEST}&ttl=5h`);
    expect(server.asked).toEqual([{ url: FILE_URL, digest: DIGEST, ttlMs: 18_000_000, how: 'open' }]);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it('tells how old its bytes are, and when to ask again', async () => {
    const url = { validatedAtMs: 1_000_000, ttlMs: 60_000, lastModified: 'Sun, 06 Nov 1994 08:49:37 GMT' };
    const { server } = await serve({ url }, { nowMs: 1_010_500 });
    const { headers } = await get(server, FETCH);
    expect(headers).toMatchObject({
      age: '10',
      'cache-control': 'public, max-age=60',
      'last-modified': url.lastModified,
      etag: ETAG,
    });
    const again = await get(server, FETCH, [`If-Modified-Since: ${url.lastModified}`]);
    expect([again.status, again.headers['age']]).toEqual([304, '10']);
  });

  it('that modules declare is to be asked for again, since they may declare other bytes', async () => {
    const { server } = await serve();
    expect((await get(server, FETCH)).headers['cache-control']).toBe('public, no-cache');
  });

  test.for([
    [400, 'BLOBS_BAD_REQUEST', '/api/v1/fetch'],
    [400, 'BLOBS_BAD_REQUEST', `${FETCH}&url=${FILE_URL}`],
    [400, 'BLOBS_BAD_REQUEST', `${FETCH}&ttl=soon`],
    [400, 'BLOBS_BAD_REQUEST', `${FETCH}&sha256=abc`],
    [400, 'BLOBS_URL_UNSUPPORTED', '/api/v1/fetch?url=fw.bin'],
    [400, 'BLOBS_URL_UNSUPPORTED', '/api/v1/fetch?url=file:///etc/passwd'],
    [400, 'BLOBS_URL_UNSUPPORTED', '/api/v1/fetch?url=http://user:hunter2@files.example.com/x'],
    [403, 'BLOBS_URL_NOT_ALLOWED', '/api/v1/fetch?url=http://other.example.com/fw.bin'],
    [403, 'BLOBS_URL_NOT_ALLOWED', '/api/v1/fetch?url=http://169.254.169.254/latest/'],
  ] as const)('is refused with %i and %s: %s', async ([expected, code, path]) => {
    const { server } = await serve();
    const { status, body, headers } = await get(server, path);
    expect([status, JSON.parse(body.toString('utf8')).error.code]).toEqual([expected, code]);
    expect(headers['cache-control']).toBe('no-store');
    expect(server.asked).toEqual([]);
    expect(JSON.stringify(server.log) + body.toString('utf8')).not.toContain('hunter2');
  });
});

describe('a content on its way', () => {
  it('is sent while it arrives, its length known or not', async () => {
    for (const isKnown of [true, false]) {
      let arrive = (): void => {};
      const until = new Promise<void>((resolve) => {
        arrive = resolve;
      });
      const { server } = await serve({ isComplete: 'later', isKnown, waitsAt: { byte: 2000, until } });
      const client = await connectRaw(server.url);
      client.say(rawGet(PATH));
      await client.seen(/\r\n\r\n/);
      arrive();
      const answer = await client.ended();
      const { headers, body } = parseAnswer(answer);
      expect(headers['content-length'] ?? headers['transfer-encoding']).toBe(isKnown ? '5000' : 'chunked');
      if (isKnown) expect(sha256(body)).toBe(DIGEST);
      else expect(answer.text.endsWith('\r\n0\r\n\r\n')).toBe(true);
    }
  });

  it('that fails before anything was sent is a status', async () => {
    const { server, made } = await serve({ isComplete: false, failsAt: 0 });
    const { status, headers } = await get(server, PATH);
    expect([status, headers['etag'], headers['content-length']]).not.toContain('5000');
    expect([status, headers['etag']]).toEqual([500, undefined]);
    expect(made[0]?.released).toBe(1);
  });

  test.for([
    [true, 'HTTP/1.1'],
    [false, 'HTTP/1.1'],
    [true, 'HTTP/1.0'],
  ] as const)('that fails on its way is never whole: length known %s, %s', async ([isKnown, version]) => {
    const { server, made } = await serve({ isComplete: false, isKnown, failsAt: 3000 });
    const answer = await exchangeRaw(server.url, rawGet(PATH).replace('HTTP/1.1', version));
    const { status, headers, body } = parseAnswer(answer);
    expect(status).toBe(200);
    if (isKnown) {
      expect(headers['content-length']).toBe('5000');
      expect(body.length).toBeLessThan(5000);
    } else {
      expect(headers['transfer-encoding']).toBe('chunked');
      expect(answer.text.endsWith('\r\n0\r\n\r\n')).toBe(false);
    }
    await expect.poll(() => server.log.at(-1)).toMatchObject({ msg: 'broken off', code: 'BLOBS_INTERNAL' });
    expect(made[0]?.released).toBe(1);
  });

  it('without a known length is whole before HTTP/1.0 sees a byte of it', async () => {
    const ask = rawGet(FETCH).replace('HTTP/1.1', 'HTTP/1.0');
    const broken = await serve({ isComplete: false, isKnown: false, failsAt: 3000 });
    expect(parseAnswer(await exchangeRaw(broken.server.url, ask)).status).toBe(500);
    const whole = await serve({ isComplete: 'later', isKnown: false });
    const { status, headers, body } = parseAnswer(await exchangeRaw(whole.server.url, ask));
    expect([status, headers['content-length'], sha256(body)]).toEqual([200, '5000', DIGEST]);
  });

  it('whose length nobody ever knows is refused to HTTP/1.0', async () => {
    class WithoutLength extends ScriptedContent {
      override get bytes(): undefined {
        return undefined;
      }
    }
    const made = new WithoutLength(BODY);
    const server = await startTestServer({ contents: { [FILE_URL]: () => made } });
    const raw = await exchangeRaw(server.url, rawGet(FETCH).replace('HTTP/1.1', 'HTTP/1.0'));
    const { status, body } = parseAnswer(raw);
    expect([status, JSON.parse(body.toString('utf8')).error.code]).toEqual([505, 'BLOBS_BAD_REQUEST']);
    expect(made.released).toBe(1);
  });

  it('gives the last byte of a part only when the whole was verified', async () => {
    const { server } = await serve({ isComplete: false, failsAt: 4999 });
    const { status, body } = await get(server, PATH, ['Range: bytes=0-999']);
    expect(status).toBe(206);
    expect(body.length).toBe(999);
  });

  it('without a known length is whole for a Range', async () => {
    const { server } = await serve({ isComplete: 'later', isKnown: false });
    const { status, headers } = await get(server, FETCH, ['Range: bytes=0-9']);
    expect([status, headers['etag']]).toEqual([200, undefined]);
  });

  it('is let go when its client is gone', async () => {
    let arrive = (): void => {};
    const until = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const { server, made } = await serve({ isComplete: false, waitsAt: { byte: 2000, until } });
    const client = await connectRaw(server.url);
    client.say(rawGet(PATH));
    await client.seen(/\r\n\r\n/);
    client.socket.destroy();
    await expect.poll(() => server.log.at(-1)).toMatchObject({ msg: 'broken off', status: 200 });
    arrive();
    await expect.poll(() => made.map(({ released }) => released)).toEqual([1]);
  });
});
