// SPDX-License-Identifier: Apache-2.0
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseMirror } from '../../../src/fetch/mirrors.ts';
import { DEFAULT_TTL_MS } from '../../../src/server/library/library.ts';
import { entryFile, urlRecordFile } from '../../../src/store/store-layout.ts';
import { hashUrl } from '../../../src/store/url-record.ts';
import { type FaultServer, startFaultServer } from '../../support/fault-server.ts';
import type { Answer, RecordedRequest } from '../../support/faults.ts';
import { sha256, someBytes } from '../../support/temp.ts';
import { digestOf, NEVER } from '../../unit/samples.ts';
import { declared, hashOf, open, openLibrary, readAll } from './library-setup.ts';

const OLD = someBytes('old', 400_000);
const NEW = someBytes('new', 500_000);
const DAY_MS = 24 * 60 * 60 * 1000;

/** Serves `bytes` under an entity tag and answers conditional requests. */
function serve(server: FaultServer, bytes: Buffer, headers: Readonly<Record<string, string>> = {}): string {
  const own = { etag: `W/"${sha256(bytes).slice(0, 8)}"`, 'content-type': 'text/plain', ...headers };
  const answer = ({ headers: asked }: RecordedRequest): Answer =>
    asked['if-none-match'] === own.etag
      ? { status: 304, headers: { etag: own.etag } }
      : { headers: own, body: bytes };
  return server.serve('/file', bytes, { kind: 'answer', answer });
}

