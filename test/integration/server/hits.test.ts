// SPDX-License-Identifier: Apache-2.0
import { renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import type { Blob } from '../../../src/core/blob.ts';
import { Via } from '../../../src/server/library/via.ts';
import { entryFile } from '../../../src/store/store-layout.ts';
import { connectRaw, exchangeRaw, parseAnswer, rawGet } from '../../support/raw-http.ts';
import { sha256, someBytes, withDirectory } from '../../support/temp.ts';
import { digestOf, NEVER } from '../../unit/samples.ts';
import { openLibrary } from './library-setup.ts';
import { declaredBlob, digestPath, FILE_URL, startTestServer, type TestServer } from './test-server.ts';

const BODY = someBytes('hit', 50_000);
const DIGEST = digestOf(BODY);
const PATH = digestPath(BODY);
/** In seconds: whole ones can be put back to the nanosecond. */
const LONG_AGO = 1_000_000_000;

interface HitServer extends TestServer {
  /** Of the entry. */
  readonly file: string;
  /** How often the library was asked by the router. */
  readonly opened: () => number;
}

/** A server whose library has one entry at hand, all of it in memory. */
async function startWithHit(
  options: Parameters<typeof startTestServer>[0] = {},
  body: Buffer = BODY,
): Promise<HitServer> {
  const { library, store } = await openLibrary();
  const digest = digestOf(body);
  const file = withDirectory(entryFile(store.directory, digest));
  writeFileSync(file, body);
  utimesSync(file, LONG_AGO, LONG_AGO);
  const readWhole = async (): Promise<number | undefined> => {
    const content = await library.open({ digest }, NEVER);
    await content?.warm?.();
    await content?.release();
    return library.findHit(digest)?.wholeBuffer()?.length;
  };
  // What was written a moment ago is hashed again by each who asks.
  await expect.poll(readWhole).toBe(body.length);
  const server = await startTestServer({
    open: (wanted, signal) => library.open(wanted, signal),
    findHit: (wanted) => library.findHit(wanted),
    ...options,
  });
  return { ...server, file, opened: () => server.asked.length };
}

async function ask(server: TestServer, text: string) {
  const { status, headers, body } = parseAnswer(await exchangeRaw(server.url, text));
  const { date: _date, ...rest } = headers;
  return { status, headers: rest, sha256: sha256(body), length: body.length };
}

/** The last line of the log, when it is about the request after so many. */
async function lineAfter(server: TestServer, lines: number): Promise<Record<string, unknown>> {
  await expect.poll(() => server.log.length).toBeGreaterThan(lines);
  const { time: _time, ms: _ms, ...line } = server.log.at(-1) ?? {};
  return line;
}

const ETAG = `"${DIGEST}"`;
const BEFORE = 'Thu, 01 Jan 1970 00:00:00 GMT';

describe('a hit', () => {
  const declared = [declaredBlob(FILE_URL, BODY, 'lib/fw "1".bin')];

  test.for<[string, Parameters<typeof startTestServer>[0], readonly string[], number, 'hit' | 'routed']>([
    ['plain', {}, [], 200, 'hit'],
    ['of a blob that is declared', { blobs: declared }, [], 200, 'hit'],
    ['that a server in front sends', { accelPrefix: '/stored' }, [], 200, 'hit'],
    ['with the token', { token: 't0ken' }, ['Authorization: Bearer t0ken'], 200, 'hit'],
    ['without the token', { token: 't0ken' }, [], 401, 'routed'],
    ['from its network', { networks: ['127.0.0.0/8'] }, [], 200, 'hit'],
    ['from another network', { networks: ['10.0.0.0/8'] }, [], 403, 'routed'],
    ['that came through another server', { via: new Via() }, ['Via: 1.1 blobs-0'], 200, 'hit'],
    ['that came through this server', { via: new Via('blobs-0') }, ['Via: 1.1 blobs-0'], 508, 'routed'],
    ['of a part', {}, ['Range: bytes=5-9'], 206, 'routed'],
    ['of no part', {}, ['Range: bytes=90000-'], 416, 'routed'],
    ['of a part of it', {}, ['Range: bytes=5-9', `If-Range: ${ETAG}`], 206, 'routed'],
    ['of a part of it, but no part', { accelPrefix: '/stored' }, [`If-Range: ${ETAG}`], 200, 'routed'],
    ['where it is known', {}, [`If-None-Match: ${ETAG}`], 304, 'routed'],
    ['where another is known', {}, ['If-None-Match: "x"'], 200, 'routed'],
    ['where it must be another', {}, ['If-Match: "x"'], 412, 'routed'],
    ['since a time', {}, [`If-Modified-Since: ${BEFORE}`], 200, 'routed'],
    ['unless since a time', { accelPrefix: '/stored' }, [`If-Unmodified-Since: ${BEFORE}`], 200, 'routed'],
    ['with a body', {}, ['Content-Length: 5'], 413, 'routed'],
    ['with too many headers', {}, Array.from({ length: 200 }, (_, at) => `x-${at}: y`), 431, 'routed'],
  ])('%s is answered as by the router', async ([_what, options, headers, status, how]) => {
    const server = await startWithHit(options);
    // The router knows no difference between the two.
    let lines = server.log.length;
    const routed = await ask(server, rawGet(`${PATH}?`, headers));
    const routedLine = await lineAfter(server, lines);
    const before = server.opened();
    lines = server.log.length;
    const answer = await ask(server, rawGet(PATH, headers));
    const line = await lineAfter(server, lines);

    expect(answer).toEqual(routed);
    expect(answer.status).toBe(status);
    expect(line).toEqual(routedLine);
    if (how === 'hit') expect([before, server.opened()]).toEqual([1, 1]);
    else expect(server.opened()).toBe(2 * before);
  });

  it('counts as what the router answers', async () => {
    const server = await startWithHit();
    for (const path of [PATH, `${PATH}?`, PATH]) await ask(server, rawGet(path));
    await expect.poll(() => server.used).toEqual([DIGEST, DIGEST, DIGEST]);
    expect(server.opened()).toBe(1);
    expect(server.statistics.totals).toMatchObject({
      requests: 3,
      hits: 3,
      bytesServed: 3 * BODY.length,
    });
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain(
      'blobs_http_requests_total{route="/sha256/:digest",method="GET",status="200"} 3\n',
    );
    expect(metrics).toContain('blobs_contents_total{origin="hit"} 3\n');
    expect(metrics).toContain(`blobs_served_bytes_total ${3 * BODY.length}\n`);
  });

  it.each(['HEAD', 'POST', 'get'])('is none by %s', async (method) => {
    const server = await startWithHit();
    const answers: unknown[] = [];
    for (const path of [`${PATH}?`, PATH]) {
      const { date: _date, ...headers } = parseAnswer(
        await exchangeRaw(server.url, rawGet(path).replace('GET', method)),
      ).headers;
      answers.push(headers);
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(server.opened()).toBe(method === 'HEAD' ? 2 : 0);
    expect(server.statistics.totals.bytesServed).toBe(0);
  });

  it('does not let more of them wait on one connection than of others', async () => {
    const server = await startWithHit({ limits: { maxRequestsPerConnection: 4 } });
    const client = await connectRaw(server.url);
    client.say(`GET ${PATH} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(50));
    await client.ended();
    expect(server.used.length).toBeLessThanOrEqual(4);
  });

  it.each([
    ['damaged', (file: string) => writeFileSync(file, someBytes('damage', BODY.length))],
    [
      'damaged, with its time put back',
      (file: string) => {
        writeFileSync(file, someBytes('damage', BODY.length));
        utimesSync(file, LONG_AGO, LONG_AGO);
      },
    ],
    [
      'replaced',
      (file: string) => {
        writeFileSync(`${file}.new`, someBytes('damage', BODY.length));
        renameSync(`${file}.new`, file);
      },
    ],
    ['removed', (file: string) => rmSync(file)],
  ])('is none any more where the entry was %s', async (_what, damage) => {
    for (const accelPrefix of [undefined, '/stored']) {
      const server = await startWithHit({ accelPrefix });
      expect((await ask(server, rawGet(PATH))).status).toBe(200);
      expect(server.opened()).toBe(0);
      damage(server.file);
      expect((await ask(server, rawGet(PATH))).status).toBe(404);
    }
  });

  it('goes by what modules declare, and the token is, as of now', async () => {
    let blobs: readonly Blob[] = [];
    let token: string | undefined;
    const server = await startWithHit({ blobs: () => blobs, token: () => token });
    const headers = async () => (await ask(server, rawGet(PATH, ['Authorization: Bearer t0ken']))).headers;
    expect(await headers()).toMatchObject({
      'content-disposition': 'attachment',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    blobs = [declaredBlob(FILE_URL, BODY, 'lib/named.bin')];
    expect((await headers())['content-disposition']).toBe('attachment; filename="named.bin"');
    token = 't0ken';
    expect((await headers())['cache-control']).toBe('private, max-age=31536000, immutable');
    expect(server.opened()).toBe(0);
  });

  it('is left to the router where looking for it fails', async () => {
    const server = await startWithHit({
      findHit: () => {
        throw new Error('EIO');
      },
    });
    expect((await ask(server, rawGet(PATH))).sha256).toBe(DIGEST);
    expect(server.opened()).toBe(1);
  });

  it('is none while too many requests are in work', async () => {
    const server = await startWithHit({ limits: { maxRequests: 0 } });
    expect((await ask(server, rawGet(PATH))).status).toBe(503);
  });

  it('is broken off for a client that takes nothing of it', async () => {
    const large = someBytes('large hit', 1024 * 1024);
    const server = await startWithHit(
      { limits: { stallTimeoutMs: 100, maxRequestsPerConnection: 100 } },
      large,
    );
    const client = await connectRaw(server.url, { reads: false });
    const asked = 30;
    for (let count = 0; count < asked; count++)
      client.say(`GET ${digestPath(large)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const brokenOff = () => server.log.filter(({ msg }) => msg === 'broken off');
    await expect.poll(() => brokenOff().length).toBeGreaterThan(0);
    expect(server.opened()).toBe(0);
  });
});
