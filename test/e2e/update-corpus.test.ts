// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readYaml } from '../../src/yaml/read-yaml.ts';
import { copyModule, corpusModules, needCorpus, readCorpus } from '../support/corpus.ts';
import { startFaultServer } from '../support/fault-server.ts';
import { runCli } from '../support/run-cli.ts';
import { sha256, someBytes, tempDir } from '../support/temp.ts';

interface Entry {
  readonly [key: string]: unknown;
  readonly url: string;
  readonly sha256: string;
  readonly version: string;
}

function entriesOf(text: string): readonly Entry[] {
  const { document } = readYaml('/m/zephyr/module.yml', Buffer.from(text));
  return (document?.value as { blobs?: Entry[] | null } | undefined)?.blobs ?? [];
}

test('updates every entry of real files, and changes no other line of them', {
  timeout: 120_000,
}, async (context) => {
  needCorpus(context);
  const top = tempDir();
  const modules = corpusModules();
  const server = await startFaultServer();
  const origins = new Map<string, string>();
  const isLfs = (entry: Entry): boolean => entry['fetcher'] === 'lfs';
  const newUrl = (url: string): string => url.replaceAll('/raw/', '/other/');
  const bytesOf = (url: string): Buffer => someBytes(url, 100 + (url.length % 7));
  for (const module of modules) {
    copyModule(module, join(top, module));
    for (const entry of entriesOf(readCorpus(`${module}/zephyr/module.yml`))) {
      const { origin, host } = new URL(entry.url);
      origins.set(origin, host);
      const { pathname } = new URL(newUrl(entry.url));
      server.serve(`/${host}${pathname}`, bytesOf(newUrl(entry.url)));
    }
  }
  const run = (...args: readonly string[]) =>
    runCli(
      [
        ...['update', '--json', '--retries', '0', '--url-replace', '/raw/=/other/', '--blob-version', '2.0'],
        ...[...origins].flatMap(([origin, host]) => ['--mirror', `${origin}/=${server.origin}/${host}/`]),
        ...modules.flatMap((module) => ['-m', join(top, module)]),
        ...args,
      ],
      { timeoutMs: 60_000 },
    );

  const result = await run('--size');

  const wanted = modules.flatMap((module) => entriesOf(readCorpus(`${module}/zephyr/module.yml`)));
  expect(wanted.length).toBeGreaterThan(700);
  const failed = wanted.filter(isLfs).length;
  expect(failed).toBeGreaterThan(50);
  expect(
    result
      .json()
      .issues.filter(({ severity }) => severity === 'error')
      .map(({ code }) => code),
  ).toEqual(Array.from({ length: failed }, () => 'BLOBS_LFS_DIGEST'));
  expect(result.json().summary).toEqual({
    total: wanted.length,
    updated: wanted.length - failed,
    unchanged: 0,
    failed,
  });
  for (const module of modules) {
    const before = readCorpus(`${module}/zephyr/module.yml`);
    const after = readFileSync(join(top, module, 'zephyr/module.yml'), 'utf8');
    const entries = entriesOf(before);
    expect(entriesOf(after)).toEqual(
      entries.map((entry) => {
        if (isLfs(entry)) return entry;
        const bytes = bytesOf(newUrl(entry.url));
        const size = bytes.length;
        return { ...entry, url: newUrl(entry.url), sha256: sha256(bytes), size, version: '2.0' };
      }),
    );
    // Undoing what was asked for, line by line, must give the file back.
    const old = before.split('\n');
    let added = 0;
    for (const line of after.split('\n')) {
      if (/^ *size: 10\d\r?$/.test(line) && !/^ *size:/.test(old[0] ?? '')) {
        added += 1;
        continue;
      }
      const original = old.shift() ?? 'no line';
      const withUrl = original
        .replace('/raw/', '/other/')
        .replace(/"raw\/|(?<=^ +)raw\//, (raw) => raw.replace('raw', 'other'));
      if (line === original || line === withUrl) continue;
      expect(line.replace(/(?<=sha256: *)[0-9a-f]{64}/, '')).toBe(
        /^ *(?:- )?sha256:/.test(original)
          ? original.replace(/[0-9a-fA-F]{64}/, '')
          : original.replace(/(?<=version: *)(?:(["']).*?\1|[^ \r]+)/, (spelt) =>
              /^["']/.test(spelt) ? `${spelt[0]}2.0${spelt[0]}` : "'2.0'",
            ),
      );
    }
    expect(old).toEqual([]);
    expect(added).toBe(entries.filter((entry) => !isLfs(entry) && entry['size'] === undefined).length);
  }
});
