// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyModule, corpusBytes, type IndexedBlob, needCorpus, readIndex } from '../support/corpus.ts';
import { type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { runCli } from '../support/run-cli.ts';
import { sha256, tempDir } from '../support/temp.ts';

const SOURCE = 'https://github.com/';

test('fetches real blobs of every module through a mirror, and they verify', async (context) => {
  needCorpus(context);
  const server = await serveIndex();
  for (const [module, blobs] of byModule(readIndex())) {
    const directory = join(tempDir(), 'module');
    copyModule(module, directory);
    const selection = ['-m', directory, '-l', onlyThese(blobs)];

    const fetched = await runCli([
      'fetch',
      ...selection,
      '--mirror',
      `${SOURCE}=${server.origin}/`,
      '--json',
    ]);
    const verified = await runCli(['verify', ...selection]);

    expect(fetched.json().blobs.map(({ path, result }) => [path, result])).toEqual(
      expect.arrayContaining(blobs.map(({ path }) => [path, 'mirror'])),
    );
    expect(fetched.code, fetched.stderr).toBe(0);
    expect(verified.code, verified.stderr).toBe(0);
    for (const blob of blobs) {
      const file = join(directory, 'zephyr', 'blobs', blob.path);
      expect(sha256(readFileSync(file))).toBe(blob.sha256);
    }
  }
  expect(server.requests).toHaveLength(readIndex().length);
});

test('takes from the local store what another copy of the module fetched before', async (context) => {
  needCorpus(context);
  const server = await serveIndex();
  const [module, blobs] = largestModule();
  const [first, second] = [join(tempDir(), 'first'), join(tempDir(), 'second')];
  copyModule(module, first);
  copyModule(module, second);
  const mirror = ['--mirror', `${SOURCE}=${server.origin}/`, '-l', onlyThese(blobs)];

  await runCli(['fetch', '-m', first, ...mirror]);
  const requests = server.requests.length;
  const result = await runCli(['fetch', '-m', second, ...mirror, '--offline', '--json']);

  expect(requests).toBe(blobs.length);
  expect(new Set(result.json().blobs.map((blob) => blob.result))).toEqual(new Set(['store']));
  expect(result.code, result.stderr).toBe(0);
  expect(server.requests).toHaveLength(requests);
});

test('asks nobody again when everything is up to date', async (context) => {
  needCorpus(context);
  const server = await serveIndex();
  const [module, blobs] = largestModule();
  const directory = join(tempDir(), 'module');
  copyModule(module, directory);
  const args = ['fetch', '-m', directory, '-l', onlyThese(blobs), '--mirror', `${SOURCE}=${server.origin}/`];

  await runCli(args);
  const again = await runCli([...args, '--json']);

  expect(new Set(again.json().blobs.map((blob) => blob.result))).toEqual(new Set(['up-to-date']));
  expect(again.code).toBe(0);
  expect(server.requests).toHaveLength(blobs.length);
});

async function serveIndex(): Promise<FaultServer> {
  const server = await startFaultServer();
  for (const blob of readIndex()) server.serve(new URL(blob.url).pathname, corpusBytes(blob.sha256));
  return server;
}

function byModule(blobs: readonly IndexedBlob[]): Map<string, IndexedBlob[]> {
  const modules = new Map<string, IndexedBlob[]>();
  for (const blob of blobs) modules.set(blob.module, [...(modules.get(blob.module) ?? []), blob]);
  return modules;
}

function largestModule(): [string, IndexedBlob[]] {
  const modules = [...byModule(readIndex())].sort(([, a], [, b]) => b.length - a.length);
  const [largest] = modules;
  if (largest === undefined) throw new Error('the index is empty');
  return largest;
}

/** A regular expression for --allow-regex that matches these blobs and no others. */
function onlyThese(blobs: readonly IndexedBlob[]): string {
  const paths = blobs.map(({ path }) => path.replace(/[.+]/g, '\\$&'));
  return `(?:${paths.join('|')})$`;
}
