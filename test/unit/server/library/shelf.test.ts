// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Sha256 } from '../../../../src/core/sha256.ts';
import { PieceBudget } from '../../../../src/server/library/shared-pieces.ts';
import { Shelf } from '../../../../src/server/library/shelf.ts';
import { BlobStore } from '../../../../src/store/blob-store.ts';
import { hashContent } from '../../../../src/store/hash-content.ts';
import { entryFile } from '../../../../src/store/store-layout.ts';
import { sha256, someBytes, tempDir, withDirectory } from '../../../support/temp.ts';

vi.mock('../../../../src/store/hash-content.ts', { spy: true });

const MORE_THAN_ARE_OPEN = 65;

test('hashes an entry once, also where others were asked for meanwhile, and again when it changed', async () => {
  const store = new BlobStore(tempDir());
  const digests = Array.from({ length: MORE_THAN_ARE_OPEN }, (_, index) => {
    const bytes = someBytes(`entry ${index}`);
    const digest = sha256(bytes) as Sha256;
    writeFileSync(withDirectory(entryFile(store.directory, digest)), bytes);
    return digest;
  });
  // What changed just now is not recognised by its times.
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
  const shelf = new Shelf(store, new PieceBudget(), new AbortController().signal);
  onTestFinished(async () => {
    vi.restoreAllMocks();
    await shelf.close();
  });
  for (const digest of [...digests, ...digests]) expect((await shelf.find(digest))?.digest).toBe(digest);
  expect(hashContent).toHaveBeenCalledTimes(digests.length);

  const [first = '' as Sha256] = digests;
  writeFileSync(entryFile(store.directory, first), someBytes('something else'));
  expect(await shelf.find(first)).toBeUndefined();
  expect(hashContent).toHaveBeenCalledTimes(digests.length + 1);
});
