// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { BYTES, DIGEST, fetch, moduleWith, serveBlob, storeDirectory } from '../support/store.ts';
import { filesBelow, tempDir } from '../support/temp.ts';

const records = () => filesBelow(join(storeDirectory(), 'v1', 'sources'));

test('the store remembers from which URL its bytes came, and when', async () => {
  const { url } = await serveBlob();
  const before = Date.now();
  await fetch(
    moduleWith([{ path: 'fw.bin', bytes: BYTES, url: url.replace('http://', 'http://user:hunter2@') }]),
  );

  const document = (await runCli(['cache', 'list', '--json'])).json() as unknown as {
    entries: { source: string; fetched: string }[];
  };
  expect(schemaErrors('cache', document)).toEqual([]);
  expect(document.entries).toMatchObject([{ sha256: DIGEST, source: url }]);
  expect(Date.parse(document.entries[0]?.fetched ?? '')).toBeGreaterThanOrEqual(before);
  expect((await runCli(['cache', 'list'])).stdout).toMatch(new RegExp(`^${DIGEST} \\d+ \\S+Z ${url}\\n$`));
});

test('a mirror is what is remembered, and a copy from the store changes nothing of it', async () => {
  const { server, url } = await serveBlob();
  const mirror = server.serve('/mirror/fw.bin', BYTES);
  const blob = { path: 'fw.bin', bytes: BYTES, url };
  await fetch(moduleWith([blob]), ['--mirror', `${server.origin}=${server.origin}/mirror`]);
  await fetch(moduleWith([blob]));

  expect((await runCli(['cache', 'list'])).stdout).toContain(` ${mirror}\n`);
});

test('of what a west cache had nothing is known', async () => {
  const cache = tempDir();
  writeFileSync(join(cache, 'fw.bin'), BYTES);
  const { code } = await fetch(moduleWith([{ path: 'fw.bin', bytes: BYTES }]), ['--cache-dirs', cache]);

  expect(code).toBe(0);
  expect(records()).toEqual([]);
  expect((await runCli(['cache', 'list'])).stdout).toMatch(new RegExp(`^${DIGEST} .* -\\n$`));
});

test('without a store nothing is remembered', async () => {
  const { url } = await serveBlob();
  await fetch(moduleWith([{ path: 'fw.bin', bytes: BYTES, url }]), ['--no-store']);
  expect(records()).toEqual([]);
});

test('what is remembered is pruned with the entry, and not before', async () => {
  const { url } = await serveBlob();
  await fetch(moduleWith([{ path: 'fw.bin', bytes: BYTES, url }]));
  const prune = (...args: string[]) => runCli(['cache', 'prune', '--max-size', '1', ...args]);

  await prune('-n');
  expect(records()).toEqual([`${DIGEST.slice(0, 2)}/${DIGEST}.json`]);
  await prune();
  expect(records()).toEqual([]);
});
