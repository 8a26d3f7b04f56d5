// SPDX-License-Identifier: Apache-2.0
import { setMaxListeners } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { download } from '../../../src/fetch/download.ts';
import { LfsClient } from '../../../src/fetch/lfs/lfs-client.ts';
import type { Job, RemoteSource, Source } from '../../../src/fetch/plan.ts';
import { startFaultServer } from '../../support/fault-server.ts';
import { jsonAnswer, type LfsServer, startLfsServer } from '../../support/lfs-server.ts';
import { someBytes } from '../../support/temp.ts';
import { caught, FakeClock } from '../../unit/samples.ts';
import { downloadOptions, httpOptions, jobFor } from './network.ts';

const HOUR_MS = 3_600_000;

interface SetUp {
  readonly server: LfsServer;
  readonly client: LfsClient;
  readonly clock: FakeClock;
  readonly jobs: readonly Job[];
  readonly retries: unknown[];
  /** The bytes of a job, by its last source. */
  get(index: number): Promise<Buffer>;
}

interface SetUpOptions {
  readonly count?: number;
  readonly retries?: number;
  readonly signal?: AbortSignal;
  readonly apiUrl?: (server: LfsServer) => string;
  /** The sources before the server. */
  readonly before?: (index: number) => readonly Source[];
}

async function setUp(options: SetUpOptions = {}): Promise<SetUp> {
  const server = await startLfsServer();
  const apiUrl = options.apiUrl?.(server) ?? server.apiUrl;
  const jobs = Array.from({ length: options.count ?? 1 }, (_, index) => {
    const bytes = contentOf(index);
    server.add(bytes);
    const lfs = { kind: 'url' as const, url: apiUrl, lfs: { sizeBytes: bytes.length } };
    return jobFor(bytes, [...(options.before?.(index) ?? []), lfs]);
  });
  const clock = new FakeClock();
  const retries: unknown[] = [];
  const signal = options.signal ?? new AbortController().signal;
  setMaxListeners(0, signal);
  const http = httpOptions({ signal });
  const client = new LfsClient(jobs, { ...http, clock, random: () => 0, retries: options.retries ?? 2 });
  const get = async (index: number): Promise<Buffer> => {
    const job = jobs[index];
    const source = job?.sources.at(-1);
    if (job === undefined || source === undefined) throw new Error('no such job');
    const onRetry = ({ delayMs }: { readonly delayMs: number }): void => void retries.push(delayMs);
    const body = await client.open(source as RemoteSource, job.digest, { onRetry });
    return buffer(body.stream);
  };
  return { server, client, clock, jobs, retries, get };
}

function contentOf(index: number): Buffer {
  return someBytes(`lfs ${index}`, 100 + index);
}

/** An hour each, or as `ends` says. */
function expireIn(server: LfsServer, seconds: (oid: string) => number): void {
  server.changeObject = (object) => ({
    ...object,
    actions: { download: { ...object.actions?.download, expires_in: seconds(object.oid) } },
  });
}

