// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startFaultServer } from '../support/fault-server.ts';
import { jsonAnswer, type LfsServer, startLfsServer } from '../support/lfs-server.ts';
import { type BlobSpec, type MadeModule, makeWorkspace } from '../support/modules.ts';
import { runCli } from '../support/run-cli.ts';
import {
  checked,
  expectGoodStore,
  fetch,
  fetchJson,
  moduleWith,
  outcome,
  storeDirectory,
} from '../support/store.ts';
import {
  filesBelow,
  sha256,
  sha256OfFile,
  someBytes,
  tempDir,
  temporaryFilesBelow,
} from '../support/temp.ts';

/** Entries whose bytes are on the server. */
function lfsBlobs(server: LfsServer, paths: readonly string[], url = server.apiUrl): BlobSpec[] {
  return paths.map((path) => {
    const bytes = someBytes(path, 300);
    server.add(bytes);
    return { path, bytes, url, fetcher: 'lfs', size: bytes.length };
  });
}

function holds(module: MadeModule, path: string): boolean {
  return sha256OfFile(module.blobFile(path)) === sha256(someBytes(path, 300));
}

test('250 blobs of one server are fetched with three batch requests', async () => {
  const server = await startLfsServer();
  const paths = Array.from({ length: 250 }, (_, index) => `lib/${index}.a`);
  const module = moduleWith(lfsBlobs(server, paths));

  const document = await fetchJson(module);

  expect(document.summary).toMatchObject({ total: 250, url: 250 });
  expect(document.issues).toEqual([]);
  expect(document.blobs[0]).toMatchObject({ source: server.apiUrl, bytes: 300, fetcher: 'lfs' });
  expect(paths.filter((path) => !holds(module, path))).toEqual([]);
  expect(server.batches.map(({ oids }) => oids.length)).toEqual([100, 100, 50]);
  expect(server.downloads).toHaveLength(250);
  expect(temporaryFilesBelow(module.directory)).toEqual([]);
  expectGoodStore();
});

test('what is in the store is not asked for', async () => {
  const server = await startLfsServer();
  const blobs = lfsBlobs(server, ['a', 'b', 'c']);
  await fetchJson(moduleWith(blobs.slice(0, 2)));

  const document = await fetchJson(moduleWith(blobs));

  expect(document.blobs.map(({ result }) => result)).toEqual(['store', 'store', 'url']);
  expect(server.batches.map(({ oids }) => oids.length)).toEqual([2, 1]);
});

test('an error for one object fails that blob alone, with what the server says', async () => {
  const server = await startLfsServer();
  const module = moduleWith(lfsBlobs(server, ['gone', 'here']));
  server.objects.delete(sha256(someBytes('gone', 300)));

  const result = await fetch(module);

  expect(result.code).toBe(1);
  expect(result.stderr).toContain('cannot fetch hal_x: gone [BLOBS_LFS_OBJECT]');
  expect(result.stderr).toContain(
    `the Git LFS server ${server.apiUrl}/objects/batch does not hand it out: error 404 "Object does not exist"`,
  );
  expect(holds(module, 'here')).toBe(true);
});

test('a blob without a size fails alone, before anything is asked', async () => {
  const server = await startLfsServer();
  const [one = never(), two = never()] = lfsBlobs(server, ['one', 'two']);
  const { size, ...sizeless } = one;
  const module = moduleWith([sizeless, two]);

  const document = checked(await fetch(module, ['--json']));

  expect(size).toBe(300);
  expect(document.blobs.map(({ result }) => result)).toEqual(['failed', 'url']);
  expect(document.issues).toMatchObject([
    { severity: 'error', code: 'BLOBS_LFS_SIZE', path: 'one', hint: 'add "size:" to the entry, in bytes' },
  ]);
});

test('wrong bytes, and more than the declared size, are refused', async () => {
  const server = await startLfsServer();
  const module = moduleWith(lfsBlobs(server, ['wrong', 'more']));
  const more = sha256(someBytes('more', 300));
  server.answerDownload = ({ oid }) => ({ body: 'x'.repeat(oid === more ? 301 : 300) });

  const document = checked(await fetch(module, ['--json']));

  expect(document.issues.map(({ path, code }) => [path, code])).toEqual([
    ['wrong', 'BLOBS_HASH_MISMATCH'],
    ['more', 'BLOBS_SIZE_MISMATCH'],
  ]);
});

test('a server that refuses fails all its blobs with one request, others go on', async () => {
  const server = await startLfsServer();
  const files = await startFaultServer();
  const plain = {
    path: 'plain',
    bytes: someBytes('plain', 300),
    url: files.serve('/plain', someBytes('plain', 300)),
  };
  const module = moduleWith([...lfsBlobs(server, ['a', 'b', 'c']), plain]);
  server.answerBatch = () => jsonAnswer({ message: 'Credentials needed' }, 401);

  const document = checked(await fetch(module, ['--json']));

  expect(document.blobs.map(({ result }) => result)).toEqual(['failed', 'failed', 'failed', 'url']);
  expect(document.issues.map(({ code }) => code)).toEqual(Array(3).fill('BLOBS_HTTP_STATUS'));
  expect(document.issues[0]?.facts).toEqual([
    `HTTP status 401 from ${server.apiUrl}/objects/batch, which says "Credentials needed"`,
  ]);
  expect(server.batches).toHaveLength(1);
});

