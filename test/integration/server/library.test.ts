// SPDX-License-Identifier: Apache-2.0
import { appendFileSync, existsSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findFreeLock } from '../../../src/store/download-lock.ts';
import { hashFile } from '../../../src/store/hash-file.ts';
import { entryFile, lockFile } from '../../../src/store/store-layout.ts';
import { TemporaryFile } from '../../../src/store/temporary-file.ts';
import { type Behaviour, startFaultServer } from '../../support/fault-server.ts';
import { filesBelow, sha256, someBytes } from '../../support/temp.ts';
import { digestOf, NEVER } from '../../unit/samples.ts';
import { httpOptions } from '../fetch/network.ts';
import { declared, hashOf, open, openLibrary, readAll } from './library-setup.ts';

const BYTES = someBytes('library', 3_000_000);
const OTHER = someBytes('other', 3_000_000);
const DIGEST = digestOf(BYTES);

describe('a library', () => {
  it('downloads once for all who ask, and never again', async () => {
    const server = await startFaultServer();
    const url = server.serve('/fw', BYTES, { kind: 'throttle', bytesPerSecond: 20_000_000 });
    const { library, store, ends } = await openLibrary([declared(BYTES, url)]);
    const hashes = await Promise.all(Array.from({ length: 40 }, () => hashOf(library, { digest: DIGEST })));
    expect(new Set(hashes)).toEqual(new Set([DIGEST]));
    expect(await hashOf(library, { url })).toBe(DIGEST);
    expect(server.requestsFor('/fw').length).toBe(1);
    expect(ends).toEqual([{ result: 'stored', digest: DIGEST, source: url, downloadedBytes: BYTES.length }]);
    const file = store.find(DIGEST) ?? '';
    expect((await hashFile(file)).sha256).toBe(DIGEST);
    const again = await open(library, { digest: DIGEST });
    expect([again.origin, again.bytes, again.isComplete, again.file?.path]).toEqual([
      'hit',
      BYTES.length,
      true,
      file,
    ]);
    await again.release();
  });

  it('gives the first bytes while upstream holds back the rest, and late comers all from the start', async () => {
    const server = await startFaultServer();
    const stalled: Behaviour = { kind: 'stall', afterBytes: 1_000_000 };
    const url = server.serve('/fw', BYTES, [stalled, { kind: 'ok' }]);
    const { library } = await openLibrary([declared(BYTES, url)], httpOptions({ timeoutMs: 1500 }));
    const content = await open(library, { digest: DIGEST });
    expect([content.origin, content.bytes, content.isComplete]).toEqual(['miss', BYTES.length, false]);
    const iterator = content.read({ from: 0 }, NEVER)[Symbol.asyncIterator]();
    const first = await iterator.next();
    expect(server.requests.length).toBe(1);
    const late = await open(library, { digest: DIGEST });
    expect(late.origin).toBe('join');
    expect(sha256(await readAll(late))).toBe(DIGEST);
    const parts = [Buffer.from(first.value as Uint8Array)];
    for (let next = await iterator.next(); !next.done; next = await iterator.next())
      parts.push(Buffer.from(next.value));
    expect(sha256(Buffer.concat(parts))).toBe(DIGEST);
    await content.release();
    // Resumed, not begun anew.
    expect(server.requests[1]?.headers['range']).toMatch(/^bytes=\d+-$/);
  });

  it('gives parts, also of what is on its way, but no part as a whole before it is verified', async () => {
    const server = await startFaultServer();
    const url = server.serve('/fw', BYTES, { kind: 'wrong-bytes' });
    const { library, clock } = await openLibrary([declared(BYTES, url)]);
    await expect(readAll(await open(library, { digest: DIGEST }), 10, 20)).rejects.toThrow(
      'checksum mismatch',
    );
    server.serve('/fw', BYTES);
    await expect(open(library, { digest: DIGEST })).rejects.toThrow('a moment ago');
    clock.nowMs += 30_000;
    const part = BYTES.subarray(1_000_000, 1_600_000);
    expect(sha256(await readAll(await open(library, { digest: DIGEST }), 1_000_000, 1_600_000))).toBe(
      sha256(part),
    );
    expect(sha256(await readAll(await open(library, { digest: DIGEST }), 1_000_000, 1_600_000))).toBe(
      sha256(part),
    );
    expect((await readAll(await open(library, { digest: DIGEST }), BYTES.length - 3)).length).toBe(3);
  });

  it.for([
    ['that are wrong', { kind: 'wrong-bytes' }, 'BLOBS_HASH_MISMATCH'],
    ['with more behind them', { kind: 'larger', extraBytes: 10 }, 'BLOBS_HASH_MISMATCH'],
    ['that are a sign-in page', { kind: 'sign-in-page' }, 'BLOBS_HASH_MISMATCH'],
    ['that break off', { kind: 'truncate', afterBytes: 2_000_000, headers: {} }, 'BLOBS_NETWORK'],
    ['of which there are none', { kind: 'status', status: 404 }, 'BLOBS_HTTP_STATUS'],
    ['that are no HTTP', { kind: 'garbage' }, 'BLOBS_NETWORK'],
    ['without end', { kind: 'endless' }, 'BLOBS_TOO_LARGE'],
  ] satisfies [string, Behaviour, string][])(
    'never ends well with bytes %s',
    async ([_what, behaviour, code]) => {
      const server = await startFaultServer();
      const url = server.serve('/fw', BYTES, behaviour);
      const { library, store } = await openLibrary([declared(BYTES, url)], { maxSizeBytes: 10_000_000 });
      const asked = [{ digest: DIGEST }, { url }, { url, digest: DIGEST }];
      const results = await Promise.allSettled(asked.map((wanted) => hashOf(library, wanted)));
      for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code } });
      expect(store.entries()).toEqual([]);
      expect(library.downloadCount).toBe(0);
    },
  );

  it('goes on where a source breaks off and the next has the same bytes, and breaks where they differ', async () => {
    const server = await startFaultServer();
    const cut = { kind: 'truncate', afterBytes: 2_000_000, headers: {} } as const;
    const bad = server.serve('/bad', BYTES, [cut, cut, cut]);
    const wrong = server.serve('/wrong', BYTES, [{ ...cut, wrong: true }]);
    const good = server.serve('/good', BYTES);
    const one = await openLibrary([declared(BYTES, bad, good)]);
    expect(await hashOf(one.library, { digest: DIGEST })).toBe(DIGEST);

    const { library } = await openLibrary([declared(BYTES, wrong, good)]);
    const early = await open(library, { digest: DIGEST });
    // This one has had nothing yet.
    const late = open(library, { digest: DIGEST });
    await expect(readAll(early)).rejects.toThrow('upstream began anew with other bytes');
    expect(sha256(await readAll(await late))).toBe(DIGEST);
  });

  it.for([
    [{ kind: 'wrong-content-range' }],
    [{ kind: 'new-etag', etag: '"new"' }],
    [{ kind: 'ok', ranges: false }],
    [{ kind: 'gzip' }],
  ] satisfies [Behaviour][])(
    'gives all who ask right bytes where a resumed download is answered with %o',
    async ([behaviour]) => {
      const server = await startFaultServer();
      const reset: Behaviour = { kind: 'reset', afterBytes: 2_000_000 };
      const url = server.serve('/fw', BYTES, [reset, behaviour, { kind: 'ok' }]);
      const { library } = await openLibrary([declared(BYTES, url)]);
      const all = await Promise.all([1, 2, 3].map(() => hashOf(library, { digest: DIGEST })));
      expect(all).toEqual([DIGEST, DIGEST, DIGEST]);
      expect(await hashOf(library, { digest: DIGEST })).toBe(DIGEST);
    },
  );

  it('breaks for those who have bytes of a resumed download that were wrong, and for nobody else', async () => {
    const server = await startFaultServer();
    const reset: Behaviour = { kind: 'reset', afterBytes: 2_000_000 };
    const url = server.serve('/fw', BYTES, [reset, { kind: 'shifted-range' }, { kind: 'ok' }]);
    const { library } = await openLibrary([declared(BYTES, url)]);
    const all = await Promise.allSettled([1, 2, 3].map(() => hashOf(library, { digest: DIGEST })));
    for (const one of all) {
      if (one.status === 'fulfilled') expect(one.value).toBe(DIGEST);
      else expect(one.reason).toMatchObject({ message: 'upstream began anew with other bytes' });
    }
    expect(await hashOf(library, { digest: DIGEST })).toBe(DIGEST);
  });

  it('goes on when the first client leaves, and to its end when all do', async () => {
    const server = await startFaultServer();
    const url = server.serve('/fw', BYTES, { kind: 'throttle', bytesPerSecond: 10_000_000 });
    const { library, ends } = await openLibrary([declared(BYTES, url)]);
    const first = await open(library, { digest: DIGEST });
    const second = await open(library, { digest: DIGEST });
    await first.release();
    expect(sha256(await readAll(second))).toBe(DIGEST);
    const gone = server.serve('/gone', OTHER, { kind: 'throttle', bytesPerSecond: 10_000_000 });
    const { library: more, ends: later } = await openLibrary([declared(OTHER, gone)]);
    await (await open(more, { digest: digestOf(OTHER) })).release();
    await expect.poll(() => [...ends, ...later].map(({ result }) => result)).toEqual(['stored', 'stored']);
  });

  it.each(['made up', 'declared'])(
    'goes on for nobody where no byte came, or its digest is %s',
    async (what) => {
      const server = await startFaultServer();
      const isDeclared = what === 'declared';
      const url = server.serve(
        '/gone',
        OTHER,
        isDeclared ? { kind: 'stall-before-headers' } : { kind: 'stall', afterBytes: 1_000 },
      );
      const { library, ends } = await openLibrary(isDeclared ? [declared(OTHER, url)] : []);
      const away = new AbortController();
      const asked = library.open({ url, digest: digestOf(OTHER) }, away.signal);
      if (isDeclared) {
        await expect.poll(() => server.requests.length, { interval: 1 }).toBe(1);
        away.abort(new Error('the client left'));
        await expect(asked).rejects.toThrow('the client left');
      } else await (await asked)?.release();
      await expect
        .poll(() => ends.map(({ error }) => error?.message))
        .toEqual(['nobody waits for it any more']);
      await expect.poll(() => library.downloadCount).toBe(0);
    },
  );

  it('has so many downloads at once: beyond, one that nobody waits for ends, or who asks is told to come again', async () => {
    const server = await startFaultServer();
    const stall: Behaviour = { kind: 'stall', afterBytes: 1_000_000 };
    const [one, two, three] = ['/1', '/2', '/3'].map((path) => server.serve(path, BYTES, stall));
    const { library, ends } = await openLibrary([declared(BYTES, one ?? '')], { maxFlows: 2 });
    await (await open(library, { url: one ?? '' })).release();
    await open(library, { url: two ?? '' });
    const last = await open(library, { url: three ?? '' });
    await expect
      .poll(() => ends.map(({ error }) => error?.message))
      .toEqual(['nobody waits for it any more']);
    await expect(open(library, { url: one ?? '' })).rejects.toMatchObject({ code: 'BLOBS_BUSY' });
    await last.release();
    await expect.poll(() => library.downloadCount).toBe(1);
    await (await open(library, { url: one ?? '' })).release();
  });

  it('lets those who wait for their turn at a host wait, and others pass', async () => {
    const server = await startFaultServer();
    const slow = { kind: 'ok', delayMs: 150 } as const;
    const names = Array.from({ length: 12 }, (_, n) => `${n}`);
    const urls = names.map((name) => server.serve(`/slow${name}`, name, slow));
    // The last of them waits for longer than that.
    const { library } = await openLibrary([], { jobs: 1, timeoutMs: 1500, retries: 0 });
    const other = await startFaultServer();
    const quick = other.serve('/quick', 'quick');
    const all = urls.map((url) => hashOf(library, { url }));
    expect(await hashOf(library, { url: quick })).toBe(sha256('quick'));
    expect(await Promise.all(all)).toEqual(names.map((text) => sha256(text)));
  });

  it('ends a download that nobody waits for: with a known digest after a while, else at once', async () => {
    const server = await startFaultServer();
    const stall: Behaviour = { kind: 'stall', afterBytes: 1_000_000 };
    const [one, other] = [server.serve('/one', BYTES, stall), server.serve('/other', BYTES, stall)];
    const { library, ends } = await openLibrary([declared(BYTES, one)], { lingerMs: 1 });
    for (const url of [one, other]) await (await open(library, { url })).release();
    await expect.poll(() => ends.map(({ error }) => error?.message)).toHaveLength(2);
    expect(ends.map(({ result, error }) => [result, error?.message])).toEqual(
      Array(2).fill(['failed', 'nobody waits for it any more']),
    );
  });

  it('begins nothing while it drains, and ends everything when it closes', async () => {
    const server = await startFaultServer();
    const url = server.serve('/fw', BYTES, { kind: 'stall', afterBytes: 1_000_000 });
    const { library } = await openLibrary([declared(BYTES, url)]);
    const content = await open(library, { url });
    library.drain();
    await (await open(library, { url })).release();
    await expect(open(library, { url: `${server.origin}/more` })).rejects.toMatchObject({
      code: 'BLOBS_INTERRUPTED',
    });
    const reading = readAll(content);
    await Promise.all([library.close(), expect(reading).rejects.toThrow('the server ends')]);
  });

  it('never gives a damaged entry: it goes, and is downloaded anew', async () => {
    const server = await startFaultServer();
    const url = server.serve('/fw', BYTES);
    const { library, store } = await openLibrary([declared(BYTES, url)]);
    expect(await hashOf(library, { digest: DIGEST })).toBe(DIGEST);
    const file = entryFile(store.directory, DIGEST);
    expect(await hashOf(library, { digest: DIGEST })).toBe(DIGEST);
    writeFileSync(file, OTHER);
    expect(await hashOf(library, { digest: DIGEST })).toBe(DIGEST);
    appendFileSync(file, 'x');
    utimesSync(file, new Date(), new Date(0));
    expect(await hashOf(library, { digest: DIGEST })).toBe(DIGEST);
    rmSync(file);
    expect(await hashOf(library, { digest: DIGEST })).toBe(DIGEST);
    expect(server.requestsFor('/fw').length).toBe(4);
  });

  it('breaks off where an entry is changed while it is read', async () => {
    const { library, store } = await openLibrary([]);
    const bytes = someBytes('large', 2_000_000);
    const file = await TemporaryFile.create(store.partialDirectory);
    await file.handle.writeFile(bytes);
    await store.add(file, digestOf(bytes));
    const content = await open(library, { digest: digestOf(bytes) });
    const iterator = content.read({ from: 0 }, NEVER)[Symbol.asyncIterator]();
    await iterator.next();
    writeFileSync(entryFile(store.directory, digestOf(bytes)), someBytes('changed', 2_000_000));
    const rest = async (): Promise<void> => {
      while (!(await iterator.next()).done);
    };
    await expect(rest()).rejects.toMatchObject({ code: 'BLOBS_HASH_MISMATCH' });
    await content.release();
  });

  it('answers a HEAD without a download', async () => {
    const server = await startFaultServer();
    const url = server.serve('/fw', BYTES);
    const more = server.serve('/more', OTHER);
    const { library } = await openLibrary([{ ...declared(BYTES, url), size: BYTES.length }]);
    const look = async (wanted: Parameters<typeof library.look>[0]) => {
      const content = await library.look(wanted, NEVER);
      await content?.release();
      return content && [content.digest, content.bytes, content.isComplete];
    };
    expect(await look({ url })).toEqual([DIGEST, BYTES.length, false]);
    expect(await look({ digest: digestOf(OTHER) })).toBeUndefined();
    expect(await look({ url: more })).toEqual([undefined, OTHER.length, false]);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['HEAD /more']);
    await hashOf(library, { url });
    expect(await look({ digest: DIGEST })).toEqual([DIGEST, BYTES.length, true]);
    // What a client made up is not confirmed.
    expect(await look({ url: more, digest: digestOf(someBytes('made up')) })).toEqual([
      undefined,
      OTHER.length,
      false,
    ]);
  });

  it('tells a HEAD no size where declarations disagree about it', async () => {
    const blob = declared(BYTES, 'https://h.invalid/fw');
    const sizes = [
      [BYTES.length, 5],
      [BYTES.length, undefined],
      [7, 7],
    ];
    const looks = sizes.map(async (declarations) => {
      const blobs = declarations.map((size) => (size === undefined ? blob : { ...blob, size }));
      const { library } = await openLibrary(blobs);
      return (await library.look({ digest: DIGEST }, NEVER))?.bytes;
    });
    expect(await Promise.all(looks)).toEqual([undefined, undefined, 7]);
  });

  it('leaves alone what came of a download that another process has under way', async () => {
    const server = await startFaultServer();
    const url = server.serve('/fw', BYTES);
    const { library, store } = await openLibrary([declared(BYTES, url)]);
    await hashOf(library, { digest: DIGEST });
    rmSync(entryFile(store.directory, DIGEST));
    const cut: Behaviour = { kind: 'truncate', afterBytes: 1_000_000 };
    server.serve('/fw', BYTES, [cut, { kind: 'status', status: 404 }, { kind: 'ok' }]);
    await expect(hashOf(library, { digest: DIGEST })).rejects.toMatchObject({ code: 'BLOBS_HTTP_STATUS' });
    const lock = await findFreeLock(lockFile(store.directory, DIGEST));
    const left = filesBelow(store.partialDirectory);
    expect(left).toContain(`${DIGEST}.part`);
    const asked = server.requests.length;
    expect(await hashOf(library, { digest: DIGEST })).toBe(DIGEST);
    expect(server.requests.slice(asked).map(({ headers }) => headers['range'])).toEqual([undefined]);
    await lock?.release();
  });

  it('shares a store with another, which downloads the same', async () => {
    const server = await startFaultServer();
    const url = server.serve('/fw', BYTES, { kind: 'throttle', bytesPerSecond: 20_000_000 });
    const { library, store } = await openLibrary([declared(BYTES, url)]);
    const { library: other } = await openLibrary([declared(BYTES, url)], { store });
    const hashes = await Promise.all([library, other].map((one) => hashOf(one, { digest: DIGEST })));
    expect(hashes).toEqual([DIGEST, DIGEST]);
    expect(existsSync(entryFile(store.directory, DIGEST))).toBe(true);
  });

  it('serves the empty body', async () => {
    const server = await startFaultServer();
    const url = server.serve('/empty', '');
    const { library } = await openLibrary([declared(Buffer.alloc(0), url)]);
    for (let i = 0; i < 2; i++) expect(await hashOf(library, { url })).toBe(sha256(''));
  });
});