describe('one batch request', () => {
  it('says what the protocol wants, and the download what the server wants', async () => {
    const { server, get, jobs } = await setUp();
    expect(await get(0)).toEqual(contentOf(0));
    expect(server.batches).toMatchObject([
      {
        path: '/api/objects/batch',
        headers: {
          accept: 'application/vnd.git-lfs+json',
          'content-type': 'application/vnd.git-lfs+json',
          'user-agent': 'test/1',
        },
        body: { operation: 'download', transfers: ['basic'], objects: [{ oid: jobs[0]?.digest, size: 100 }] },
      },
    ]);
    expect(server.downloads[0]?.headers).toMatchObject({
      'x-ticket': 'good-ticket',
      'accept-encoding': 'identity',
    });
  });

  it('is shared by all that need one at a time, a hundred objects each', async () => {
    const { server, get } = await setUp({ count: 250 });
    await Promise.all(Array.from({ length: 250 }, (_, index) => get(index)));
    expect(server.batches.map(({ oids }) => oids.length)).toEqual([100, 100, 50]);
    expect(new Set(server.batches.flatMap(({ oids }) => oids)).size).toBe(250);
  });

  it('is only made when something is needed, and asks for nothing that is settled', async () => {
    const { server, client, get, jobs } = await setUp({ count: 3 });
    expect(server.batches).toEqual([]);
    client.forget(jobs[1]?.digest ?? never());
    await get(2);
    await get(0);
    expect(server.batches.map(({ oids }) => oids)).toEqual([[jobs[2]?.digest, jobs[0]?.digest]]);
  });

  it.each<[string, Source, number]>([
    ['a file', { kind: 'store', file: '/nowhere' }, 1],
    ['a mirror', { kind: 'mirror', url: 'https://mirror.invalid/' }, 1],
  ])('leaves out what is asked of %s first', async (_what, source, asked) => {
    const { server, get } = await setUp({ count: 5, before: (index) => (index === 0 ? [] : [source]) });
    await get(0);
    expect(server.batches[0]?.oids).toHaveLength(asked);
  });

  it('takes along what is asked of a mirror first once a mirror had nothing, but never what is in a file', async () => {
    const sources: Source[] = [
      { kind: 'mirror', url: 'https://mirror.invalid/' },
      { kind: 'store', file: '/nowhere' },
    ];
    const { server, get } = await setUp({
      count: 6,
      before: (index) => sources.slice(index % 2, (index % 2) + 1),
    });
    await get(0);
    await get(1);
    expect(server.batches.map(({ oids }) => oids.length)).toEqual([3, 1]);
  });

  it.each([
    ['/api/', '/api/objects/batch'],
    ['/a%20b', '/a%20b/objects/batch'],
    ['', '/objects/batch'],
  ])('goes below the base %j', async (base, path) => {
    const { server, get } = await setUp({ apiUrl: ({ origin }) => origin + base });
    await get(0);
    expect(server.batches.map((batch) => batch.path)).toEqual([path]);
  });

  it('needs a size', async () => {
    const { client, jobs, server } = await setUp();
    const source: RemoteSource = { kind: 'url', url: 'https://lfs.invalid/', lfs: {} };
    const error = await caught(() =>
      client.open(source, jobs[0]?.digest ?? never(), { onRetry: () => undefined }),
    );
    expect(error.code).toBe('BLOBS_LFS_SIZE');
    expect(server.batches).toEqual([]);
  });
});

describe('an action that ends', () => {
  it('is renewed before it is used, with all others that have ended', async () => {
    const { server, clock, get, jobs } = await setUp({ count: 4 });
    expireIn(server, (oid) => (oid === jobs[3]?.digest ? 7200 : 60));
    await get(0);
    clock.nowMs += 56_000;
    await get(1);
    await get(3);
    expect(server.batches.map(({ oids }) => oids.length)).toEqual([4, 3]);
    clock.nowMs += HOUR_MS;
    await Promise.all([get(0), get(2)]);
    expect(server.batches.map(({ oids }) => oids.length)).toEqual([4, 3, 3]);
  });

  it('is used when it has just come, whatever it says: clocks differ', async () => {
    const { server, get } = await setUp();
    expireIn(server, () => -3600);
    expect(await get(0)).toEqual(contentOf(0));
    expect(server.batches).toHaveLength(1);
  });

  it.each([401, 403])('is renewed once when it has ended and the download answers %i', async (status) => {
    const { server, get } = await setUp();
    expireIn(server, () => -1);
    server.answerDownload = () => ({ status });
    expect(await caught(() => get(0))).toMatchObject({ code: 'BLOBS_HTTP_STATUS', status });
    expect([server.batches.length, server.downloads.length]).toEqual([2, 2]);
  });

  it.each([
    [403, 3600],
    [404, -1],
  ])('is not renewed for %i within %i seconds', async (status, seconds) => {
    const { server, get } = await setUp();
    expireIn(server, () => seconds);
    server.answerDownload = () => ({ status });
    expect(await caught(() => get(0))).toMatchObject({ status });
    expect([server.batches.length, server.downloads.length]).toEqual([1, 1]);
  });
});