describe('what is known by its URL alone', () => {
  it('is given without asking until it is too old, then upstream is asked whether it still holds', async () => {
    const server = await startFaultServer();
    const url = serve(server, OLD);
    const { library, clock, ends } = await openLibrary();
    const first = await open(library, { url });
    expect([first.origin, first.digest]).toEqual(['miss', undefined]);
    expect(sha256(await readAll(first))).toBe(sha256(OLD));
    expect(first.digest).toBe(sha256(OLD));
    clock.nowMs += DEFAULT_TTL_MS - 1;
    const again = await open(library, { url });
    expect([again.origin, again.digest, again.url]).toEqual([
      'hit',
      sha256(OLD),
      {
        validatedAtMs: clock.nowMs - DEFAULT_TTL_MS + 1,
        ttlMs: DEFAULT_TTL_MS,
        etag: `W/"${sha256(OLD).slice(0, 8)}"`,
      },
    ]);
    expect(sha256(await readAll(again))).toBe(sha256(OLD));
    expect(server.requests.length).toBe(1);
    clock.nowMs += 1;
    const hashes = await Promise.all([1, 2, 3].map(() => hashOf(library, { url })));
    expect(new Set(hashes)).toEqual(new Set([sha256(OLD)]));
    expect(await hashOf(library, { url })).toBe(sha256(OLD));
    expect(server.requests.length).toBe(2);
    expect(ends.map(({ result }) => result)).toEqual(['stored', 'not-modified']);
  });

  it('is young enough for each request by its own measure', async () => {
    const server = await startFaultServer();
    const url = serve(server, OLD);
    const { library, clock } = await openLibrary();
    await hashOf(library, { url, ttlMs: 2 * DAY_MS });
    clock.nowMs += DAY_MS;
    await hashOf(library, { url });
    expect(server.requests.length).toBe(1);
    await hashOf(library, { url, ttlMs: DAY_MS });
    expect(server.requests.length).toBe(2);
    await hashOf(library, { url, ttlMs: 0 });
    expect(server.requests.length).toBe(3);
    // A clock that was set back tells no age.
    clock.nowMs -= 5 * DAY_MS;
    await hashOf(library, { url });
    expect(server.requests.length).toBe(4);
  });

  it('is replaced where upstream has other bytes, and not given where upstream has none', async () => {
    const server = await startFaultServer();
    const url = serve(server, OLD);
    const { library, clock } = await openLibrary();
    await hashOf(library, { url });
    serve(server, NEW);
    clock.nowMs += DAY_MS;
    expect(await hashOf(library, { url, ttlMs: DAY_MS })).toBe(sha256(NEW));
    for (const status of [404, 500]) {
      server.serve('/file', NEW, { kind: 'status', status });
      await expect(hashOf(library, { url, ttlMs: 0 })).rejects.toMatchObject({
        code: 'BLOBS_HTTP_STATUS',
        status,
      });
    }
    expect(await hashOf(library, { url })).toBe(sha256(NEW));
  });

  it('is asked about by its date, through redirects too', async () => {
    const server = await startFaultServer();
    const lastModified = 'Sun, 06 Nov 1994 08:49:37 GMT';
    server.serve('/file', OLD, {
      kind: 'answer',
      answer: ({ headers }) =>
        headers['if-modified-since'] === lastModified
          ? { status: 304 }
          : { headers: { 'last-modified': lastModified }, body: OLD },
    });
    const url = server.serve('/moved', '', { kind: 'redirect', to: `${server.origin}/file` });
    const { library, ends } = await openLibrary();
    for (let i = 0; i < 2; i++) expect(await hashOf(library, { url, ttlMs: 0 })).toBe(sha256(OLD));
    expect(ends.map(({ result }) => result)).toEqual(['stored', 'not-modified']);
  });

  it('is asked about only where it came from, whatever another source calls its bytes', async () => {
    const server = await startFaultServer();
    const url = serve(server, NEW, { etag: '"same"' });
    const copy: Answer = { headers: { etag: '"same"' }, body: OLD };
    server.serve('/mirror/file', OLD, [
      { kind: 'answer', answer: () => copy },
      { kind: 'status', status: 404 },
    ]);
    const mirrors = [parseMirror(`${server.origin}/=${server.origin}/mirror/`)];
    const { library } = await openLibrary([], { mirrors });
    expect(await hashOf(library, { url })).toBe(sha256(OLD));
    expect(await hashOf(library, { url, ttlMs: 0 })).toBe(sha256(NEW));
    expect(server.requests.map(({ path, headers }) => [path, headers['if-none-match']])).toEqual([
      ['/mirror/file', undefined],
      ['/mirror/file', '"same"'],
      ['/file', undefined],
    ]);
  });

  it('is asked for anew where its bytes are gone or damaged', async () => {
    const server = await startFaultServer();
    const url = serve(server, OLD);
    const { library, store } = await openLibrary();
    await hashOf(library, { url });
    rmSync(entryFile(store.directory, digestOf(OLD)));
    expect(await hashOf(library, { url })).toBe(sha256(OLD));
    writeFileSync(entryFile(store.directory, digestOf(OLD)), 'damaged');
    expect(await hashOf(library, { url })).toBe(sha256(OLD));
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('never answers for another URL, nor for a digest that it does not have', async () => {
    const server = await startFaultServer();
    const url = serve(server, OLD);
    const other = server.serve('/other', NEW);
    const { library, store } = await openLibrary([declared(NEW, `${server.origin}/nowhere`)]);
    await hashOf(library, { url });
    const [from, to] = [url, other].map((one) => urlRecordFile(store.directory, hashUrl(one)));
    mkdirSync(dirname(to ?? ''), { recursive: true });
    copyFileSync(from ?? '', to ?? '');
    expect(await hashOf(library, { url: other })).toBe(sha256(NEW));
    // What was said to be declared is asked for by its digest, whatever URLs give.
    await expect(hashOf(library, { url, digest: digestOf(someBytes('none')) })).rejects.toMatchObject({
      code: 'BLOBS_HASH_MISMATCH',
    });
    expect(
      store
        .entries()
        .map(({ digest }) => digest)
        .sort(),
    ).toEqual([sha256(OLD), sha256(NEW)].sort());
  });

  it('is refused where declarations disagree, unless a digest says which is meant', async () => {
    const server = await startFaultServer();
    const url = serve(server, OLD);
    const { library, store } = await openLibrary([declared(OLD, url), declared(NEW, url)]);
    const refusal = { code: 'BLOBS_BAD_REQUEST', message: expect.stringMatching(/ 2 digests .*sha256=/) };
    await expect(library.open({ url }, NEVER)).rejects.toMatchObject(refusal);
    await expect(library.look({ url }, NEVER)).rejects.toMatchObject(refusal);
    expect([server.requests, store.entries()]).toEqual([[], []]);
    await expect(hashOf(library, { url, digest: digestOf(NEW) })).rejects.toMatchObject({
      code: 'BLOBS_HASH_MISMATCH',
    });
    expect(await hashOf(library, { url, digest: digestOf(OLD) })).toBe(sha256(OLD));
    expect(server.requestsFor('/file').length).toBe(2);
  });

  it.for([
    ['breaks off', { kind: 'truncate', afterBytes: 300_000, headers: {} }],
    ['stops in the middle of a chunk', { kind: 'reset', afterBytes: 300_000 }],
    ['is too large', { kind: 'huge' }],
    ['is without end', { kind: 'endless' }],
  ] as const)('is not stored where it %s', async ([_what, behaviour]) => {
    const server = await startFaultServer();
    const url = server.serve('/file', OLD, behaviour.kind === 'reset' ? { kind: 'gzip' } : behaviour);
    const { library, store } = await openLibrary([], { maxSizeBytes: 350_000 });
    await expect(hashOf(library, { url })).rejects.toMatchObject({ name: 'BlobsError' });
    expect(store.entries()).toEqual([]);
  });

  it('goes on where upstream breaks off once and has the same bytes, by a resumed download or from the start', async () => {
    const server = await startFaultServer();
    const cut = { kind: 'truncate', afterBytes: 300_000 } as const;
    const { library } = await openLibrary();
    expect(await hashOf(library, { url: server.serve('/a', OLD, [cut, { kind: 'ok' }]) })).toBe(sha256(OLD));
    expect(server.requests[1]?.headers['range']).toBe('bytes=300000-');
    const without = server.serve('/b', OLD, [
      { ...cut, headers: {} },
      { kind: 'ok', ranges: false },
    ]);
    expect(await hashOf(library, { url: without })).toBe(sha256(OLD));
  });

  it('is recorded without secrets', async () => {
    const server = await startFaultServer();
    const url = `${serve(server, OLD)}?token=topsecret`;
    const { library, store } = await openLibrary();
    await hashOf(library, { url });
    const text = readFileSync(urlRecordFile(store.directory, hashUrl(url)), 'utf8');
    expect(text).not.toContain('topsecret');
    expect(JSON.parse(text)).toMatchObject({ schemaVersion: 1, digest: sha256(OLD) });
  });
});
