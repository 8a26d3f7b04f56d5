// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { type MadeModule, makeModule } from '../support/modules.ts';
import { withSmallDisk } from '../support/mount.ts';
import { runCli } from '../support/run-cli.ts';
import {
  sha256,
  sha256OfFile,
  someBytes,
  tempDir,
  temporaryFilesBelow,
  withDirectory,
} from '../support/temp.ts';

const DISK_BYTES = 2 * 1024 * 1024;
const SMALL = someBytes('small', 100_000);
const BIG = someBytes('big', 4_000_000);

interface Setup {
  readonly module: MadeModule;
  readonly server: FaultServer;
}

/** A module with a small blob and one that is larger than the disk, with a previous file; `size` as given. */
async function setUp(
  directory: string,
  big: { readonly size?: number; readonly isCompressed?: boolean },
): Promise<Setup> {
  const server = await startFaultServer();
  const { isCompressed, ...sized } = big;
  const module = makeModule(join(directory, 'hal_x'), {
    name: 'hal_x',
    blobs: [
      {
        path: 'big.bin',
        bytes: BIG,
        url: server.serve('/big', BIG, ...(isCompressed ? [{ kind: 'gzip' as const }] : [])),
        ...sized,
      },
      { path: 'small.bin', bytes: SMALL, url: server.serve('/small', SMALL) },
    ],
  });
  writeFileSync(withDirectory(module.blobFile('big.bin')), 'previous');
  return { module, server };
}

function expectSmallAlone({ module }: Setup): void {
  expect(readFileSync(module.blobFile('big.bin'), 'utf8')).toBe('previous');
  expect(sha256OfFile(module.blobFile('small.bin'))).toBe(sha256(SMALL));
  expect(temporaryFilesBelow(module.directory)).toEqual([]);
}

describe('a full disk', () => {
  test.for([
    ['declared', { size: BIG.length }, 0],
    ['announced', {}, 1],
  ] as const)(
    'for the module: a blob of %s size is not downloaded, the rest is',
    async ([_how, big, asked], context) => {
      await withSmallDisk(context, DISK_BYTES, async (disk) => {
        const setup = await setUp(disk, big);
        const result = await runCli(['fetch', '--no-store', '-m', setup.module.directory]);
        expect(result.code).toBe(1);
        expect(result.stderr).toContain('BLOBS_NO_SPACE');
        expect(result.stderr).toMatch(/needed are 4000000 bytes.*free are \d+/);
        expect(result.stderr).toContain('hint: make room');
        expect(result.stderr).not.toContain('cache prune');
        expectSmallAlone(setup);
        expect(setup.server.requests.filter(({ path }) => path === '/big')).toHaveLength(asked);
      });
    },
  );

  test('for the module: a blob of unknown size fails when the disk is full', async (context) => {
    await withSmallDisk(context, DISK_BYTES, async (disk) => {
      const setup = await setUp(disk, { isCompressed: true });
      const result = await runCli(['fetch', '--no-store', '-j', '1', '-m', setup.module.directory]);
      expect(result.code).toBe(1);
      expect(result.stderr).toContain('BLOBS_NO_SPACE');
      expect(result.stderr).toContain('ENOSPC');
      expectSmallAlone(setup);
    });
  });

  test('for the module alone: what a store has room for is told before it is downloaded', async (context) => {
    await withSmallDisk(context, DISK_BYTES, async (disk) => {
      const setup = await setUp(disk, { size: BIG.length });
      const result = await runCli(['fetch', '-m', setup.module.directory], {
        env: { BLOBS_STORE: tempDir() },
      });
      expect(result.code).toBe(1);
      expect(result.stderr).toContain(`not enough free space for ${join(setup.module.directory, 'zephyr')}`);
      expectSmallAlone(setup);
    });
  });

  test('for a module whose blob is in the store: the copy fails cleanly', async (context) => {
    await withSmallDisk(context, DISK_BYTES, async (disk) => {
      const env = { BLOBS_STORE: tempDir() };
      const elsewhere = await setUp(tempDir(), {});
      expect((await runCli(['fetch', '-m', elsewhere.module.directory], { env })).code).toBe(0);
      const setup = await setUp(disk, {});
      // One by one, since what of the large one is there before it fails takes the room of the small one.
      const result = await runCli(['fetch', '-j', '1', '-m', setup.module.directory], { env });
      expect(result.code).toBe(1);
      expect(result.stderr).toContain('BLOBS_NO_SPACE');
      expect(result.stderr).toContain(`hint: make room on the file system of ${setup.module.directory}`);
      expectSmallAlone(setup);
    });
  });

  test.for([{ size: BIG.length }, {}, { isCompressed: true }])('for the store: %j', async (big, context) => {
    await withSmallDisk(context, DISK_BYTES, async (disk) => {
      const setup = await setUp(tempDir(), big);
      const store = join(disk, 'store');
      const options = { env: { BLOBS_STORE: store } };
      const result = await runCli(['fetch', '-j', '1', '-m', setup.module.directory], options);
      expect(result.code).toBe(1);
      expect(result.stderr).toContain('BLOBS_NO_SPACE');
      expectSmallAlone(setup);
      expect(temporaryFilesBelow(disk)).toEqual([]);
      expect((await runCli(['cache', 'verify'], options)).code).toBe(0);
    });
  });

  test('for the auto-cache: all blobs are fetched, with a warning', async (context) => {
    await withSmallDisk(context, DISK_BYTES, async (disk) => {
      const { module } = await setUp(tempDir(), {});
      const result = await runCli(['fetch', '--auto-cache', disk, '-m', module.directory]);
      expect(result.code).toBe(0);
      expect(result.stderr).toMatch(/warning: .*big\.bin cannot be kept.*\[BLOBS_NO_SPACE\]/);
      expect(sha256OfFile(module.blobFile('big.bin'))).toBe(sha256(BIG));
      expect(readdirSync(disk)).toEqual([`small.bin.${sha256(SMALL)}`]);
    });
  });

  test('for a mirror: what does not fit is told, and nothing is left of an index that cannot be written', async (context) => {
    await withSmallDisk(context, DISK_BYTES, async (disk) => {
      const { module } = await setUp(tempDir(), {});
      writeFileSync(module.blobFile('big.bin'), BIG);
      writeFileSync(module.blobFile('small.bin'), SMALL);
      const push = () => runCli(['mirror', 'push', disk, '-m', module.directory]);
      const first = await push();
      expect(first.code).toBe(1);
      expect(first.stderr).toMatch(/cannot push hal_x: big\.bin: .* no room \[BLOBS_NO_SPACE\]/);
      expect(first.stderr).toContain(`hint: make room on the file system of ${disk}`);
      expect(first.stderr).not.toContain('ENOSPC');
      expect(first.stderr).toContain('read it with --mirror');

      rmSync(join(disk, 'index.json'));
      const filler = join(disk, 'filler');
      // The last of it is written as far as it fits.
      spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096']);
      const full = await push();
      expect(full.code).toBe(1);
      expect(full.stderr).toMatch(/cannot write the index of .* \[BLOBS_NO_SPACE\]/);
      expect(full.stderr).not.toContain('read it with --mirror');
      expect(readdirSync(disk).sort()).toEqual(['filler', 'sha256']);
    });
  });
});