describe('a batch request that fails', () => {
  it.each([429, 500, 503])(
    'with %i is asked again for all together, when the server says',
    async (status) => {
      const { server, get, retries, clock } = await setUp({ count: 10 });
      server.answerBatch = () =>
        server.batches.length < 3 ? { status, headers: { 'retry-after': '7' } } : undefined;
      await Promise.all(Array.from({ length: 10 }, (_, index) => get(index)));
      expect(server.batches).toHaveLength(3);
      expect(clock.slept).toEqual([7000, 7000]);
      expect(retries).toEqual([7000, 7000]);
    },
  );

  it('is given up for all together, and not asked for again', async () => {
    const { server, get } = await setUp({ count: 10 });
    server.answerBatch = () => ({ status: 500 });
    const errors = await Promise.all(Array.from({ length: 10 }, (_, index) => caught(() => get(index))));
    expect(new Set(errors.map(({ name, message }) => name + message)).size).toBe(1);
    expect(await caught(() => get(0))).toMatchObject({
      code: 'BLOBS_HTTP_STATUS',
      message: `HTTP status 500 from ${server.apiUrl}/objects/batch`,
    });
    expect(server.batches).toHaveLength(3);
  });

  it.each([401, 403, 404, 410, 413, 422])(
    'with %i is never asked again, and quotes the server',
    async (status) => {
      const { server, get } = await setUp();
      server.answerBatch = () => jsonAnswer({ message: 'Go\u001b away' }, status);
      expect(await caught(() => get(0))).toMatchObject({
        code: 'BLOBS_HTTP_STATUS',
        message: `HTTP status ${status} from ${server.apiUrl}/objects/batch, which says "Go\\x1b away"`,
      });
      expect(server.batches).toHaveLength(1);
    },
  );

  it.each([
    ['a long error', { status: 404, body: 'x'.repeat(1_000_000) }, 'BLOBS_HTTP_STATUS'],
    ['an error in HTML', { status: 404, body: '<h1>hunter2</h1>' }, 'BLOBS_HTTP_STATUS'],
    [
      'a sign-in page',
      { headers: { 'content-type': 'text/html' }, body: '{"objects": []}' },
      'BLOBS_LFS_ANSWER',
    ],
    ['no JSON', { body: '<html>' }, 'BLOBS_LFS_ANSWER'],
    ['a huge answer', { body: `{"objects": []}${' '.repeat(5_000_000)}` }, 'BLOBS_LFS_ANSWER'],
    ['a deep answer', { body: '['.repeat(3_000_000) }, 'BLOBS_LFS_ANSWER'],
    ['an empty answer', { body: '' }, 'BLOBS_LFS_ANSWER'],
    ['nothing', { status: 204 }, 'BLOBS_HTTP_STATUS'],
  ])('with %s says so', async (_what, answer, code) => {
    const { server, get } = await setUp();
    server.answerBatch = () => answer;
    const error = await caught(() => get(0));
    expect(error.code).toBe(code);
    expect(error.message).not.toContain('hunter2');
    expect(error.message.length).toBeLessThan(400);
    expect(server.batches).toHaveLength(1);
  });

  it('ends with the reason of the signal', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const { server, get } = await setUp({ signal: controller.signal });
    server.answerBatch = () => {
      controller.abort(reason);
      return undefined;
    };
    await expect(get(0)).rejects.toBe(reason);
  });
});

