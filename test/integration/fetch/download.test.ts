// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { download } from '../../../src/fetch/download.ts';
import { describeSource } from '../../../src/fetch/plan.ts';
import { type Behaviour, startFaultServer } from '../../support/fault-server.ts';
import { filesBelow, someBytes } from '../../support/temp.ts';
import { codes, downloadOptions, jobFor } from './network.ts';

const BYTES = someBytes('download', 5000);

/** Downloads BYTES from a server that behaves so, with fast time. */
async function fetchOnce(
  behaviours: Behaviour | readonly Behaviour[],
  changes: Parameters<typeof downloadOptions>[0] = {},
  size?: number,
) {
  const server = await startFaultServer();
  const options = downloadOptions(changes);
  const url = server.serve('/x', BYTES, behaviours);
  const result = await download(jobFor(BYTES, [url], size), options);
  const received = result.received?.bytes;
  await result.received?.file.discard();
  return {
    received,
    failed: result.failed,
    codes: codes(result.failed),
    attempts: server.requests.length,
    slept: options.clock.slept,
    left: filesBelow(options.directory),
    events: options.events,
  };
}

describe('download', () => {
  it('gives verified bytes and where they came from', async () => {
    const server = await startFaultServer();
    const options = downloadOptions();
    const url = server.serve('/x', BYTES);
    const { received, failed } = await download(jobFor(BYTES, [url], 5000), options);
    expect(received).toMatchObject({ bytes: 5000, source: { kind: 'url', url } });
    expect(failed).toEqual([]);
    await received?.file.discard();
    expect(options.events.filter(({ kind }) => kind !== 'bytes')).toEqual([
      { kind: 'attempt', source: { kind: 'url', url } },
      { kind: 'announced', bytes: 5000 },
    ]);
  });

  it('leaves a source that only trickles for the next, which is not kept away by it', async () => {
    const server = await startFaultServer();
    const slow = server.serve('/slow', BYTES, { kind: 'throttle', bytesPerSecond: 2000 });
    const good = server.serve('/good', BYTES);
    let nowMs = 0;
    // Each piece takes 40 s.
    const now = (): number => (nowMs += 40_000);
    const options = downloadOptions({ leastRate: { bytesPerSecond: 10, overMs: 60_000, now } });
    const { received, failed } = await download(jobFor(BYTES, [slow, good]), options);
    expect(received).toMatchObject({ bytes: 5000, source: { url: good } });
    await received?.file.discard();
    expect(failed.map(({ error }) => [error.code, error.message])).toEqual([
      ['BLOBS_TIMEOUT', `less than 10 bytes a second for 60 s from ${slow}`],
    ]);
    expect(server.requestsFor('/slow').length).toBe(1);
  });

  it('asks the only source again that was too slow once, and goes on where it was', async () => {
    const server = await startFaultServer();
    const url = server.serve('/x', BYTES, [{ kind: 'throttle', bytesPerSecond: 2000 }, { kind: 'ok' }]);
    let nowMs = 0;
    const now = (): number => (nowMs += server.requests.length > 1 ? 0 : 40_000);
    const options = downloadOptions({ leastRate: { bytesPerSecond: 10, overMs: 60_000, now } });
    const { received, failed } = await download(jobFor(BYTES, [url]), options);
    await received?.file.discard();
    expect([received?.bytes, failed]).toEqual([5000, []]);
    expect(server.requests.map(({ headers }) => headers['range'])).toEqual([
      undefined,
      expect.stringMatching(/^bytes=\d+-$/),
    ]);
  });

  it.each<[string, Behaviour, string, number]>([
    ['the connection ends early', { kind: 'truncate', afterBytes: 100 }, 'BLOBS_NETWORK', 3],
    ['the connection is reset', { kind: 'reset', afterBytes: 100 }, 'BLOBS_NETWORK', 3],
    ['the connection is reset before a byte came', { kind: 'reset', afterBytes: 0 }, 'BLOBS_NETWORK', 3],
    ['the answer is no HTTP', { kind: 'garbage' }, 'BLOBS_NETWORK', 3],
    [
      'more was announced than came',
      { kind: 'wrong-content-length', declaredBytes: 6000 },
      'BLOBS_NETWORK',
      3,
    ],
    ['the server is overloaded', { kind: 'status', status: 503 }, 'BLOBS_HTTP_STATUS', 3],
    ['the file is gone', { kind: 'status', status: 404 }, 'BLOBS_HTTP_STATUS', 1],
    ['the bytes are wrong', { kind: 'wrong-bytes' }, 'BLOBS_HASH_MISMATCH', 1],
    ['a page to sign in comes', { kind: 'sign-in-page' }, 'BLOBS_HASH_MISMATCH', 1],
    ['redirects do not end', { kind: 'redirect-loop' }, 'BLOBS_REDIRECT', 11],
    ['it does not end', { kind: 'endless' }, 'BLOBS_TOO_LARGE', 1],
  ])(
    'asks again only where that may help, and leaves no file: %s',
    async (_what, behaviour, code, attempts) => {
      const result = await fetchOnce(behaviour);
      expect(result).toMatchObject({ received: undefined, codes: [code], attempts, left: [] });
      expect(result.slept).toEqual(attempts === 3 ? [500, 1000] : []);
    },
  );

  it.each<Behaviour>([{ kind: 'stall-before-headers' }, { kind: 'stall', afterBytes: 100 }])(
    'gives up on silence, and asks again: $kind',
    async (behaviour) => {
      const result = await fetchOnce(behaviour, { timeoutMs: 60, retries: 1 });
      expect(result).toMatchObject({ codes: ['BLOBS_TIMEOUT'], attempts: 2, left: [], slept: [500] });
    },
  );

  it('does not give up on what is slow but not silent', async () => {
    const result = await fetchOnce({ kind: 'throttle', bytesPerSecond: 2500 }, { timeoutMs: 1500 });
    expect(result).toMatchObject({ received: 5000, attempts: 1 });
  });

  it('succeeds when a later attempt does, and says that it waits', async () => {
    const result = await fetchOnce([
      { kind: 'status', status: 500 },
      { kind: 'truncate', afterBytes: 100 },
      { kind: 'ok' },
    ]);
    expect(result).toMatchObject({ received: 5000, codes: [], attempts: 3, slept: [500, 1000] });
    expect(result.events.filter(({ kind }) => kind === 'retry')).toMatchObject([
      { error: { code: 'BLOBS_HTTP_STATUS' }, delayMs: 500 },
      { error: { code: 'BLOBS_NETWORK' }, delayMs: 1000 },
    ]);
  });

  it('waits as long as the server wishes, in seconds or until a date by the clock', async () => {
    // FakeClock begins at 2024-01-02T03:04:05Z.
    const result = await fetchOnce([
      { kind: 'status', status: 429, headers: { 'retry-after': '3' } },
      { kind: 'status', status: 503, headers: { 'retry-after': 'Tue, 02 Jan 2024 03:04:15 GMT' } },
      { kind: 'ok' },
    ]);
    expect(result).toMatchObject({ received: 5000, slept: [3000, 7000] });
  });

  it('asks once where no retries are wanted', async () => {
    expect(await fetchOnce({ kind: 'status', status: 503 }, { retries: 0 })).toMatchObject({
      attempts: 1,
      slept: [],
    });
  });

  it('ends at more bytes than are declared, announced or not', async () => {
    for (const behaviour of [{ kind: 'larger', extraBytes: 1 }, { kind: 'endless' }] as const)
      expect(await fetchOnce(behaviour, {}, 5000)).toMatchObject({
        codes: ['BLOBS_SIZE_MISMATCH'],
        attempts: 1,
        left: [],
      });
  });

  it('lets the hash decide about a declared size that is too large', async () => {
    expect(await fetchOnce({ kind: 'ok' }, { maxSizeBytes: 10 }, 6000)).toMatchObject({ received: 5000 });
  });

  it('refuses more than --max-size where no size is declared', async () => {
    const result = await fetchOnce({ kind: 'ok' }, { maxSizeBytes: 4999 });
    expect(result.codes).toEqual(['BLOBS_TOO_LARGE']);
    expect(await fetchOnce({ kind: 'ok' }, { maxSizeBytes: 5000 })).toMatchObject({ received: 5000 });
  });

  it('counts unpacked bytes where they came packed', async () => {
    expect(await fetchOnce({ kind: 'gzip' })).toMatchObject({ received: 5000 });
    expect(await fetchOnce({ kind: 'gzip' }, { maxSizeBytes: 4999 })).toMatchObject({
      codes: ['BLOBS_TOO_LARGE'],
    });
  });

  it('says what was expected and what came, and that it was a web page', async () => {
    const { failed } = await fetchOnce({ kind: 'sign-in-page' });
    expect(failed[0]?.error.details.facts).toEqual([
      expect.stringMatching(
        /^expected [0-9a-f]{64} {2}got [0-9a-f]{64} {2}from http:\/\/127\.0\.0\.1:\d+\/x$/,
      ),
      'the server sent a web page, as sign-in pages and moved files do',
    ]);
  });

  it('tries one URL after the other, and stops at the first that is right', async () => {
    const server = await startFaultServer();
    const urls = [
      'ftp://a.invalid/x',
      server.serve('/missing', '', { kind: 'status', status: 404 }),
      server.serve('/wrong', BYTES, { kind: 'wrong-bytes' }),
      server.serve('/right', BYTES),
      server.serve('/never', BYTES),
    ];
    const options = downloadOptions();
    const { received, failed } = await download(jobFor(BYTES, urls), options);
    await received?.file.discard();
    expect(received && describeSource(received.source)).toBe(urls[3]);
    expect(codes(failed)).toEqual(['BLOBS_URL_UNSUPPORTED', 'BLOBS_HTTP_STATUS', 'BLOBS_HASH_MISMATCH']);
    expect(server.requests.map(({ path }) => path)).toEqual(['/missing', '/wrong', '/right']);
  });

  it('ends with the reason of its signal, and leaves no file', async () => {
    const server = await startFaultServer();
    const url = server.serve('/x', BYTES, { kind: 'stall', afterBytes: 100 });
    const controller = new AbortController();
    const options = downloadOptions({ signal: controller.signal });
    const downloading = download(jobFor(BYTES, [url, url]), options);
    await server.whenStalled('/x');
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(downloading).rejects.toBe(reason);
    expect(filesBelow(options.directory)).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });
});
