// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startFaultServer } from '../support/fault-server.ts';
import type { CliResult } from '../support/run-cli.ts';
import {
  BYTES,
  bytesOf,
  checked,
  DIGEST,
  entryFile,
  expectGoodStore,
  expectManyBlobs,
  fetch,
  holdLock,
  manyBlobs,
  manyPaths,
  moduleWith,
  PATH,
  pause,
  storeDirectory,
  storedBelow,
} from '../support/store.ts';
import { filesBelow, sha256, sha256OfFile } from '../support/temp.ts';

const FULL = process.env['BLOBS_TEST_FULL'] === '1';

describe('fetches at the same time', () => {
  test.for(FULL ? [2, 10] : [3])('%i of them, into one store, ask for each URL once', async (fetches) => {
    const server = await startFaultServer();
    const modules = Array.from({ length: fetches }, () => moduleWith(manyBlobs(server, 20, { delayMs: 40 })));

    const documents = (
      await Promise.all(modules.map((module) => fetch(module, ['--json'], { timeoutMs: 100_000 })))
    ).map(checked);

    for (const { issues, summary } of documents) {
      expect(issues).toEqual([]);
      expect((summary['url'] ?? 0) + (summary['store'] ?? 0)).toBe(20);
    }
    expect(documents.reduce((sum, { summary }) => sum + (summary['url'] ?? 0), 0)).toBe(20);
    expect(server.requests.map(({ path }) => path).sort()).toEqual(
      manyPaths(20)
        .map((path) => `/${path}`)
        .sort(),
    );
    for (const module of modules) expectManyBlobs(module, 20);
    expectGoodStore();
    expect(filesBelow(join(storeDirectory(), 'v1', 'partial'))).toEqual([]);
  });

  test.for(FULL ? [2, 10] : [4])('%i of them, of one workspace, ask for each URL once', async (fetches) => {
    const server = await startFaultServer();
    const module = moduleWith(manyBlobs(server, 20, { delayMs: 40 }));

    const documents = (
      await Promise.all(
        Array.from({ length: fetches }, () => fetch(module, ['--json'], { timeoutMs: 100_000 })),
      )
    ).map(checked);

    for (const { issues } of documents) expect(issues).toEqual([]);
    expect(documents.reduce((sum, { summary }) => sum + (summary['url'] ?? 0), 0)).toBe(20);
    expect(server.requests).toHaveLength(20);
    expectManyBlobs(module, 20);
    expectGoodStore();
    expect(filesBelow(join(storeDirectory(), 'v1', 'partial'))).toEqual([]);
  });

  test.for(FULL ? [2, 10] : [3])(
    '%i of them, of one workspace, ask for a URL again only where one was killed that was at it',
    async (fetches) => {
      const server = await startFaultServer();
      const module = moduleWith(manyBlobs(server, 20, { delayMs: 40 }));
      const complete = new Set<string>();
      let others: Promise<CliResult[]> | undefined;

      const killed = await fetch(module, ['-j', '4'], {
        onStart: async (cli) => {
          while (server.requests.length === 0) await pause(2);
          const rest = Array.from({ length: fetches - 1 }, () =>
            fetch(module, ['--json', '-j', '4'], { timeoutMs: 100_000 }),
          );
          others = Promise.all(rest);
          while (server.requests.length < 10) await pause(2);
          for (const path of manyPaths(20))
            if (existsSync(entryFile(sha256(bytesOf(path))))) complete.add(`/${path}`);
          cli.kill('SIGKILL');
        },
      });

      for (const { issues } of ((await others) ?? []).map(checked)) expect(issues).toEqual([]);
      expect(killed.signal).toBe('SIGKILL');
      for (const path of manyPaths(20).map((name) => `/${name}`))
        expect(server.requestsFor(path).length, path).toBeLessThanOrEqual(complete.has(path) ? 1 : 2);
      const requests = server.requests.length;
      // What the killed one left in the module goes with the next.
      expect((await fetch(module)).code).toBe(0);
      expect(server.requests).toHaveLength(requests);
      expectManyBlobs(module, 20);
      expectGoodStore();
      const partial = filesBelow(join(storeDirectory(), 'v1', 'partial'));
      expect(partial.filter((name) => !name.startsWith('.blobs-'))).toEqual([]);
    },
  );

  test('share what one of them finished after the other had planned to download it', async () => {
    const server = await startFaultServer();
    const [first, held, fast] = manyBlobs(server, 3);
    if (!first || !held || !fast) throw new Error('too few');
    const slow = moduleWith([first, held, fast]);
    const [release, releaseFast] = [holdLock(held), holdLock(fast)];

    const result = await fetch(slow, ['--json', '-v', '-j', '1'], {
      onStart: async (cli) => {
        // By then it has left both to others.
        await cli.seen(/many\/1\.bin: another run downloads it; waiting/);
        releaseFast();
        expect((await fetch(moduleWith([fast]))).code).toBe(0);
        release();
      },
    });

    expect(checked(result).blobs.map((blob) => blob.result)).toEqual(['url', 'url', 'store']);
    expect(server.requestsFor(`/${fast.path}`)).toHaveLength(1);
  });

  test('do first what no other one does, and say which they wait for', async () => {
    const server = await startFaultServer();
    const [held, free, other] = manyBlobs(server, 3);
    if (!held || !free || !other) throw new Error('too few');
    const release = holdLock(held);

    const result = await fetch(moduleWith([held, free, other]), ['-v', '-j', '1'], {
      onStart: async (cli) => {
        await cli.seen(/hal_x: many\/0\.bin: another run downloads it; waiting\n/);
        expect(server.requests.map(({ path }) => path)).toEqual([`/${free.path}`, `/${other.path}`]);
        release();
      },
    });

    expect(result.code).toBe(0);
    expect(server.requests).toHaveLength(3);
  });

  test('do not wait for a download that has no store to go to', async () => {
    const server = await startFaultServer();
    const [held] = manyBlobs(server, 1);
    if (!held) throw new Error('too few');
    holdLock(held);

    expect((await fetch(moduleWith([held]), ['--no-store'])).code).toBe(0);
  });

  test('take over from one that was killed', async () => {
    const server = await startFaultServer();
    const url = server.serve('/fw.bin', BYTES, [{ kind: 'stall', afterBytes: 20_000 }, { kind: 'ok' }]);
    const other = { path: 'other.bin', bytes: 'other', url: server.serve('/other', 'other') };
    const second = moduleWith([other, { path: PATH, bytes: BYTES, url }]);
    let waiting: Promise<CliResult> | undefined;

    const killed = await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]), [], {
      onStart: async (cli) => {
        await server.whenStalled('/fw.bin');
        waiting = fetch(second, ['--json']);
        while (server.requestsFor('/other').length === 0) await pause(5);
        await pause(200);
        expect(server.requestsFor('/fw.bin')).toHaveLength(1);
        cli.kill('SIGKILL');
      },
    });
    const result = await waiting;

    expect(killed.signal).toBe('SIGKILL');
    expect(result?.code, result?.stderr).toBe(0);
    expect(server.requestsFor('/fw.bin')).toHaveLength(2);
    expect(sha256OfFile(second.blobFile(PATH))).toBe(DIGEST);
    expectGoodStore();
  });

  test.for([
    ['was interrupted', 'SIGINT', 130],
    ['was terminated', 'SIGTERM', 143],
  ] as const)('take over from one that %s, which leaves nothing in the way', async ([_how, signal, code]) => {
    const server = await startFaultServer();
    const url = server.serve('/fw.bin', BYTES, [{ kind: 'stall', afterBytes: 20_000 }, { kind: 'ok' }]);
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);

    const ended = await fetch(module, [], {
      onStart: async (cli) => {
        await server.whenStalled('/fw.bin');
        cli.kill(signal);
      },
    });

    expect(ended.code).toBe(code);
    expect(
      filesBelow(join(storeDirectory(), 'v1', 'partial')).filter((path) => path.endsWith('.lock')),
    ).toEqual([]);
    expect((await fetch(module)).code).toBe(0);
  });

  test('can be interrupted while they wait for another one', async () => {
    const server = await startFaultServer();
    const [held, free] = manyBlobs(server, 2);
    if (!held || !free) throw new Error('too few');
    holdLock(held);
    const module = moduleWith([held, free]);

    const result = await fetch(module, ['--json'], {
      onStart: async (cli) => {
        while (!existsSync(module.blobFile(free.path))) await pause(5);
        cli.kill('SIGINT');
      },
    });

    expect(result.code).toBe(130);
    expect(server.requestsFor(`/${held.path}`)).toEqual([]);
    expect(filesBelow(join(storeDirectory(), 'v1', 'partial'))).toEqual([`${sha256(held.bytes ?? '')}.lock`]);
  });

  test('try for themselves what another one could not download', async () => {
    const server = await startFaultServer();
    const url = server.serve('/fw.bin', BYTES, [{ kind: 'wrong-bytes' }, { kind: 'ok' }]);
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);

    expect((await fetch(module)).code).toBe(65);
    expect(storedBelow(storeDirectory())).toEqual(['CACHEDIR.TAG']);
    expect((await fetch(module)).code).toBe(0);
  });
});