describe('a redirect', () => {
  it.each([301, 302, 307, 308])('of the batch request with %i is followed with its body', async (status) => {
    const elsewhere = await startFaultServer();
    const { server, get } = await setUp({ apiUrl: () => `${elsewhere.origin}/old` });
    elsewhere.serve('/old/objects/batch', '', {
      kind: 'redirect',
      to: `${server.apiUrl}/objects/batch`,
      status,
    });
    expect(await get(0)).toEqual(contentOf(0));
    expect(elsewhere.requests[0]).toMatchObject({ method: 'POST' });
    expect(server.batches).toHaveLength(1);
  });

  it('of the batch request with 303 is not followed', async () => {
    const { server, get } = await setUp();
    server.answerBatch = () => ({ status: 303, headers: { location: '/elsewhere' } });
    expect((await caught(() => get(0))).code).toBe('BLOBS_REDIRECT');
  });

  it('of the batch request takes no credentials of the URL along', async () => {
    const elsewhere = await startFaultServer();
    const { server, get } = await setUp({
      apiUrl: () => `${elsewhere.origin.replace('//', '//user:hunter2@')}/old`,
    });
    elsewhere.serve('/old/objects/batch', '', { kind: 'redirect', to: `${server.apiUrl}/objects/batch` });
    await get(0);
    expect(elsewhere.requests[0]?.headers['authorization']).toMatch(/^Basic /);
    expect(server.batches[0]?.headers).not.toHaveProperty('authorization');
    expect(server.downloads[0]?.headers).not.toHaveProperty('authorization');
  });

  it('of the download to another origin takes none of its headers along, not even back again', async () => {
    const elsewhere = await startFaultServer();
    const { server, get } = await setUp();
    server.answerDownload = ({ target, oid }) => {
      if (target.includes('?back')) return { body: contentOf(0) };
      const location = target.includes('?again') ? `${elsewhere.origin}/x` : `/objects/${oid}?again`;
      return { status: 302, headers: { location } };
    };
    const back = (): string => `${server.origin}${server.downloads[0]?.target}?back`;
    elsewhere.serve('/x', '', {
      kind: 'answer',
      answer: () => ({ status: 302, headers: { location: back() } }),
    });
    await get(0);
    expect(server.downloads.map(({ headers }) => headers['x-ticket'])).toEqual([
      'good-ticket',
      'good-ticket',
      undefined,
    ]);
    expect(elsewhere.requests[0]?.headers).not.toHaveProperty('x-ticket');
  });
});

it('prefers the Authorization of an action to credentials of its URL', async () => {
  const { server, get } = await setUp();
  server.changeObject = (object) => {
    const href = String(object.actions?.download['href']).replace('//', '//user:pass@');
    const header = {
      'X-Ticket': 'good-ticket',
      Authorization: 'Bearer mine',
      Host: 'evil.invalid',
      Range: 'bytes=1-',
    };
    return { ...object, actions: { download: { href, header } } };
  };
  expect(await get(0)).toEqual(contentOf(0));
  expect(server.downloads[0]?.headers).toMatchObject({ authorization: 'Bearer mine' });
  expect(server.downloads[0]?.headers.host).toBe(new URL(server.origin).host);
  expect(server.downloads[0]?.headers).not.toHaveProperty('range');
});

it('goes on with a download that broke off, at the new place that the server names', async () => {
  const files = await startFaultServer();
  const bytes = someBytes('large', 200_000);
  files.serve('/large', bytes, [{ kind: 'truncate', afterBytes: 150_000 }, { kind: 'ok' }]);
  const server = await startLfsServer();
  server.add(bytes);
  server.changeObject = (object) => ({
    ...object,
    actions: { download: { href: `${files.origin}/large?sig=${server.batches.length}`, expires_in: -1 } },
  });
  const lfs = { kind: 'url' as const, url: server.apiUrl, lfs: { sizeBytes: bytes.length } };
  const job = jobFor(bytes, [lfs], bytes.length);
  const options = downloadOptions();
  const client = new LfsClient([job], options);

  const { received, failed } = await download(job, { ...options, lfs: client });

  expect(failed).toEqual([]);
  expect(received).toMatchObject({ sha256: job.digest, source: lfs });
  expect(files.requests.map(({ target, headers }) => [target, headers['range'] !== undefined])).toEqual([
    ['/large?sig=1', false],
    ['/large?sig=2', true],
  ]);
  await received?.file.discard();
});

it('is not asked again by a download for what was asked for often enough', async () => {
  const server = await startFaultServer();
  const url = server.serve('/api', '');
  server.serve('/api/objects/batch', '', { kind: 'garbage' });
  const job = jobFor('x', [{ kind: 'url', url, lfs: { sizeBytes: 1 } }]);
  const options = downloadOptions();

  const { failed } = await download(job, { ...options, lfs: new LfsClient([job], options) });

  expect(failed).toMatchObject([{ error: { code: 'BLOBS_NETWORK' } }]);
  expect(server.requests).toHaveLength(3);
  expect(options.events.map(({ kind }) => kind)).toEqual(['attempt', 'retry', 'retry']);
  expect(options.clock.slept).toHaveLength(2);
});

function never(): never {
  throw new Error('unreachable');
}
