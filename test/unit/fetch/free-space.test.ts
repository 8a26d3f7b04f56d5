// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FileSystemStats, FreeSpace, type Place } from '../../../src/fetch/free-space.ts';
import { LocalFileError } from '../../../src/fetch/local-file-error.ts';
import { tempDir } from '../../support/temp.ts';
import { caught } from '../samples.ts';

const EXT4 = 0xef53;
const BTRFS = 0x9123683e;

/** A machine whose directories `/<device>/…` have so many blocks of 10 bytes free. */
function machine(disks: Readonly<Record<string, Partial<FileSystemStats>>>): FreeSpace {
  return new FreeSpace(async (directory) => {
    const name = directory.split('/')[1] ?? '';
    const disk = disks[name];
    if (disk === undefined) throw Object.assign(new Error('no'), { code: 'EACCES' });
    const device = Object.keys(disks).indexOf(name);
    return { device, type: EXT4, blockBytes: 10, blocks: 1000, freeBlocks: 0, ...disk };
  });
}

const place = (directory: string, copies = 1): Place => ({ directory, copies });

describe('free space', () => {
  it('is enough up to the last byte, and one byte more is too much', async () => {
    const space = machine({ a: { freeBlocks: 10 } });
    await space.roomFor([place('/a/x')]).reserve(100);
    const error = await caught(() =>
      machine({ a: { freeBlocks: 10 } })
        .roomFor([place('/a/x')])
        .reserve(101),
    );
    expect(error).toBeInstanceOf(LocalFileError);
    expect(error.code).toBe('BLOBS_NO_SPACE');
    expect(error.message).toContain('/a/x');
    expect(error.details.facts).toEqual(['needed are 101 bytes; free are 100']);
  });

  it('must do for what other downloads still need, not for what they have written', async () => {
    const space = machine({ a: { freeBlocks: 10 } });
    const first = space.roomFor([place('/a')]);
    await first.reserve(60);
    const second = space.roomFor([place('/a')]);
    const error = await caught(() => second.reserve(60));
    expect(error.details.facts).toEqual([
      'needed are 120 bytes, 60 of them for other downloads under way; free are 100',
    ]);
    first.wrote(20);
    await second.reserve(60);
    // A refusal reserves nothing, and who asks again gives up what was reserved.
    await second.reserve(60);
    second.release();
    await space.roomFor([place('/a')]).reserve(60);
  });

  it('is free again when a download is over', async () => {
    const space = machine({ a: { freeBlocks: 10 } });
    const first = space.roomFor([place('/a')]);
    await first.reserve(100);
    first.release();
    await space.roomFor([place('/a')]).reserve(100);
  });

  it('is counted for each file system, and for each copy on it', async () => {
    const disks = { a: { freeBlocks: 10 }, b: { freeBlocks: 20 } };
    await machine(disks)
      .roomFor([place('/a'), place('/b', 2)])
      .reserve(100);
    const small = await caught(() =>
      machine(disks)
        .roomFor([place('/a'), place('/b', 3)])
        .reserve(100),
    );
    expect(small.message).toContain('/b');
    const same = await caught(() =>
      machine(disks)
        .roomFor([place('/b/store'), place('/b/m', 2)])
        .reserve(100),
    );
    expect(same.details.facts).toEqual(['needed are 300 bytes; free are 200']);
  });

  it.each([
    [['/a/x'], 'make room on the file system of /a/x'],
    [['/a/v1/partial'], 'make room, for example with "blobs cache prune"'],
    [['/a/v1/partial', '/a/x'], 'make room, for example with "blobs cache prune"'],
    [['/b/v1/partial', '/a/x'], 'make room on the file system of /a/x'],
  ])('of %j is to be had where it is missing', async (directories, hint) => {
    const space = machine({ a: { freeBlocks: 1 }, b: { freeBlocks: 100 } });
    const error = await caught(() => space.roomFor(directories.map((one) => place(one))).reserve(100));
    expect(error.details.hint).toContain(hint);
  });

  it('is needed once where copies share their blocks', async () => {
    const space = machine({ a: { type: BTRFS, freeBlocks: 10 } });
    await space.roomFor([place('/a'), place('/a/m', 5)]).reserve(100);
  });

  it('need not do for what is there of a download that goes on', async () => {
    const space = machine({ a: { freeBlocks: 10 } });
    await space.roomFor([place('/a')]).reserve(150, 50);
    await caught(() =>
      machine({ a: { freeBlocks: 10 } })
        .roomFor([place('/a')])
        .reserve(151, 50),
    );
  });

  it.each<[string, Partial<FileSystemStats>]>([
    ['has no blocks', { blocks: 0 }],
    ['has blocks without a size', { blockBytes: 0 }],
  ])('is not checked where the file system %s', async (_what, lie) => {
    await machine({ a: lie })
      .roomFor([place('/a')])
      .reserve(1e15);
  });

  it('is not checked where nothing is known, nor counted for another file system', async () => {
    const space = machine({ b: { freeBlocks: 10 } });
    const room = space.roomFor([place('/unknown'), place('/b')]);
    await room.reserve(100);
    // What is written goes to the first place.
    room.wrote(100);
    await caught(() => space.roomFor([place('/b')]).reserve(1));
  });

  it('is asked of the real system, also for a directory that is not there yet', async () => {
    const directory = join(tempDir(), 'not', 'yet');
    await new FreeSpace().roomFor([place(directory)]).reserve(1);
    expect((await caught(() => new FreeSpace().roomFor([place(directory)]).reserve(2 ** 52))).code).toBe(
      'BLOBS_NO_SPACE',
    );
  });
});
