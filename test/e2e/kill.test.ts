// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type FaultServer, startFaultServer } from '../support/fault-server.ts';
import type { BlobSpec, MadeModule } from '../support/modules.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import {
  BYTES,
  DIGEST,
  entryFile,
  expectGoodStore,
  fetch,
  moduleWith,
  PATH,
  pause,
  serveBlob,
  storeDirectory,
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

const KILLS = process.env['BLOBS_TEST_FULL'] === '1' ? 200 : 3;
const MIB = 1024 * 1024;

interface Wanted extends BlobSpec {
  readonly bytes: Buffer;
  readonly digest: string;
}

/**
 * A small server's worth of blobs: half of them new in each episode, half of them in the store since the one before.
 * Every second episode has one that is large enough to be gone on with after a kill.
 */
function blobsOf(server: FaultServer, episode: number): Wanted[] {
  return Array.from({ length: 8 }, (_, index) => {
    const made = episode + (index % 2);
    const isLarge = index === 4 && episode % 2 === 0;
    const name = `${made}-${index}.bin`;
    const bytes = someBytes(name, isLarge ? 4 * MIB : 20_000 + 10_000 * index);
    const bytesPerSecond = isLarge ? 6_000_000 : 400_000;
    const url = server.serve(`/${name}`, bytes, { kind: 'throttle', bytesPerSecond });
    return { path: `lib/${name}`, bytes, digest: sha256(bytes), url };
  });
}

function requestsFor(server: FaultServer, { path }: Wanted): readonly (string | undefined)[] {
  return server
    .requestsFor(path.replace('lib', ''))
    .map(({ headers }) => (headers['range'] === undefined ? undefined : String(headers['range'])));
}

/** How many bytes of an unfinished download lie in the store under a name that the next run knows. */
function bytesKept({ digest }: Wanted): number {
  const directory = join(storeDirectory(), 'v1', 'partial');
  const names = filesBelow(directory).filter((name) => name.startsWith(digest) && name.endsWith('.part'));
  // Without its origin it is of no use: the process was killed between the two.
  const known = names.filter((name) => existsSync(join(directory, `${name}.json`)));
  return Math.max(0, ...known.map((name) => statSync(join(directory, name)).size));
}

/** Fails for a wrong file at a final path, in the store or in the auto-cache, asking the program and looking itself. */
async function expectNothingWrong(module: MadeModule, blobs: readonly Wanted[], hint: string): Promise<void> {
  const [verified, store] = await Promise.all([
    runCli(['verify', '-m', module.directory, '--allow-missing']),
    runCli(['cache', 'verify']),
  ]);
  expect(verified.code, `${hint}\n${verified.stderr}`).toBe(0);
  expect(store.code, `${hint}\n${store.stderr}`).toBe(0);
  for (const { path, digest } of blobs)
    expect([undefined, digest], `${path}, ${hint}`).toContain(sha256OfFile(module.blobFile(path)));
  expectGoodStore(hint);
  const auto = autoCache();
  for (const name of filesBelow(auto).filter((found) => !found.startsWith('.blobs-')))
    expect(name.slice(-64), hint).toBe(sha256OfFile(join(auto, name)));
}

function autoCache(): string {
  return join(testHome(), 'auto');
}

/**
 * What killed runs left goes with the next download, and what is unfinished as soon as the store has it, but for the
 * tale of where it came from. A run that was killed between a module and the store leaves the bytes to the next.
 */
async function expectNothingLeft(server: FaultServer, episode: number): Promise<void> {
  const text = `left ${episode}`;
  const url = server.serve(`/left-${episode}`, text);
  expect((await fetch(moduleWith([{ path: 'x', bytes: text, url }]))).code).toBe(0);
  const left = filesBelow(join(storeDirectory(), 'v1', 'partial'));
  const strange = left.filter((name) => !/^[0-9a-f]{64}\..*part(?:\.json)?$/.test(name));
  expect(strange).toEqual([]);
  const parts = left.filter((name) => name.endsWith('.part'));
  expect(parts.filter((name) => existsSync(entryFile(name.slice(0, 64))))).toEqual([]);
}

function fetchAll(module: MadeModule, killAfterMs?: number): Promise<CliResult> {
  return fetch(module, ['--auto-cache', autoCache(), '-j', '4'], {
    onStart: async (cli) => {
      if (killAfterMs === undefined) return;
      await pause(killAfterMs);
      cli.kill('SIGKILL');
    },
  });
}

describe('a fetch that is killed', () => {
  test(`at ${KILLS} random moments leaves nothing wrong, and what was complete is not asked for again`, async () => {
    const server = await startFaultServer();
    let [kills, runs, resumed, wholeMs] = [0, 0, 0, 0];
    for (let episode = 0; kills < KILLS; episode++) {
      const blobs = blobsOf(server, episode);
      const module = moduleWith(blobs);
      for (let isDone = false; !isDone; ) {
        runs += 1;
        expect(runs).toBeLessThan(6 * KILLS + 6);
        const complete = blobs.filter(({ digest }) => existsSync(entryFile(digest)));
        const asked = new Map(blobs.map((blob) => [blob, requestsFor(server, blob).length]));
        const kept = new Map(blobs.map((blob) => [blob, bytesKept(blob)]));
        // The first run shows how long all of it takes.
        const killAfterMs = runs === 1 || kills === KILLS ? undefined : Math.random() * 0.9 * wholeMs;
        const start = performance.now();
        const result = await fetchAll(module, killAfterMs);
        if (runs === 1) wholeMs = performance.now() - start;
        isDone = result.signal !== 'SIGKILL';
        if (!isDone) kills += 1;

        const hint = `run ${runs}, killed after ${killAfterMs} ms of ${wholeMs}\n${result.stderr}`;
        await expectNothingWrong(module, blobs, hint);
        for (const blob of blobs) {
          const requests = requestsFor(server, blob).slice(asked.get(blob));
          expect(requests.length, hint).toBeLessThanOrEqual(complete.includes(blob) ? 0 : 1);
          const before = kept.get(blob) ?? 0;
          if (before === 0 || requests.length === 0) continue;
          expect(requests, hint).toEqual([`bytes=${before}-`]);
          if (before >= MIB / 2) resumed += 1;
        }
        if (!isDone) continue;
        expect(result.code, hint).toBe(0);
        for (const { path, digest } of blobs)
          expect(sha256OfFile(module.blobFile(path)), `${path}, ${hint}`).toBe(digest);
        expect(temporaryFilesBelow(module.directory), hint).toEqual([]);
      }
      await expectNothingLeft(server, episode);
      // All that is there is hashed after each run, so it must not grow; what the next episode shares is small.
      expect((await runCli(['cache', 'prune', '--max-size', '2M'])).code).toBe(0);
      rmSync(autoCache(), { recursive: true, force: true });
    }
    expect(kills).toBe(KILLS);
    if (KILLS >= 100) expect(resumed).toBeGreaterThan(0);
  }, 1_800_000);

  test('leaves nothing in the auto-cache that stays for ever', async () => {
    const { url } = await serveBlob();
    const auto = tempDir();
    const dead = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim();
    writeFileSync(join(auto, `.blobs-${dead}-abcdef`), 'half a blob');

    await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]), ['--auto-cache', auto]);

    expect(filesBelow(auto)).toEqual([`fw.bin.${DIGEST}`]);
  });
});