test('two modules name the same bytes by LFS and by URL: all places count, in order', async () => {
  const server = await startLfsServer();
  const files = await startFaultServer();
  const bytes = someBytes('both', 300);
  const [lfs = never()] = lfsBlobs(server, ['both']);
  const topdir = tempDir();
  const modules = makeWorkspace(topdir, [
    { name: 'hal_plain', blobs: [{ path: 'both', bytes, url: `${files.origin}/gone` }] },
    { name: 'hal_lfs', blobs: [lfs] },
  ]);

  const dry = checked(await runCli(['fetch', '-n', '--json'], { cwd: topdir }));
  const result = checked(await runCli(['fetch', '--json'], { cwd: topdir }));

  expect(dry.blobs[0]?.['sources']).toEqual([`${files.origin}/gone`, server.apiUrl]);
  expect(result.blobs.map(outcome)).toEqual(Array(2).fill(['A', 'url', server.apiUrl, 300]));
  expect(result.issues.map(({ severity, code }) => [severity, code])).toEqual(
    Array(2).fill(['warning', 'BLOBS_HTTP_STATUS']),
  );
  expect(modules.every((module) => holds(module, 'both'))).toBe(true);
});

test('a mirror by prefix speaks LFS, one by hash is a plain download, and no network means neither', async () => {
  const server = await startLfsServer();
  const files = await startFaultServer();
  const bytes = someBytes('mirrored', 300);
  const [blob = never()] = lfsBlobs(server, ['mirrored'], 'https://lfs.invalid/vendor/api');
  files.serve(`/cas/${sha256(bytes)}`, bytes);
  const byPrefix = `https://lfs.invalid/vendor/=${server.origin}`;
  const byHash = `https://lfs.invalid/=${files.origin}/cas/{sha256}`;
  const run = async (...args: string[]) =>
    checked(await fetch(moduleWith([blob]), ['--json', '--no-store', ...args]));

  const dry = await run('--dry-run', '--mirror', byPrefix, '--mirror', byHash);
  const lfs = await run('--mirror', byPrefix);
  const plain = await run('--mirror', byHash);
  const offline = await run('--offline', '--mirror', byPrefix);

  expect(dry.blobs[0]?.['sources']).toEqual([
    `${server.origin}/api`,
    `${files.origin}/cas/${sha256(bytes)}`,
    'https://lfs.invalid/vendor/api',
  ]);
  expect(lfs.blobs.map(outcome)).toEqual([['A', 'mirror', `${server.origin}/api`, 300]]);
  expect(plain.blobs.map(outcome)).toEqual([['A', 'mirror', `${files.origin}/cas/${sha256(bytes)}`, 300]]);
  expect(offline.issues).toMatchObject([{ code: 'BLOBS_OFFLINE' }]);
});

test('nothing that a server hands out to get the bytes with is ever printed', async () => {
  const server = await startLfsServer();
  const module = moduleWith(lfsBlobs(server, ['a', 'b'], server.apiUrl.replace('//', '//me:hunter2@')));
  const broken = sha256(someBytes('b', 300));
  server.changeObject = (object) => ({
    ...object,
    actions: {
      download: {
        href: `${server.origin}/objects/${object.oid}?X-Amz-Signature=hunter2&token=hunter2`,
        header: { 'X-Ticket': 'good-ticket', Authorization: 'Bearer hunter2' },
      },
    },
  });
  server.answerDownload = ({ oid }) => (oid === broken ? { status: 403 } : undefined);

  const result = await fetch(module, ['--json', '--debug', '-v']);

  expect(result.json().blobs.map(outcome)).toEqual([
    ['A', 'url', server.apiUrl, 300],
    ['D', 'failed', undefined, undefined],
  ]);
  expect(result.stderr).toContain(`debug: POST ${server.apiUrl}/objects/batch → 200`);
  expect(result.stderr).toContain(`/objects/${broken}?X-Amz-Signature=REDACTED&token=REDACTED → 403`);
  expect(result.stdout + result.stderr).not.toMatch(/hunter2|good-ticket/);
  expect(server.downloads[0]?.headers).toMatchObject({ authorization: 'Bearer hunter2' });
});

test('a file mirror that does not say where a hash lies is no place for LFS, and the server is asked', async () => {
  const server = await startLfsServer();
  const module = moduleWith(lfsBlobs(server, ['a']));

  const document = checked(
    await fetch(module, ['--json', '--mirror', `${server.origin}/=file://${tempDir()}/`]),
  );

  expect(document.blobs[0]).toMatchObject({ result: 'url' });
  expect(document.issues).toMatchObject([{ severity: 'warning', code: 'BLOBS_URL_UNSUPPORTED' }]);
});

function never(): never {
  throw new Error('unreachable');
}

test('the store remembers that its bytes came by Git LFS', async () => {
  const server = await startLfsServer();
  await fetchJson(moduleWith(lfsBlobs(server, ['a'])));

  const records = join(storeDirectory(), 'v1', 'sources');
  const found = filesBelow(records).map((name) => JSON.parse(readFileSync(join(records, name), 'utf8')));

  expect(found).toMatchObject([{ kind: 'lfs', url: server.apiUrl }]);
});
