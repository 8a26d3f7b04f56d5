// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startFaultServer } from '../support/fault-server.ts';
import type { BlobSpec } from '../support/modules.ts';
import type { CliResult } from '../support/run-cli.ts';
import {
  BYTES,
  checked,
  DIGEST,
  expectGoodStore,
  expectManyBlobs,
  fetch,
  holdLock,
  manyBlobs,
  manyPaths,
  moduleWith,
  PATH,
  pause,
  serveBlob,
  storeDirectory,
  storedBelow,
} from '../support/store.ts';
import {
  filesBelow,
  sha256,
  sha256OfFile,
  someBytes,
  tempDir,
  temporaryFilesBelow,
  testHome,
} from '../support/temp.ts';

describe('fetches at the same time', () => {
  test.for([2, 6])('%i of them, into one store, ask for each URL once', async (fetches) => {
    const server = await startFaultServer();
    const modules = Array.from({ length: fetches }, () => moduleWith(manyBlobs(server, 20, { delayMs: 40 })));

    const documents = (
      await Promise.all(modules.map((module) => fetch(module, ['--json'], { timeoutMs: 40_000 })))
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

describe('a fetch that is killed', () => {
  const rounds = process.env['BLOBS_TEST_FULL'] === '1' ? 40 : 4;

  test(`at ${rounds} random moments leaves no wrong bytes, and the next one succeeds`, async () => {
    const server = await startFaultServer();
    const count = 8;
    /** Half of them new in each round, half of them in the store since the round before. */
    const blobsOf = (round: number): BlobSpec[] =>
      Array.from({ length: count }, (_, index) => {
        const name = `${round + (index % 2)}-${index}.bin`;
        const bytes = someBytes(name, 20_000 + 20_000 * index);
        return {
          path: `lib/${name}`,
          bytes,
          url: server.serve(`/${name}`, bytes, { kind: 'throttle', bytesPerSecond: 1_500_000 }),
        };
      });
    let [wasKilled, wholeMs] = [0, 0];
    for (let round = 0; round <= rounds; round++) {
      const module = moduleWith(blobsOf(round));
      const auto = join(testHome(), 'auto');
      const args = ['--auto-cache', auto, '-j', '4'];
      const start = performance.now();
      // The first round, for which the store is empty, shows how long a fetch takes; the others have half of theirs in
      // the store, and are done sooner. Each has its own part of that time.
      const killAfterMs = round === 0 ? Infinity : ((round - Math.random()) / rounds) * 0.6 * wholeMs;
      const killed = await fetch(module, args, {
        onStart: async (cli) => {
          if (round === 0) return;
          await pause(killAfterMs);
          cli.kill('SIGKILL');
        },
      });
      if (round === 0) wholeMs = performance.now() - start;
      if (killed.signal === 'SIGKILL') wasKilled += 1;
      const hint = `killed after ${killAfterMs} ms of ${wholeMs}`;

      for (const { path, bytes = '' } of blobsOf(round)) {
        expect([undefined, sha256(bytes)], `${path}, ${hint}`).toContain(sha256OfFile(module.blobFile(path)));
      }
      expectGoodStore(hint);
      for (const name of filesBelow(auto).filter((found) => !found.startsWith('.blobs-'))) {
        expect(name.slice(-64), hint).toBe(sha256OfFile(join(auto, name)));
      }

      const next = await fetch(module, args);
      expect(next.code, `${hint}\n${next.stderr}`).toBe(0);
      for (const { path, bytes = '' } of blobsOf(round)) {
        expect(sha256OfFile(module.blobFile(path)), `${path}, ${hint}`).toBe(sha256(bytes));
      }
      expect(temporaryFilesBelow(module.directory), hint).toEqual([]);
      expectGoodStore(hint);
    }
    expect(wasKilled).toBeGreaterThan(rounds / 2);
    // What the last runs left goes with the next download.
    await fetch(moduleWith([{ path: 'x', bytes: 'x', url: server.serve('/x', 'x') }]));
    expect(temporaryFilesBelow(storeDirectory())).toEqual([]);
  }, 300_000);

  test('leaves nothing in the auto-cache that stays for ever', async () => {
    const { url } = await serveBlob();
    const auto = tempDir();
    const dead = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim();
    writeFileSync(join(auto, `.blobs-${dead}-abcdef`), 'half a blob');

    await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]), ['--auto-cache', auto]);

    expect(filesBelow(auto)).toEqual([`fw.bin.${DIGEST}`]);
  });
});
