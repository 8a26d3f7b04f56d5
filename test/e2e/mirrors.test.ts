// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { type Behaviour, type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { type MadeModule, makeModule } from '../support/modules.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { sha256, sha256OfFile, someBytes, tempDir } from '../support/temp.ts';

const BYTES = someBytes('mirrored', 5000);
const DIGEST = sha256(BYTES);

test('a mirror is asked instead of the original, and reported', async () => {
  const { server, module } = await setUp();
  const url = server.serve('/mirror/vendor/fw.bin', BYTES);

  const result = await fetch(module, [`${server.origin}/origin/=${server.origin}/mirror/`]);

  expect(result.json().blobs).toMatchObject([{ result: 'mirror', source: url }]);
  expect(sha256OfFile(module.blobFile('fw.bin'))).toBe(sha256(BYTES));
  expect(pathsAsked(server)).toEqual(['/mirror/vendor/fw.bin']);
  expect(result.code).toBe(0);
});

test.for([
  ['does not have the blob', { kind: 'status', status: 404 }, 'BLOBS_HTTP_STATUS'],
  ['has other bytes', { kind: 'wrong-bytes' }, 'BLOBS_HASH_MISMATCH'],
  ['breaks off', { kind: 'truncate', afterBytes: 10 }, 'BLOBS_NETWORK'],
] as const)('the original is asked last when a mirror %s, with a warning', async ([, behaviour, code]) => {
  const { server, module } = await setUp();
  server.serve('/mirror/vendor/fw.bin', BYTES, behaviour);

  const result = await fetch(module, [`${server.origin}/origin/=${server.origin}/mirror/`]);

  expect(result.json().blobs).toMatchObject([
    { result: 'url', source: `${server.origin}/origin/vendor/fw.bin` },
  ]);
  expect(result.json().issues).toMatchObject([{ severity: 'warning', code }]);
  expect(pathsAsked(server)).toEqual(['/mirror/vendor/fw.bin', '/origin/vendor/fw.bin']);
  expect(result.code).toBe(0);
});

test('several mirrors are asked in the order in which they are given', async () => {
  const { server, module } = await setUp();
  server.serve('/third/fw.bin', BYTES);

  const result = await fetch(module, [
    `${server.origin}/origin/=${server.origin}/first/`,
    `${server.origin}/=${server.origin}/second/`,
    `${server.origin}/origin/vendor/=${server.origin}/third/`,
  ]);

  expect(pathsAsked(server)).toEqual([
    '/first/vendor/fw.bin',
    '/second/origin/vendor/fw.bin',
    '/third/fw.bin',
  ]);
  expect(result.json().blobs).toMatchObject([{ result: 'mirror' }]);
  expect(result.code).toBe(0);
});

test('a prefix ends at a slash', async () => {
  const { server, module } = await setUp();

  const result = await fetch(module, [`${server.origin}/orig=${server.origin}/mirror`]);

  expect(pathsAsked(server)).toEqual(['/origin/vendor/fw.bin']);
  expect(result.code).toBe(0);
  expect(result.json().issues).toMatchObject([{ severity: 'info', code: 'BLOBS_UNUSED_MIRROR' }]);
});

test('a mirror that is addressed by hash comes first', async () => {
  const { server, module } = await setUp();
  const path = `/by-hash/${DIGEST.slice(0, 2)}/${DIGEST}`;
  server.serve(path, BYTES);

  const result = await fetch(module, [
    `${server.origin}/origin/=${server.origin}/mirror/`,
    `sha256=${server.origin}/by-hash/{sha256:2}/{sha256}`,
  ]);

  expect(pathsAsked(server)).toEqual([path]);
  expect(result.json().blobs).toMatchObject([{ result: 'mirror', source: server.origin + path }]);
});

test('a directory can be a mirror', async () => {
  const { server, module } = await setUp();
  const directory = tempDir();
  mkdirSync(join(directory, 'vendor'));
  writeFileSync(join(directory, 'vendor', 'fw.bin'), BYTES);

  const result = await fetch(module, [`${server.origin}/origin/=${pathToFileURL(directory).href}/`]);

  expect(sha256OfFile(module.blobFile('fw.bin'))).toBe(sha256(BYTES));
  expect(result.json().blobs).toMatchObject([{ result: 'mirror' }]);
  expect(server.requests).toEqual([]);
  expect(result.code).toBe(0);
});

test.for(['a symbolic link', 'an encoded parent folder'])(
  'a directory mirror gives nothing from outside it through %s',
  async (way) => {
    const { server, module } = await setUp(
      { kind: 'ok' },
      way === 'a symbolic link' ? 'vendor/fw.bin' : 'vendor/%2e%2e%2f%2e%2e%2fsecret',
    );
    const root = tempDir();
    const directory = join(root, 'mirror');
    mkdirSync(join(directory, 'vendor'), { recursive: true });
    writeFileSync(join(root, 'secret'), BYTES);
    symlinkSync(join(root, 'secret'), join(directory, 'vendor', 'fw.bin'));

    const result = await fetch(module, [`${server.origin}/origin/=${pathToFileURL(directory).href}/`]);

    expect(result.json().blobs).toMatchObject([{ path: 'fw.bin', result: 'url' }]);
    expect(server.requests).toHaveLength(1);
  },
);

test.todo('the original is never asked when the configured mirrors end with a block');

/** A server, and a module with one blob whose original URL is `/origin/<file>` on it. */
async function setUp(
  behaviour: Behaviour = { kind: 'ok' },
  file = 'vendor/fw.bin',
): Promise<{ server: FaultServer; module: MadeModule }> {
  const server = await startFaultServer();
  const url = server.serve(`/origin/${file}`, BYTES, behaviour);
  const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: 'fw.bin', bytes: BYTES, url }] });
  return { server, module };
}

function pathsAsked(server: FaultServer): string[] {
  return server.requests.map(({ path }) => path);
}

function fetch(module: MadeModule, mirrors: readonly string[]): Promise<CliResult> {
  const options = mirrors.flatMap((mirror) => ['--mirror', mirror]);
  return runCli(['fetch', '-m', module.directory, '--retries', '0', '--json', ...options]);
}
