// SPDX-License-Identifier: Apache-2.0
import {
  closeSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { open as openFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Content } from '../../../src/server/library/content.ts';
import type { BlobStore } from '../../../src/store/blob-store.ts';
import { entryFile } from '../../../src/store/store-layout.ts';
import { TemporaryFile } from '../../../src/store/temporary-file.ts';
import { sha256, someBytes } from '../../support/temp.ts';
import { digestOf, NEVER } from '../../unit/samples.ts';
import { hashOf, open, openLibrary, type TestLibrary } from './library-setup.ts';

const BYTES = someBytes('entry', 2_000_000);
const DIGEST = digestOf(BYTES);
// A whole second, which can be put back to the nanosecond.
const TIME = new Date(1_700_000_000_000);

/** Puts an entry into a store. */
async function put(store: BlobStore, bytes: Uint8Array): Promise<string> {
  const file = await TemporaryFile.create(store.partialDirectory);
  await file.handle.writeFile(bytes);
  await store.add(file, digestOf(bytes));
  const path = entryFile(store.directory, digestOf(bytes));
  utimesSync(path, TIME, TIME);
  return path;
}

/** A content of which the first piece was read. */
async function openHalfRead({
  library,
}: TestLibrary): Promise<{ content: Content; rest: () => Promise<string> }> {
  const content = await open(library, { digest: DIGEST });
  onTestFinished(() => content.release());
  const iterator = content.read({ from: 0 }, NEVER)[Symbol.asyncIterator]();
  const parts = [Buffer.from((await iterator.next()).value as Uint8Array)];
  const rest = async (): Promise<string> => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      parts.push(Buffer.from(next.value));
    }
    return sha256(Buffer.concat(parts));
  };
  return { content, rest };
}

/** Overwrites a few bytes of a file, and puts its times back. */
function changeSecretly(path: string, position: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+');
  writeSync(file, bytes, 0, bytes.length, position);
  closeSync(file);
  utimesSync(path, TIME, TIME);
  expect(statSync(path).mtimeMs).toBe(TIME.getTime());
}

describe('an entry of the store', () => {
  it('that is changed in place while it is read breaks off, also where its times are put back', async () => {
    const test = await openLibrary();
    const path = await put(test.store, BYTES);
    const { rest } = await openHalfRead(test);
    changeSecretly(path, 1_500_000, Buffer.from('wrong'));
    await expect(rest()).rejects.toMatchObject({ code: 'BLOBS_HASH_MISMATCH' });
  });

  it('that is wrong only for a while breaks off', async () => {
    const test = await openLibrary();
    const path = await put(test.store, BYTES);
    const { rest } = await openHalfRead(test);
    changeSecretly(path, 1_500_000, Buffer.from('wrong'));
    changeSecretly(path, 1_500_000, BYTES.subarray(1_500_000, 1_500_005));
    await expect(rest()).rejects.toMatchObject({ code: 'BLOBS_HASH_MISMATCH' });
  });

  it('that was changed in place is given to nobody', async () => {
    const { library, store } = await openLibrary();
    const path = await put(store, BYTES);
    expect(await hashOf(library, { digest: DIGEST })).toBe(DIGEST);
    changeSecretly(path, 0, Buffer.from('wrong'));
    expect(await library.open({ digest: DIGEST }, NEVER)).toBeUndefined();
  });

  it('goes on where it is noted as used', async () => {
    const test = await openLibrary();
    const path = await put(test.store, BYTES);
    const { rest } = await openHalfRead(test);
    test.library.touch(path);
    expect(statSync(path).atimeMs).toBeGreaterThan(TIME.getTime());
    expect(await rest()).toBe(DIGEST);
    expect(await hashOf(test.library, { digest: DIGEST })).toBe(DIGEST);
  });

  it('that was changed before it is noted as used breaks off', async () => {
    const test = await openLibrary();
    const path = await put(test.store, BYTES);
    const { rest } = await openHalfRead(test);
    changeSecretly(path, 1_500_000, Buffer.from('wrong'));
    test.library.touch(path);
    await expect(rest()).rejects.toMatchObject({ code: 'BLOBS_HASH_MISMATCH' });
  });

  it.each([
    ['is removed', (path: string) => rmSync(path)],
    [
      'is replaced',
      (path: string) => {
        writeFileSync(`${path}.new`, BYTES);
        renameSync(`${path}.new`, path);
      },
    ],
  ])('that %s while it is read comes whole', async (_, change) => {
    const test = await openLibrary();
    const path = await put(test.store, BYTES);
    const { rest } = await openHalfRead(test);
    change(path);
    expect(await rest()).toBe(DIGEST);
  });

  it('that is changed and removed while it is read breaks off', async () => {
    const test = await openLibrary();
    const path = await put(test.store, BYTES);
    const { rest } = await openHalfRead(test);
    changeSecretly(path, 1_500_000, Buffer.from('wrong'));
    rmSync(path);
    await expect(rest()).rejects.toMatchObject({ code: 'BLOBS_HASH_MISMATCH' });
  });

  it('is hashed once, however many others are asked for', async () => {
    const { library, store } = await openLibrary();
    const many = Array.from({ length: 100 }, (_, i) => someBytes(`entry ${i}`, 100));
    const paths: string[] = [];
    for (const bytes of many) paths.push(await put(store, bytes));
    // What changed a moment ago is not trusted by its times.
    vi.useFakeTimers({ now: Date.now() + 60_000, toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const look = async (): Promise<void> => {
      for (const bytes of many) {
        const content = await library.look({ digest: digestOf(bytes) }, NEVER);
        expect(content?.bytes).toBe(bytes.length);
        await content?.release();
      }
    };
    const handle = await openFile(paths[0] ?? '');
    const reads = vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'read');
    onTestFinished(() => reads.mockRestore());
    await handle.close();
    await look();
    expect(reads.mock.calls.length).toBeGreaterThanOrEqual(many.length);
    reads.mockClear();
    await look();
    expect(reads).not.toHaveBeenCalled();
  });
});
