// SPDX-License-Identifier: Apache-2.0
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatBytes } from '../../src/output/amounts.ts';
import { type Behaviour, type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { type MadeModule, moduleYaml } from '../support/modules.ts';
import type { CliResult } from '../support/run-cli.ts';
import { expectGoodStore, fetch, moduleWith, pause, storeDirectory } from '../support/store.ts';
import { filesBelow, sha256, sha256OfFile, someBytes, temporaryFilesBelow } from '../support/temp.ts';

const MIB = 1024 * 1024;
const PATH = 'lib/big.bin';
const BYTES = someBytes('big', 4 * MIB);
const DIGEST = sha256(BYTES);
const STALL: Behaviour = { kind: 'stall', afterBytes: 3 * MIB };
const CUT = { kind: 'truncate', afterBytes: 3 * MIB } as const;
const OK: Behaviour = { kind: 'ok' };

function partialDirectory(): string {
  return join(storeDirectory(), 'v1', 'partial');
}

function setUp(server: FaultServer, behaviours: readonly Behaviour[], size?: number): MadeModule {
  const url = server.serve('/big', BYTES, behaviours);
  return moduleWith([{ path: PATH, bytes: BYTES, url, ...(size === undefined ? {} : { size }) }]);
}

/** Where the ranges began that were asked for at `path`; undefined for the whole. */
function startsAsked(server: FaultServer, path = '/big'): (number | undefined)[] {
  return server.requestsFor(path).map(({ headers }) => {
    const [, first] = /^bytes=(\d+)-$/.exec(String(headers['range'])) ?? [];
    return first === undefined ? undefined : Number(first);
  });
}

function expectDone(result: CliResult, module: MadeModule): void {
  expect(result.code, result.stderr).toBe(0);
  expect(sha256OfFile(module.blobFile(PATH))).toBe(DIGEST);
  expect(temporaryFilesBelow(module.directory)).toEqual([]);
  expect(filesBelow(partialDirectory())).toEqual([]);
  expectGoodStore();
}

/** Ends a fetch with a signal while the server stalls and more than a megabyte is on the disk. */
async function fetchAndEnd(
  server: FaultServer,
  module: MadeModule,
  signal: NodeJS.Signals,
  args: readonly string[] = [],
): Promise<CliResult> {
  return fetch(module, args, {
    onStart: async (cli) => {
      await server.whenStalled('/big');
      // The last of what came may wait in memory for more.
      while (bytesKept() < 2 * MIB) await pause(5);
      cli.kill(signal);
    },
  });
}

/** The bytes of the unfinished download, in the only file that has a name for later runs. */
function partialFile(): string {
  const [name = '', ...others] = filesBelow(partialDirectory()).filter((path) => path.endsWith('.part'));
  expect(others).toEqual([]);
  return join(partialDirectory(), name);
}

function bytesKept(): number {
  const file = partialFile();
  return file.endsWith('.part') ? (statSync(file, { throwIfNoEntry: false })?.size ?? 0) : 0;
}

describe('a run that was ended', () => {
  test.for([
    ['killed', 'SIGKILL', null],
    ['interrupted', 'SIGINT', 130],
    ['terminated', 'SIGTERM', 143],
  ] as const)(
    '(%s) is gone on with by the next, which asks for what is missing',
    async ([_how, signal, code]) => {
      const server = await startFaultServer();
      const module = setUp(server, [STALL, OK]);

      const ended = await fetchAndEnd(server, module, signal);
      const next = await fetch(module);

      expect(ended.code).toBe(code);
      const [first, second, ...more] = startsAsked(server);
      expect([first, more]).toEqual([undefined, []]);
      expect(second).toBeGreaterThanOrEqual(2 * MIB);
      expectDone(next, module);
      // What came before is not counted again.
      expect(next.stdout + next.stderr).toContain(`(${formatBytes(4 * MIB - (second ?? 0))} downloaded in `);
    },
  );

  test('is gone on with by one that waits for it meanwhile', async () => {
    const server = await startFaultServer();
    const [first, second] = [setUp(server, [STALL, OK]), setUp(server, [STALL, OK])];
    let waiting: Promise<CliResult> | undefined;
    await fetch(first, [], {
      onStart: async (cli) => {
        await server.whenStalled('/big');
        waiting = fetch(second);
        while (bytesKept() < 2 * MIB) await pause(5);
        cli.kill('SIGKILL');
      },
    });
    const result = await waiting;
    if (result === undefined) throw new Error('nobody waited');
    const [, start, ...more] = startsAsked(server);
    expect(start).toBeGreaterThanOrEqual(2 * MIB);
    expect(more).toEqual([]);
    expectDone(result, second);
  });
});

describe('what a run left', () => {
  /** A module whose blob was cut off after 3 MiB, which lie in the store. */
  async function cutOff(then: readonly Behaviour[], size?: number, cut: Behaviour = CUT) {
    const server = await startFaultServer();
    const module = setUp(server, [cut, ...then], size);
    expect((await fetch(module, ['--retries', '0'])).code).toBe(1);
    expect(bytesKept()).toBeGreaterThan(2 * MIB);
    return { server, module, start: bytesKept() };
  }

  test.for<[string, (bytes: Buffer) => void]>([
    ['with a byte that changed', (bytes) => bytes.writeUInt8(bytes.readUInt8(1000) ^ 1, 1000)],
    ['with other bytes', (bytes) => bytes.fill(0)],
  ])('%s costs one download from zero', async ([_what, damage]) => {
    const { server, module, start } = await cutOff([OK]);
    const bytes = readFileSync(partialFile());
    damage(bytes);
    writeFileSync(partialFile(), bytes);
    const result = await fetch(module);
    expect(startsAsked(server)).toEqual([undefined, start, undefined]);
    expectDone(result, module);
  });

  test.for<[string, number | undefined]>([
    ['and its size is declared', BYTES.length],
    ['and its size is not known', undefined],
  ])('is not asked for where it is complete, %s', async ([_what, size]) => {
    const { server, module } = await cutOff([OK], size);
    writeFileSync(partialFile(), BYTES);
    const result = await fetch(module);
    expect(startsAsked(server)).toEqual([undefined]);
    expect(result.stdout + result.stderr).toContain('(0 B downloaded in ');
    expectDone(result, module);
  });

  const NO_SUCH_RANGE: Behaviour = { kind: 'status', status: 416 };
  test.for<[string, number | undefined, readonly Behaviour[], readonly (number | undefined)[]]>([
    ['the server says so', undefined, [NO_SUCH_RANGE, OK], [undefined, 5 * MIB, undefined]],
    ['the server sends the whole', undefined, [OK], [undefined, 5 * MIB]],
    ['module.yml says so', BYTES.length, [OK], [undefined, undefined]],
  ])('is begun anew where it is more than the file: %s', async ([_who, size, then, expected]) => {
    const { server, module } = await cutOff(then, size);
    writeFileSync(partialFile(), Buffer.concat([BYTES, Buffer.alloc(MIB)]));
    const result = await fetch(module);
    expect(startsAsked(server)).toEqual(expected);
    expectDone(result, module);
  });

  test('is begun anew where the file is another one by now', async () => {
    const { server, module, start } = await cutOff([OK], undefined, { ...CUT, headers: { etag: '"old"' } });
    const result = await fetch(module);
    expect(startsAsked(server)).toEqual([undefined, start]);
    expect(result.stdout + result.stderr).toContain(`(${formatBytes(4 * MIB)} downloaded in `);
    expectDone(result, module);
  });

  test('is not used for another URL, and goes when that has it all', async () => {
    const { server, module } = await cutOff([{ kind: 'status', status: 404 }]);
    const blob = { path: PATH, bytes: BYTES, url: [`${server.origin}/big`, server.serve('/other', BYTES)] };
    writeFileSync(
      join(module.directory, 'zephyr', 'module.yml'),
      moduleYaml({ name: 'hal_x', blobs: [blob] }),
    );
    const result = await fetch(module);
    expect(startsAsked(server, '/other')).toEqual([undefined]);
    expectDone(result, module);
  });

  test('is left again by a run that fails as well, and grows', async () => {
    const { module, start } = await cutOff([
      { kind: 'truncate', afterBytes: MIB / 2 },
      { kind: 'status', status: 404 },
    ]);
    const results = [await fetch(module, ['--retries', '0']), await fetch(module, ['--retries', '0'])];
    expect(results.map(({ code }) => code)).toEqual([1, 1]);
    expect(bytesKept()).toBeGreaterThan(start);
    expect(sha256OfFile(partialFile())).toBe(sha256(BYTES.subarray(0, bytesKept())));
  });
});

test('without a store a download is resumed within a run all the same, and all that came is counted', async () => {
  const server = await startFaultServer();
  const module = setUp(server, [CUT, OK]);
  const result = await fetch(module, ['--no-store', '--retries', '1']);
  const [first, start, ...more] = startsAsked(server);
  expect([first, more]).toEqual([undefined, []]);
  expect(start).toBeGreaterThan(2 * MIB);
  expect(result.stdout + result.stderr).toContain(`(${formatBytes(4 * MIB)} downloaded in `);
  expectDone(result, module);
  expect(filesBelow(storeDirectory())).toEqual([]);
});
