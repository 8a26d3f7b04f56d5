// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, test } from 'vitest';
import { connectRaw, exchangeRaw, parseAnswer, rawGet } from '../../support/raw-http.ts';
import { ScriptedContent } from '../../support/scripted-content.ts';
import { sha256, someBytes } from '../../support/temp.ts';
import { digestPath, FILE_URL, startTestServer } from './test-server.ts';

const BODY = someBytes('served', 5000);
const DIGEST = sha256(BODY);
const PATH = digestPath(BODY);
const HEALTH = '/api/v1/health/';
const contents = { [DIGEST]: () => new ScriptedContent(BODY), [FILE_URL]: () => new ScriptedContent(BODY) };

/** How the server answers exactly these bytes, which must end the connection. */
async function say(text: string, options: Parameters<typeof startTestServer>[0] = {}) {
  const server = await startTestServer({ contents, ...options });
  const raw = await exchangeRaw(server.url, text);
  return { ...parseAnswer(raw), raw, server };
}

function codeOf(body: Buffer): unknown {
  return JSON.parse(body.toString('utf8')).error.code;
}

const lines = (count: number): string[] => Array.from({ length: count }, (_, index) => `X-${index}: y`);

describe('a request that is refused', () => {
  test.for([
    ['a path upwards', rawGet('/../../etc/passwd'), 404],
    ['an escaped path upwards', rawGet('/%2e%2e/%2e%2e/etc/passwd'), 404],
    ['a path upwards below a route', rawGet(`/sha256/../metrics/${DIGEST}`), 404],
    ['escaped slashes', rawGet(`/sha256%2F${DIGEST}`), 404],
    ['a backslash', rawGet(`/sha256\\${DIGEST}`), 404],
    ['two slashes', rawGet(`//sha256/${DIGEST}`), 404],
    ['an escaped NUL', rawGet('/sha256/%00'), 404],
    ['a broken escape', rawGet('/sha256/%zz'), 400],
    ['an escape of no UTF-8', rawGet('/api/v1/fetch/%ff?url=http://files.example.com/x'), 400],
    ['an unknown path', rawGet('/api/v2/'), 404],
    ['a name of an object', rawGet('/__proto__'), 404],
    ['a very long name', rawGet(`/sha256/${'a'.repeat(5000)}`), 400],
    ['a POST', rawGet(PATH).replace('GET', 'POST'), 405],
    ['a PUT', rawGet(PATH).replace('GET', 'PUT'), 405],
    ['a DELETE', rawGet(PATH).replace('GET', 'DELETE'), 405],
    ['an OPTIONS', rawGet('*').replace('GET', 'OPTIONS'), 405],
    ['a TRACE', rawGet(PATH).replace('GET', 'TRACE'), 405],
    ['a method of WebDAV', rawGet(PATH).replace('GET', 'PROPFIND'), 405],
    ['a body', `${rawGet(PATH, ['Content-Length: 3'])}abc`, 413],
    ['a body in chunks', `${rawGet(PATH, ['Transfer-Encoding: chunked'])}3\r\nabc\r\n0\r\n\r\n`, 413],
    ['a body that waits', rawGet(PATH, ['Content-Length: 3', 'Expect: 100-continue']), 413],
    ['a body of a POST', `${rawGet(PATH, ['Content-Length: 3']).replace('GET', 'POST')}abc`, 413],
    ['very many headers', rawGet(PATH, lines(101)), 431],
    ['even more headers', rawGet(PATH, lines(1000)), 431],
    ['a very long URL', rawGet(`/api/v1/fetch?url=http://files.example.com/${'x'.repeat(27_000)}`), 414],
    ['a long URL to fetch', rawGet(`/api/v1/fetch?url=http://files.example.com/${'x'.repeat(9000)}`), 400],
  ] as const)('because of %s', async ([_, text, expected]) => {
    const { status, headers, body, raw } = await say(text);
    expect([
      status,
      headers['content-type'],
      headers['cache-control'],
      headers['x-content-type-options'],
    ]).toEqual([expected, 'application/json; charset=utf-8', 'no-store', 'nosniff']);
    expect(codeOf(body)).toMatch(/^BLOBS_/);
    if (expected === 405) expect(headers['allow']).toBe('GET, HEAD');
    expect(raw.text).not.toMatch(/100 Continue|node_modules|\bat \//);
  });

  test.for([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['an unknown method', 'FOO / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a NUL in the path', 'GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: x\r\nX: \0\r\n\r\n', 400],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: x\r\n y\r\n\r\n', 400],
    ['a length that is none', 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n', 400],
    ['two lengths', 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n', 400],
    [
      'length and chunks',
      'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      400,
    ],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['a giant header', rawGet('/', [`X: ${'y'.repeat(40_000)}`]), 431],
    ['a giant cookie', rawGet('/', [`Cookie: ${'y'.repeat(1_000_000)}`]), 431],
  ] as const)('since it is malformed: %s', async ([_, text, expected]) => {
    const { raw } = await say(text);
    expect(raw.text).toMatch(new RegExp(`^HTTP/1.1 ${expected} `));
    expect(raw.text).toMatch(/connection: close/i);
    expect(raw.text).not.toMatch(/HPE_|Parse Error|node_modules|\bat \//);
  });

  it('as a tunnel gets none', async () => {
    const { raw } = await say(
      'CONNECT files.example.com:443 HTTP/1.1\r\nHost: files.example.com:443\r\n\r\n',
    );
    expect(raw.text).not.toMatch(/^HTTP\/1\.1 2/);
  });

  it('as an open proxy gets what the server has itself', async () => {
    const { status, server } = await say(rawGet('http://files.example.com/dir/fw.bin'));
    expect([status, server.asked]).toEqual([404, []]);
    const own = await say(rawGet(`http://any.example.com${PATH}`));
    expect([own.status, sha256(own.body)]).toEqual([200, DIGEST]);
  });

  it('cannot put a line into headers or the log by a name or a URL', async () => {
    const name = encodeURIComponent('x\r\nSet-Cookie: a=b\r\n\r\n<script>');
    const url = encodeURIComponent(`${FILE_URL}?x=\r\nSet-Cookie: a=b`);
    const { raw, server } = await say(rawGet(`/api/v1/fetch/${name}?url=${url}`));
    expect(raw.text).not.toMatch(/^set-cookie/im);
    expect(raw.text).not.toContain('<script>');
    expect(server.log.every((record) => !/[\r\n\u2028]/.test(JSON.stringify(record)))).toBe(true);
  });

  it('does not put what is secret into the log', async () => {
    const secret = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
    const url = encodeURIComponent(`${FILE_URL}?token=${secret}`);
    const { server } = await say(
      rawGet(`/api/v1/fetch?url=${url}`, [`Authorization: Bearer ${secret}`, `Cookie: ${secret}`]),
    );
    await expect
      .poll(() => server.log.at(-1))
      .toMatchObject({ route: '/api/v1/fetch', url: `${FILE_URL}?token=REDACTED` });
    expect(JSON.stringify(server.log)).not.toContain(secret);
  });
});

describe('a client that takes its time', () => {
  it('with its headers is left', async () => {
    const server = await startTestServer({ limits: { headersTimeoutMs: 100 } });
    const client = await connectRaw(server.url);
    client.say('GET / HTTP/1.1\r\nHost: x\r\nX: ');
    expect((await client.ended()).text).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('before its first byte is left', async () => {
    const server = await startTestServer({ limits: { headersTimeoutMs: 100 } });
    const client = await connectRaw(server.url);
    await client.ended();
  });

  it('with taking the body is dropped, and the content let go', async () => {
    const large = Buffer.alloc(32 * 1024 * 1024, 'x');
    const content = new ScriptedContent(large, { pieceBytes: 1024 * 1024 });
    const server = await startTestServer({
      contents: { [DIGEST]: () => content },
      limits: { stallTimeoutMs: 200 },
    });
    const client = await connectRaw(server.url, { reads: false });
    client.say(rawGet(PATH));
    await expect.poll(() => server.log.at(-1)).toMatchObject({ msg: 'broken off' });
    await expect.poll(() => content.released).toBe(1);
    expect(Number(server.log.at(-1)?.['bytes'])).toBeLessThan(large.length);
  });

  it('is not dropped for time in which the server has nothing to send', async () => {
    let arrive = (): void => {};
    const until = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const server = await startTestServer({
      contents: {
        [DIGEST]: () => new ScriptedContent(BODY, { isComplete: 'later', waitsAt: { byte: 2000, until } }),
      },
      limits: { stallTimeoutMs: 50 },
    });
    const client = await connectRaw(server.url);
    client.say(rawGet(PATH));
    await client.seen(/\r\n\r\n/);
    const stalled = await startTestServer({ limits: { headersTimeoutMs: 300 } });
    // Six times as long as the limit.
    await (await connectRaw(stalled.url)).ended();
    arrive();
    expect(sha256(parseAnswer(await client.ended()).body)).toBe(DIGEST);
  });
});

describe('too much at once', () => {
  /** A server whose contents never come. */
  function startWaiting(limits: NonNullable<Parameters<typeof startTestServer>[0]>['limits']) {
    return startTestServer({
      open: (_wanted, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
      limits: limits ?? {},
    });
  }

  it('is told to come again', async () => {
    const server = await startWaiting({ maxRequests: 2 });
    const [one, two] = [await connectRaw(server.url), await connectRaw(server.url)];
    one.say(rawGet(PATH));
    two.say(rawGet(PATH));
    await expect.poll(() => server.asked.length).toBe(2);
    const { status, headers, body } = parseAnswer(await exchangeRaw(server.url, rawGet(PATH)));
    expect([status, headers['retry-after'], headers['connection'], codeOf(body)]).toEqual([
      503,
      '5',
      'close',
      'BLOBS_BUSY',
    ]);
    one.socket.destroy();
    // Whoever leaves makes room.
    await expect
      .poll(async () => parseAnswer(await exchangeRaw(server.url, rawGet(HEALTH))).status)
      .toBe(200);
  });

  it('is no end of its health', async () => {
    const server = await startWaiting({ maxRequests: 1 });
    const client = await connectRaw(server.url);
    client.say(rawGet(PATH));
    await expect.poll(() => server.asked.length).toBe(1);
    expect(parseAnswer(await exchangeRaw(server.url, rawGet(PATH))).status).toBe(503);
    expect(parseAnswer(await exchangeRaw(server.url, rawGet(HEALTH))).status).toBe(200);
  });

  it('over many connections at once leaves room for others', async () => {
    const server = await startWaiting({});
    const clients = await Promise.all(Array.from({ length: 130 }, () => connectRaw(server.url)));
    for (const client of clients) client.say(`GET ${PATH} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(16));
    await Promise.all(clients.map((client) => client.ended()));
    const status = parseAnswer(await exchangeRaw(server.url, rawGet('/api/v1/status/')));
    expect(JSON.parse(status.body.toString('utf8'))).toMatchObject({ requests: 1 });
  });

  it('over one connection ends it', async () => {
    const server = await startWaiting({ maxRequestsPerConnection: 4 });
    const client = await connectRaw(server.url);
    client.say(`GET ${PATH} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(50));
    expect((await client.ended()).text).toBe('');
    expect(server.asked.length).toBeLessThanOrEqual(4);
    const { body } = parseAnswer(await exchangeRaw(server.url, rawGet('/api/v1/status/')));
    expect(JSON.parse(body.toString('utf8'))).toMatchObject({ connections: 1, requests: 1 });
  });

  it('of connections is not let in', async () => {
    const server = await startWaiting({ maxConnections: 3 });
    const clients = [
      await connectRaw(server.url),
      await connectRaw(server.url),
      await connectRaw(server.url),
    ];
    for (const client of clients) client.say(rawGet(PATH));
    await expect.poll(() => server.asked.length).toBe(3);
    expect((await exchangeRaw(server.url, rawGet(HEALTH))).text).toBe('');
  });

  it('of connections takes the place of those that are kept for nothing', async () => {
    const server = await startTestServer({ contents, limits: { maxConnections: 3 } });
    for (let index = 0; index < 3; index++) {
      const idle = await connectRaw(server.url);
      idle.say(`GET ${HEALTH} HTTP/1.1\r\nHost: x\r\n\r\n`);
      await idle.seen(/"ok"/);
    }
    await expect.poll(async () => (await exchangeRaw(server.url, rawGet(HEALTH))).text).toMatch(/ 200 OK/);
  });

  it('is answered in order where it is asked in one go', async () => {
    const server = await startTestServer({ contents });
    const { text } = await exchangeRaw(
      server.url,
      `GET ${PATH} HTTP/1.1\r\nHost: x\r\nRange: bytes=0-0\r\n\r\nGET /none HTTP/1.1\r\nHost: x\r\n\r\n${rawGet(HEALTH)}`,
    );
    expect([...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      '206',
      '404',
      '200',
    ]);
  });

  it('does not mix up answers where rubbish follows a request', async () => {
    const server = await startTestServer({ contents });
    const { text } = await exchangeRaw(
      server.url,
      `GET ${PATH} HTTP/1.1\r\nHost: x\r\n\r\n\0\0\0rubbish\r\n\r\n`,
    );
    expect(text).not.toContain('BLOBS_BAD_REQUEST');
  });
});
