// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BlobStore } from '../../src/store/blob-store.ts';
import { declared, hashOf, open, openLibrary, readAll } from '../integration/server/library-setup.ts';
import { type Behaviour, startFaultServer } from '../support/fault-server.ts';
import { withSmallDisk } from '../support/mount.ts';
import { sha256, someBytes, temporaryFilesBelow } from '../support/temp.ts';
import { digestOf, NEVER } from '../unit/samples.ts';

const DISK_BYTES = 3 * 1024 * 1024;
const BIG = someBytes('big', 8_000_000);
const DIGEST = digestOf(BIG);
const SMALL = someBytes('small', 100_000);

describe('a library on a full disk', () => {
  test.for([
    ['announced', { kind: 'ok' }],
    ['unknown until the disk is full', { kind: 'gzip' }],
  ] satisfies [string, Behaviour][])(
    'streams through what has no room, of a size that is %s',
    async ([_size, behaviour], context) => {
      await withSmallDisk(context, DISK_BYTES, async (disk) => {
        const server = await startFaultServer();
        const url = server.serve('/big', BIG, behaviour);
        const small = server.serve('/small', SMALL);
        const store = new BlobStore(join(disk, 'store'));
        const { library, ends } = await openLibrary([declared(BIG, url), declared(SMALL, small)], { store });
        const contents = await Promise.all([1, 2, 3].map(() => open(library, { digest: DIGEST })));
        const all = await Promise.all(contents.map((content) => readAll(content)));
        expect(all.map(sha256)).toEqual([DIGEST, DIGEST, DIGEST]);
        expect(server.requestsFor('/big').length).toBe(1);
        expect(ends.map(({ result, error }) => [result, (error as { code?: string }).code])).toEqual([
          ['passed-on', 'BLOBS_NO_SPACE'],
        ]);
        // What is known by its URL alone, too; and there is room again for what is small.
        expect(await hashOf(library, { url: `${url}?other` })).toBe(DIGEST);
        expect(await hashOf(library, { digest: digestOf(SMALL) })).toBe(sha256(SMALL));
        expect(store.entries().map(({ digest }) => digest)).toEqual([sha256(SMALL)]);
        expect(temporaryFilesBelow(disk)).toEqual([]);
      });
    },
  );

  test('streams through where not a byte can be written, and wrong bytes never end well', async (context) => {
    await withSmallDisk(context, DISK_BYTES, async (disk) => {
      const server = await startFaultServer();
      const url = server.serve('/big', BIG, { kind: 'wrong-bytes' });
      const store = new BlobStore(join(disk, 'store'));
      const { library, clock } = await openLibrary([declared(BIG, url)], { store });
      expect(() => writeFileSync(join(disk, 'filler'), Buffer.alloc(DISK_BYTES))).toThrow('ENOSPC');
      await expect(hashOf(library, { digest: DIGEST })).rejects.toMatchObject({
        code: 'BLOBS_HASH_MISMATCH',
      });
      server.serve('/big', BIG);
      // For so long it is remembered that they were wrong.
      clock.nowMs += 30_000;
      expect(await hashOf(library, { digest: DIGEST })).toBe(DIGEST);
    });
  });

  test('goes on where upstream breaks off and has the same bytes, and breaks where it has others', async (context) => {
    await withSmallDisk(context, DISK_BYTES, async (disk) => {
      const server = await startFaultServer();
      const store = new BlobStore(join(disk, 'store'));
      const cut: Behaviour = { kind: 'truncate', afterBytes: 6_000_000, headers: {} };
      const url = server.serve('/big', BIG, [cut, { kind: 'ok', ranges: false }]);
      const wrong = server.serve('/wrong', BIG, [cut, { kind: 'wrong-bytes' }]);
      const { library } = await openLibrary([declared(BIG, url)], { store });
      expect(await hashOf(library, { digest: DIGEST })).toBe(DIGEST);
      await expect(hashOf(library, { url: wrong })).rejects.toMatchObject({ name: 'BlobsError' });
    });
  });

  test('lets nobody wait for one who wants a part, which ends when the whole is verified', async (context) => {
    await withSmallDisk(context, DISK_BYTES, async (disk) => {
      const server = await startFaultServer();
      const url = server.serve('/big', BIG);
      const wrong = server.serve('/wrong', BIG, { kind: 'wrong-bytes' });
      const store = new BlobStore(join(disk, 'store'));
      // Far longer than a test may take.
      const { library } = await openLibrary([declared(BIG, url)], { store, stallMs: 3_600_000 });
      const parts = [
        [0, 1],
        [1_000_000, 1_000_010],
        [5_000_000, 5_000_001],
        [4_500_000, 7_000_000],
      ] as const;
      const contents = await Promise.all([0, ...parts].map(() => open(library, { digest: DIGEST })));
      const [whole, ...rest] = contents.map((content, index) =>
        readAll(content, ...(parts[index - 1] ?? [])),
      );
      expect(sha256((await whole) ?? '')).toBe(DIGEST);
      const got = await Promise.all(rest);
      expect(got.map(sha256)).toEqual(parts.map(([from, to]) => sha256(BIG.subarray(from, to))));
      expect(server.requestsFor('/big').length).toBe(1);

      const bad = await openLibrary([declared(BIG, wrong)], { store, stallMs: 3_600_000 });
      const broken = await Promise.all(parts.map(() => open(bad.library, { digest: DIGEST })));
      const ends = broken.map(async (content, index) => {
        const [from, to] = parts[index] ?? [0, 0];
        let bytes = 0;
        const read = async (): Promise<void> => {
          for await (const piece of content.read({ from, to }, NEVER)) bytes += piece.length;
        };
        await expect(read()).rejects.toMatchObject({ code: 'BLOBS_HASH_MISMATCH' });
        await content.release();
        return to - from - bytes;
      });
      expect(await Promise.all(ends)).toEqual([1, 1, 1, 1]);
    });
  });

  test('drops a client that takes nothing, so that the others have their bytes', async (context) => {
    await withSmallDisk(context, DISK_BYTES, async (disk) => {
      const server = await startFaultServer();
      const url = server.serve('/big', BIG);
      const store = new BlobStore(join(disk, 'store'));
      const { library } = await openLibrary([declared(BIG, url)], { store, stallMs: 50 });
      const stalled = await open(library, { digest: DIGEST });
      const iterator = stalled.read({ from: 0 }, NEVER)[Symbol.asyncIterator]();
      const other = await open(library, { digest: DIGEST });
      await iterator.next();
      expect(sha256(await readAll(other))).toBe(DIGEST);
      await expect(iterator.next()).rejects.toMatchObject({ code: 'BLOBS_TIMEOUT' });
      await stalled.release();
    });
  });
});
