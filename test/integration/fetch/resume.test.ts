// SPDX-License-Identifier: Apache-2.0

import { EventEmitter, once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { download } from '../../../src/fetch/download.ts';
import { PartialDownloads } from '../../../src/store/partial-download.ts';
import { type Behaviour, startFaultServer } from '../../support/fault-server.ts';
import { etagOf } from '../../support/faults.ts';
import { filesBelow, someBytes, tempDir } from '../../support/temp.ts';
import { codes, downloadOptions, jobFor } from './network.ts';

const BYTES = someBytes('resume', 5000);
const ETAG = '"one"';
const THEN = 'Sun, 06 Nov 1994 08:49:37 GMT';
const REST = { 'content-range': 'bytes 2000-4999/5000', etag: ETAG };
const RANGE = 'bytes=2000-';

function answer(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: Uint8Array | string = BYTES.subarray(2000),
): Behaviour {
  return { kind: 'answer', answer: () => ({ status, headers, body }) };
}

const WHOLE = answer(200, { etag: ETAG }, BYTES);

/** Bytes that the client has read in this test. */
let arrived: number;
const arrivals = new EventEmitter();
beforeEach(() => {
  arrived = 0;
});

/** Promises all, sends 2000 bytes, ends the connection when `atBytes` have been read, counted from the first of all. */
function cut(headers: Readonly<Record<string, string>>, atBytes = 2000): Behaviour {
  const until = async (): Promise<void> => {
    while (arrived < atBytes) await once(arrivals, 'more');
  };
  return { kind: 'truncate', afterBytes: 2000, headers, until };
}

function optionsFor(directory: string, changes: { readonly retries?: number } = {}) {
  return downloadOptions({
    directory,
    partials: new PartialDownloads(directory),
    onProgress: (event) => {
      if (event.kind === 'bytes') arrived += event.bytes;
      arrivals.emit('more');
    },
    ...changes,
  });
}

async function fetchFrom(behaviours: readonly Behaviour[], size?: number) {
  const server = await startFaultServer();
  const directory = tempDir();
  const url = server.serve('/x', BYTES, behaviours);
  const { received, failed } = await download(jobFor(BYTES, [url], size), optionsFor(directory));
  await received?.file.discard();
  return {
    bytes: received?.bytes,
    codes: codes(failed),
    ranges: server.requests.map(({ headers }) => headers['range']),
    ifRanges: server.requests.map(({ headers }) => headers['if-range']),
    left: filesBelow(directory),
    arrived,
  };
}

describe('a download that was cut off', () => {
  it.each([
    ['an ETag', { etag: ETAG }, ETAG],
    ['a Last-Modified of long ago', { 'last-modified': THEN }, THEN],
  ])('goes on by a range if there was %s, and asks for nothing twice', async (_what, headers, validator) => {
    const result = await fetchFrom([cut(headers), answer(206, { ...REST, ...headers })]);
    expect(result).toEqual({
      bytes: 5000,
      codes: [],
      ranges: [undefined, RANGE],
      ifRanges: [undefined, validator],
      left: [],
      arrived: 5000,
    });
  });

  it.each<[string, Behaviour]>([
    ['a weak ETag', cut({ etag: `W/${ETAG}` })],
    ['a weak ETag beside a date', cut({ etag: `W/${ETAG}`, 'last-modified': THEN })],
    ['nothing', cut({})],
    ['a Last-Modified of the same second', cut({ 'last-modified': THEN, date: THEN })],
    [
      'a content coding',
      answer(
        200,
        { etag: ETAG, 'content-encoding': 'gzip', 'content-length': '5000', connection: 'close' },
        gzipSync(BYTES).subarray(0, 3000),
      ),
    ],
  ])('begins anew if there was %s to tell it by', async (_what, behaviour) => {
    const result = await fetchFrom([behaviour, WHOLE]);
    expect(result).toMatchObject({ bytes: 5000, ranges: [undefined, undefined], left: [] });
  });

  it('takes the whole where it is another one by now, or the server gives no ranges', async () => {
    const result = await fetchFrom([cut({ etag: '"old"' }), WHOLE]);
    expect(result).toMatchObject({ bytes: 5000, codes: [], ranges: [undefined, RANGE] });
  });

  it('is over where the whole that comes instead is wrong: that is not asked for again', async () => {
    const result = await fetchFrom([cut({ etag: ETAG }), answer(200, {}, 'sign in'), WHOLE]);
    expect(result).toMatchObject({ codes: ['BLOBS_HASH_MISMATCH'], ranges: [undefined, RANGE], left: [] });
  });

  const gzipped = answer(206, { ...REST, 'content-encoding': 'gzip' }, gzipSync(BYTES.subarray(2000)));
  const longer = { ...REST, 'content-range': 'bytes 2000-5999/6000' };
  it.each<[string, Behaviour]>([
    ['has other bytes', answer(206, REST, Buffer.alloc(3000))],
    ['is of another state', answer(206, { ...REST, etag: '"two"' })],
    ['is of a state that is like it', answer(206, { ...REST, etag: `W/${ETAG}` })],
    ['is compressed', gzipped],
    ['does not say where it begins', answer(206, { etag: ETAG })],
    ['begins elsewhere', answer(206, { ...REST, 'content-range': 'bytes 0-4999/5000' }, BYTES)],
    ['ends before the end', answer(206, { ...REST, 'content-range': 'bytes 2000-2999/5000' })],
    ['is of several parts', answer(206, { 'content-type': 'multipart/byteranges; boundary=x' }, '--x')],
    ['is said not to be there', answer(416, { 'content-range': 'bytes */1000' }, '')],
    ['is too long', answer(206, longer, Buffer.alloc(4000))],
  ])('is asked for once more from zero where the part %s', async (_what, part) => {
    const result = await fetchFrom([cut({ etag: ETAG }), part, WHOLE], 5000);
    expect(result).toMatchObject({ bytes: 5000, codes: [], ranges: [undefined, RANGE, undefined], left: [] });
  });

  it('is never resumed again at a URL whose part was wrong once', async () => {
    const wrong = answer(206, REST, Buffer.alloc(3000));
    const result = await fetchFrom([cut({ etag: ETAG }), wrong, cut({ etag: ETAG }, 7000), WHOLE]);
    expect(result).toMatchObject({ bytes: 5000, ranges: [undefined, RANGE, undefined, undefined], left: [] });
  });

  it('is resumed as often as it is cut off', async () => {
    const server = await startFaultServer();
    const url = server.serve('/x', BYTES, [
      cut({ etag: etagOf(BYTES) }, 2000),
      { kind: 'reset', afterBytes: 0 },
      { kind: 'status', status: 503 },
      cut({ etag: etagOf(BYTES), 'content-range': 'bytes 2000-4999/5000' }, 4000),
      { kind: 'ok' },
    ]);
    const { received } = await download(jobFor(BYTES, [url]), optionsFor(tempDir(), { retries: 4 }));
    await received?.file.discard();
    expect(received?.bytes).toBe(5000);
    const ranges = server.requests.map(({ headers }) => headers['range']);
    expect(ranges).toEqual([undefined, RANGE, RANGE, RANGE, 'bytes=4000-']);
  });

  it('is over where the server says that it is gone, and what came is kept', async () => {
    const result = await fetchFrom([cut({ etag: ETAG }), answer(404, {}, 'gone')]);
    expect(result).toMatchObject({ codes: ['BLOBS_HTTP_STATUS'], ranges: [undefined, RANGE] });
    expect(result.left).toHaveLength(2);
  });

  it.each([
    ['may have other bytes', WHOLE],
    ['answers with a part of them all the same', answer(206, { ...REST, etag: '"two"' }, Buffer.alloc(3000))],
  ])('follows a redirect to another server, which %s', async (_what, behaviour) => {
    const [one, two] = [await startFaultServer(), await startFaultServer()];
    const targets = [one.serve('/y', BYTES, cut({ etag: ETAG })), two.serve('/z', BYTES, [behaviour, WHOLE])];
    const url = one.serve('/x', BYTES, {
      kind: 'answer',
      answer: () => ({ status: 302, headers: { location: targets[Math.min(1, asked++)] ?? '' } }),
    });
    let asked = 0;
    const { received } = await download(jobFor(BYTES, [url]), optionsFor(tempDir()));
    await received?.file.discard();
    expect(received?.bytes).toBe(5000);
    expect(two.requests[0]?.headers).toMatchObject({ range: RANGE, 'if-range': ETAG });
  });

  it('goes on with the next URL, and nothing is left', async () => {
    const server = await startFaultServer();
    const directory = tempDir();
    const options = optionsFor(directory, { retries: 0 });
    const urls = [server.serve('/x', BYTES, cut({ etag: ETAG })), server.serve('/y', BYTES)];
    const { received } = await download(jobFor(BYTES, urls), options);
    await received?.file.discard();
    expect(server.requestsFor('/y').map(({ headers }) => headers['range'])).toEqual([undefined]);
    expect(received?.bytes).toBe(5000);
    expect(filesBelow(directory)).toEqual([]);
  });
});

it('a part that nobody asked for is no answer', async () => {
  const result = await fetchFrom([answer(206, REST), WHOLE]);
  expect(result).toMatchObject({ codes: ['BLOBS_HTTP_STATUS'], ranges: [undefined], left: [] });
});
