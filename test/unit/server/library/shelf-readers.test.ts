// SPDX-License-Identifier: Apache-2.0
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Sha256 } from '../../../../src/core/sha256.ts';
import { PieceBudget } from '../../../../src/server/library/shared-pieces.ts';
import { Shelf } from '../../../../src/server/library/shelf.ts';
import { StoredContent } from '../../../../src/server/library/stored-content.ts';
import { BlobStore } from '../../../../src/store/blob-store.ts';
import { entryFile } from '../../../../src/store/store-layout.ts';
import { sha256, someBytes, tempDir, withDirectory } from '../../../support/temp.ts';
import { digestOf, NEVER } from '../../samples.ts';

const LARGE = someBytes('large', 2_000_000);

function put(store: BlobStore, digest: Sha256, bytes: Uint8Array | string): string {
  const file = withDirectory(entryFile(store.directory, digest));
  writeFileSync(file, bytes);
  return file;
}

describe('an entry of a shelf', () => {
  it('lets who reads it read on while more than it keeps open are asked for', async () => {
    const store = new BlobStore(tempDir());
    // Nothing is kept in memory, so that all comes from the file.
    const shelf = new Shelf(store, new PieceBudget(1), NEVER);
    put(store, digestOf(LARGE), LARGE);
    const entry = await shelf.find(digestOf(LARGE));
    if (entry === undefined) throw new Error('there is no entry');
    const content = new StoredContent(entry);
    const parts: Uint8Array[] = [];
    for await (const piece of content.read({ from: 0 }, NEVER)) {
      parts.push(Uint8Array.from(piece));
      if (parts.length > 1) continue;
      for (let count = 0; count < 65; count++) {
        const small = `small ${count}`;
        put(store, digestOf(small), small);
        expect((await shelf.find(digestOf(small)))?.bytes).toBe(small.length);
      }
    }
    expect(parts.length).toBeGreaterThan(2);
    expect(sha256(Buffer.concat(parts))).toBe(sha256(LARGE));
    await content.release();
    expect(() => entry.isUnchanged()).toThrow('fd');
    await shelf.close();
  });

  it('is not removed where another process repaired it while it was found to be damaged', async () => {
    const store = new BlobStore(tempDir());
    const file = put(store, digestOf(LARGE), 'damaged');
    const repaired = join(tempDir(), 'repaired');
    writeFileSync(repaired, LARGE);
    const { signal } = new AbortController();
    // It is looked at while the entry is hashed.
    signal.throwIfAborted = () => {
      if (existsSync(repaired)) renameSync(repaired, file);
    };
    const shelf = new Shelf(store, new PieceBudget(), signal);
    expect(await shelf.find(digestOf(LARGE))).toBeUndefined();
    expect(existsSync(repaired)).toBe(false);
    expect((await shelf.find(digestOf(LARGE)))?.bytes).toBe(LARGE.length);
    await shelf.close();
  });
});
