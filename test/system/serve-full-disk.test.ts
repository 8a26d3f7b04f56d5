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
      const { library } = await openLibrary([declared(BIG, url)], { store });
      expect(() => writeFileSync(join(disk, 'filler'), Buffer.alloc(DISK_BYTES))).toThrow('ENOSPC');
      await expect(hashOf(library, { digest: DIGEST })).rejects.toMatchObject({
        code: 'BLOBS_HASH_MISMATCH',
      });
      server.serve('/big', BIG);
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
