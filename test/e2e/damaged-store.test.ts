import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startFaultServer } from '../support/fault-server.ts';
import {
  BYTES,
  checked,
  DAMAGED_FILES,
  DIGEST,
  entryFile,
  expectManyBlobs,
  fetch,
  fetchJson,
  IS_WINDOWS,
  makeReadOnly,
  manyBlobs,
  moduleWith,
  outcome,
  PATH,
  STRANGERS,
  serveBlob,
  storeDirectory,
} from '../support/store.ts';
import { sha256OfFile, temporaryFilesBelow, testHome, withDirectory } from '../support/temp.ts';

describe('a damaged entry of the store', () => {
  test.for(DAMAGED_FILES)(
    '$what is replaced by a good one from the URL, with a warning',
    async ({ damage }) => {
      const { server, url } = await serveBlob();
      const blob = { path: PATH, bytes: BYTES, url, size: BYTES.length };
      await fetch(moduleWith([blob]));
      damage(entryFile());
      const module = moduleWith([blob]);

      const { blobs, issues } = await fetchJson(module);

      expect(blobs.map(outcome)).toEqual([['A', 'url', url, BYTES.length]]);
      expect(issues.map(({ severity, code, path }) => [severity, code, path])).toEqual(
        // An entry is named by its hash, so that decides whatever its size is.
        [['warning', 'BLOBS_HASH_MISMATCH', PATH]],
      );
      expect([module.blobFile(PATH), entryFile()].map(sha256OfFile)).toEqual([DIGEST, DIGEST]);
      expect(server.requests).toHaveLength(2);
      expect((await fetchJson(moduleWith([blob]))).summary).toMatchObject({ store: 1 });
    },
  );

  test.for(STRANGERS)(
    'that is $what is not used, and nothing behind it is touched',
    async ({ damage, warnings, isThere }) => {
      const { server, url } = await serveBlob();
      const blob = { path: PATH, bytes: BYTES, url };
      await fetch(moduleWith([blob]));
      rmSync(entryFile());
      damage(entryFile());
      const module = moduleWith([blob]);

      const { blobs, issues } = await fetchJson(module);

      expect(blobs.map(outcome)).toEqual([['A', 'url', url, BYTES.length]]);
      expect(issues.map(({ severity, code }) => [severity, code])).toEqual(
        (warnings ?? []).map((code) => ['warning', code]),
      );
      expect(sha256OfFile(module.blobFile(PATH))).toBe(DIGEST);
      expect(server.requests).toHaveLength(2);
      if (isThere) expect(isThere(entryFile())).toBe(true);
      expect(temporaryFilesBelow(storeDirectory())).toEqual([]);
    },
  );

  test('that no source can replace leaves the old file where it was: exit 65', async () => {
    const server = await startFaultServer();
    const url = server.serve('/fw.bin', BYTES, [{ kind: 'ok' }, { kind: 'wrong-bytes' }]);
    await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]));
    writeFileSync(entryFile(), 'damaged');
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);
    writeFileSync(withDirectory(module.blobFile(PATH)), 'old');

    const result = await fetch(module);

    expect(result.code).toBe(65);
    expect(readFileSync(module.blobFile(PATH), 'utf8')).toBe('old');
    expect(existsSync(entryFile())).toBe(false);
    expect(temporaryFilesBelow(testHome())).toEqual([]);
  });
});

describe('a store that cannot be used', () => {
  test.for([
    '.cache',
    '.cache/zephyr-blobs',
    '.cache/zephyr-blobs/v1',
    '.cache/zephyr-blobs/v1/partial',
    '.cache/zephyr-blobs/v1/sha256',
  ])('because a file is at %s is one warning, and the fetch works', async (path) => {
    const server = await startFaultServer();
    const file = withDirectory(join(testHome(), path));
    writeFileSync(file, 'a file');
    const module = moduleWith(manyBlobs(server, 5));

    const result = await fetch(module, ['--json']);
    const { issues, summary } = checked(result);

    expect(issues).toMatchObject([{ severity: 'warning', code: 'BLOBS_STORE_UNUSABLE' }]);
    expect(summary).toMatchObject({ total: 5, url: 5 });
    expect(result.code).toBe(0);
    expectManyBlobs(module, 5);
    expect(readFileSync(file, 'utf8')).toBe('a file');
  });

  // Nothing is read-only for root.
  describe.skipIf(IS_WINDOWS || process.getuid?.() === 0)('because it is read-only', () => {
    test('before its first use is one warning, and the fetch works', async () => {
      const server = await startFaultServer();
      const module = moduleWith(manyBlobs(server, 5));
      makeReadOnly(testHome());

      const result = await fetch(module, ['--json']);

      expect(checked(result).issues).toMatchObject([{ severity: 'warning', code: 'BLOBS_STORE_UNUSABLE' }]);
      expect(result.code).toBe(0);
      expectManyBlobs(module, 5);
    });

    test('by now is one warning; what it holds is used, the rest comes from its URLs', async () => {
      const server = await startFaultServer();
      await fetch(moduleWith(manyBlobs(server, 2)));
      makeReadOnly(storeDirectory());
      const module = moduleWith(manyBlobs(server, 5));

      const result = await fetch(module, ['--json']);
      const { issues, summary } = checked(result);

      expect(issues).toMatchObject([{ severity: 'warning', code: 'BLOBS_STORE_UNUSABLE' }]);
      expect(summary).toMatchObject({ total: 5, store: 2, url: 3 });
      expect(result.code).toBe(0);
      expectManyBlobs(module, 5);
    });
  });

  test.runIf(process.platform === 'linux')(
    'because nothing can be made in its partial/ is no failure of a blob',
    async () => {
      const server = await startFaultServer();
      // Also root can make no file in /proc.
      symlinkSync('/proc/self/net', withDirectory(join(storeDirectory(), 'v1', 'partial')));
      const module = moduleWith(manyBlobs(server, 3));

      const result = await fetch(module, ['--json']);

      expect(checked(result).summary).toMatchObject({ total: 3, url: 3 });
      expect(checked(result).issues.map(({ severity }) => severity)).not.toContain('error');
      expect(result.code).toBe(0);
      expectManyBlobs(module, 3);
    },
  );
});
