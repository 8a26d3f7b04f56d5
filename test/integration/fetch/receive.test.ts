// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { SlowBody } from '../../../src/fetch/least-rate.ts';
import { LocalFileError } from '../../../src/fetch/local-file-error.ts';
import { type ReceiveOptions, receive } from '../../../src/fetch/receive.ts';
import type { TemporaryFile } from '../../../src/store/temporary-file.ts';
import { filesBelow, sha256, sha256OfFile, someBytes, tempDir } from '../../support/temp.ts';
import { caught } from '../../unit/samples.ts';

function optionsFor(directory: string, maxBytes = 10_000_000, isDeclaredSize = false): ReceiveOptions {
  return { directory, limit: { maxBytes, isDeclaredSize }, onBytes: () => undefined };
}

describe('receive', () => {
  it.each([0, 1, 1000, 3_000_000])('writes and hashes %i bytes', async (size) => {
    const directory = tempDir();
    const bytes = someBytes('receive', size);
    const counted: number[] = [];
    const { file, ...rest } = await receive(
      { stream: Readable.from(size === 0 ? [] : [bytes.subarray(0, 10), bytes.subarray(10)]) },
      { ...optionsFor(directory), onBytes: (n) => void counted.push(n) },
    );
    expect(rest).toEqual({ sha256: sha256(bytes), bytes: size });
    expect(counted.reduce((sum, n) => sum + n, 0)).toBe(size);
    await file.moveTo(join(directory, 'fw.bin'));
    expect(filesBelow(directory)).toEqual(['fw.bin']);
  });

  it.each([
    [true, 'BLOBS_SIZE_MISMATCH', 'the source announces 11 bytes, module.yml declares 10'],
    [false, 'BLOBS_TOO_LARGE', 'the source announces more than the 10 bytes that are allowed'],
  ])(
    'refuses an announced length that is too large (declared size: %s) and reads nothing',
    async (isDeclared, code, message) => {
      const directory = tempDir();
      const stream = new PassThrough();
      const error = await caught(() =>
        receive({ stream, length: 11 }, optionsFor(directory, 10, isDeclared)),
      );
      expect(error).toMatchObject({ code, message });
      expect([stream.destroyed, filesBelow(directory)]).toEqual([true, []]);
    },
  );

  it.each([
    [true, 'BLOBS_SIZE_MISMATCH', 'the source sends more, module.yml declares 10'],
    [false, 'BLOBS_TOO_LARGE', 'the source sends more than the 10 bytes that are allowed'],
  ])(
    'stops at the byte that is too many (declared size: %s), without end or not',
    async (isDeclared, code, message) => {
      const directory = tempDir();
      let sent = 0;
      const stream = Readable.from(
        (function* () {
          for (;;) {
            sent += 5;
            yield Buffer.alloc(5);
          }
        })(),
      );
      const error = await caught(() => receive({ stream }, optionsFor(directory, 10, isDeclared)));
      expect(error).toMatchObject({ code, message });
      expect([stream.destroyed, filesBelow(directory)]).toEqual([true, []]);
      expect(sent).toBeLessThan(1000);
    },
  );

  it('breaks off a source that is too slow, and gives away what came', async () => {
    let nowMs = 0;
    const pieces = Array.from({ length: 100 }, (_, i) => Buffer.alloc(i < 50 ? 700 : 600));
    const stream = Readable.from(pieces);
    const leastRate = { bytesPerSecond: 100, overMs: 60_000, now: () => nowMs };
    let kept = 0;
    const takeUnfinished = async (file: TemporaryFile): Promise<void> => {
      kept = (await file.handle.stat()).size;
      await file.discard();
    };
    const onBytes = (): void => {
      nowMs += 7000;
    };
    const options = { ...optionsFor(tempDir()), leastRate, takeUnfinished, onBytes };
    const error: unknown = await receive({ stream }, options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SlowBody);
    expect([stream.destroyed, kept]).toEqual([true, 50 * 700 + 4 * 600]);
  });

  it('does not count time in which nobody wants more of a source', async () => {
    let nowMs = 0;
    const bytes = someBytes('paused', 1000);
    const follower = {
      begin: async () => undefined,
      wrote: () => undefined,
      relay: async () => undefined,
      hand: async () => {
        nowMs += 3_600_000;
      },
    };
    const stream = Readable.from(
      Array.from({ length: 10 }, (_, i) => bytes.subarray(i * 100, i * 100 + 100)),
    );
    const leastRate = { bytesPerSecond: 100, overMs: 60_000, now: () => nowMs };
    const options = { ...optionsFor(tempDir()), leastRate, follower, isWithoutRoom: true };
    const error = await caught(() => receive({ stream }, options));
    expect(error).toMatchObject({ sha256: sha256(bytes), bytes: 1000 });
    expect(nowMs).toBe(10 * 3_600_000);
  });

  it('takes exactly as many bytes as are allowed', async () => {
    const { bytes, file } = await receive(
      { stream: Readable.from([Buffer.alloc(10)]) },
      optionsFor(tempDir(), 10),
    );
    await file.discard();
    expect(bytes).toBe(10);
  });

  it('leaves no file when the stream fails, and throws what it threw', async () => {
    const directory = tempDir();
    const failure = new Error('broken');
    const stream = new PassThrough();
    stream.write(Buffer.alloc(600_000));
    const received = receive({ stream }, optionsFor(directory));
    stream.destroy(failure);
    await expect(received).rejects.toBe(failure);
    expect(filesBelow(directory)).toEqual([]);
  });

  it.each([
    ['before anybody read it', 0, 50_000],
    ['while earlier bytes are written', 600_000, 50_000],
  ])('gives away all that came where the source fails %s', async (_when, first, second) => {
    const failure = new Error('broken');
    const bytes = someBytes('unread', first + second);
    const stream = new Readable({ read: () => undefined });
    const breakOff = (): void => {
      stream.push(bytes.subarray(first));
      stream.destroy(failure);
    };
    if (first === 0) breakOff();
    else stream.push(bytes.subarray(0, first));
    let found: string | undefined;
    const received = receive(
      { stream },
      {
        ...optionsFor(tempDir()),
        onBytes: (count) => count === first && process.nextTick(breakOff),
        takeUnfinished: async (file) => {
          found = sha256OfFile(file.path);
          await file.discard();
        },
      },
    );
    await expect(received).rejects.toBe(failure);
    expect(found).toBe(sha256(bytes));
  });

  it('gives away what came only when it has its name that outlives the process', async () => {
    const order: string[] = [];
    const stream = new PassThrough();
    const received = receive(
      { stream },
      {
        ...optionsFor(tempDir()),
        onMuch: async (file) => {
          order.push('begun');
          stream.destroy(new Error('broken'));
          // Longer than anything takes that does not wait for this.
          for (let trip = 0; trip < 50; trip++) await file.handle.stat();
          order.push('named');
        },
        takeUnfinished: async (file) => {
          order.push('given away');
          await file.discard();
        },
      },
    );
    stream.write(Buffer.alloc(2_000_000));
    await expect(received).rejects.toThrow('broken');
    expect(order).toEqual(['begun', 'named', 'given away']);
  });

  it('takes a directory that cannot be made for a failure of this machine', async () => {
    const directory = tempDir();
    writeFileSync(join(directory, 'file'), '');
    const stream = new PassThrough();
    const error = await caught(() => receive({ stream }, optionsFor(join(directory, 'file', 'below'))));
    expect(error).toBeInstanceOf(LocalFileError);
    expect(error.code).toBe('BLOBS_FILE_ACCESS');
    expect(stream.destroyed).toBe(true);
  });
});
