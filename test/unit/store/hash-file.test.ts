// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hashContent } from '../../../src/store/hash-content.ts';
import { hashFile } from '../../../src/store/hash-file.ts';
import { openRegularFile } from '../../../src/store/open-regular-file.ts';
import { readRegularFile } from '../../../src/store/regular-file.ts';
import { sha256, someBytes, tempDir } from '../../support/temp.ts';
import { caught } from '../samples.ts';

function makeFile(content: Uint8Array | string): string {
  const file = join(tempDir(), 'file');
  writeFileSync(file, content);
  return file;
}

function makeFifo(): string {
  const fifo = join(tempDir(), 'fifo');
  execFileSync('mkfifo', [fifo]);
  return fifo;
}

describe('hashFile', () => {
  it.each([0, 1, 1024 * 1024 - 1, 1024 * 1024, 2 * 1024 * 1024 + 7])('hashes %i bytes', async (size) => {
    const bytes = someBytes('hash', size);
    expect(await hashFile(makeFile(bytes))).toEqual({ sha256: sha256(bytes), bytes: size });
  });

  it.each([0, 1, 5_000])('hashes all of a file that was %i bytes a moment ago', async (expectedBytes) => {
    const bytes = someBytes('grown', 50_000);
    const handle = await openRegularFile(makeFile(bytes));
    const { hash, bytes: found } = await hashContent(handle, { expectedBytes });
    await handle.close();
    expect([hash.digest('hex'), found]).toEqual([sha256(bytes), 50_000]);
  });

  it('follows a symbolic link', async () => {
    const file = makeFile('content');
    symlinkSync(file, `${file}-link`);
    expect((await hashFile(`${file}-link`)).sha256).toBe(sha256('content'));
  });

  it('refuses a directory', async () => {
    expect((await caught(() => hashFile(tempDir()))).code).toBe('BLOBS_NOT_A_FILE');
  });

  it.skipIf(process.platform === 'win32')('refuses a FIFO without waiting for it', async () => {
    expect((await caught(() => hashFile(makeFifo()))).code).toBe('BLOBS_NOT_A_FILE');
  });

  it("throws the system's error for a missing file", async () => {
    await expect(hashFile(join(tempDir(), 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('ends with the reason of its signal', async () => {
    const reason = new Error('enough');
    await expect(hashFile(makeFile('content'), AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe('readRegularFile', () => {
  it('reads up to the limit, and refuses a byte more', async () => {
    const file = makeFile('12345');
    expect(readRegularFile(file, 5).toString()).toBe('12345');
    expect(readRegularFile(makeFile(''), 0)).toHaveLength(0);
    const error = await caught(() => readRegularFile(file, 4));
    expect(error).toMatchObject({
      code: 'BLOBS_NOT_A_FILE',
      message: `${file} is larger than 4 bytes`,
      details: { file },
    });
  });

  it('refuses anything but a regular file', async () => {
    const directory = tempDir();
    mkdirSync(join(directory, 'd'));
    expect((await caught(() => readRegularFile(join(directory, 'd'), 10))).code).toBe('BLOBS_NOT_A_FILE');
    expect(() => readRegularFile(join(directory, 'missing'), 10)).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
  });

  it.skipIf(process.platform === 'win32')('does not wait at a FIFO', async () => {
    expect((await caught(() => readRegularFile(makeFifo(), 10))).code).toBe('BLOBS_NOT_A_FILE');
  });
});

describe('openRegularFile', () => {
  it('opens a regular file, and nothing else', async () => {
    const handle = await openRegularFile(makeFile('content'));
    expect((await handle.readFile()).toString()).toBe('content');
    await handle.close();
    expect((await caught(() => openRegularFile(tempDir()))).code).toBe('BLOBS_NOT_A_FILE');
  });
});
