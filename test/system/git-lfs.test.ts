// SPDX-License-Identifier: Apache-2.0
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type LfsServer, startLfsServer } from '../support/lfs-server.ts';
import { scrubbedEnvironment } from '../support/run-cli.ts';
import { fetchJson, moduleWith } from '../support/store.ts';
import { sha256, sha256OfFile, someBytes, tempDir, withDirectory } from '../support/temp.ts';

const HAS_GIT_LFS = spawnSync('git', ['lfs', 'version']).status === 0;
const FILES = ['one.bin', 'two.bin', 'three.bin'];

test('what git lfs pushed is pulled by git lfs, and fetched by blobs', async (context) => {
  if (!HAS_GIT_LFS) context.skip('git lfs is not installed');
  const server = await startLfsServer();
  const [source, remote, copy] = [tempDir(), tempDir(), tempDir()];
  await git(remote, 'init', '-q', '--bare');
  await git(source, 'init', '-q', '-b', 'main');
  await useServer(source, server);
  await git(source, 'lfs', 'track', '*.bin');
  for (const name of FILES) writeFileSync(withDirectory(join(source, name)), contentOf(name));
  await git(source, 'add', '.');
  await git(source, 'commit', '-q', '-m', 'three objects');
  await git(source, 'remote', 'add', 'origin', remote);

  await git(source, 'push', '-q', 'origin', 'main');

  expect([...server.objects.keys()].sort()).toEqual(FILES.map((name) => sha256(contentOf(name))).sort());
  const [upload] = server.batches;
  expect(upload).toMatchObject({ operation: 'upload' });

  await git(copy, 'init', '-q', '-b', 'main');
  await useServer(copy, server);
  await git(copy, 'pull', '-q', remote, 'main');
  const pointer = readFileSync(join(copy, 'one.bin'), 'utf8');
  await git(copy, 'remote', 'add', 'origin', remote);
  await git(copy, 'lfs', 'pull');

  expect(pointer).toContain(`oid sha256:${sha256(contentOf('one.bin'))}`);
  expect(FILES.map((name) => sha256OfFile(join(copy, name)))).toEqual(
    FILES.map((name) => sha256(contentOf(name))),
  );
  const theirs = server.batches.findLast(({ operation }) => operation === 'download');
  server.batches.length = 0;

  const module = moduleWith(
    FILES.map((path) => {
      const bytes = contentOf(path);
      return { path, bytes, url: server.apiUrl, fetcher: 'lfs', size: bytes.length };
    }),
  );
  const document = await fetchJson(module);

  expect(document.blobs.map(({ status, result }) => [status, result])).toEqual(Array(3).fill(['A', 'url']));
  const [ours, ...more] = server.batches;
  expect(more).toEqual([]);
  expect(ours?.path).toBe(theirs?.path);
  expect([...(ours?.oids ?? [])].sort()).toEqual([...(theirs?.oids ?? [])].sort());
});

function contentOf(name: string): Buffer {
  return someBytes(name, 5000);
}

/** Makes git lfs use the server, without its hooks in any other repository, and without downloading by itself. */
async function useServer(repository: string, server: LfsServer): Promise<void> {
  await git(repository, 'lfs', 'install', '--local', '--skip-smudge');
  await git(repository, 'config', 'lfs.url', server.apiUrl);
  await git(repository, 'config', `lfs.${server.apiUrl}.locksverify`, 'false');
}

function git(cwd: string, ...args: readonly string[]): Promise<unknown> {
  const identity = ['GIT_AUTHOR', 'GIT_COMMITTER'].flatMap((who) => [
    [`${who}_NAME`, 'Test'],
    [`${who}_EMAIL`, 'test@test.invalid'],
  ]);
  const env = scrubbedEnvironment({ env: { ...Object.fromEntries(identity), GIT_TERMINAL_PROMPT: '0' } });
  return promisify(execFile)('git', args, { cwd, env, timeout: 30_000 });
}
