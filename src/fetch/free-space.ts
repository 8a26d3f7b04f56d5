// SPDX-License-Identifier: Apache-2.0
import { stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeRoomHint, STORE_FULL_HINT, systemCode } from '../core/errors.ts';
import { isPartialDirectory } from '../store/store-layout.ts';
import { LocalFileError } from './local-file-error.ts';

/** A file system as `statfs(2)` describes it. */
export interface FileSystemStats {
  /** Which file system it is, as `st_dev` says. */
  readonly device: number;
  readonly type: number;
  readonly blockBytes: number;
  readonly blocks: number;
  /** Free blocks that this user may write to. */
  readonly freeBlocks: number;
}

/** Where a file will lie, and in how many copies. */
export interface Place {
  /** Absolute; it need not be there yet. */
  readonly directory: string;
  readonly copies: number;
}

interface Need {
  readonly device: number;
  bytes: number;
}

// btrfs, XFS, bcachefs, APFS, ReFS: a copy takes no room there, or need not.
const CLONING_TYPES: ReadonlySet<number> = new Set([0x9123683e, 0x58465342, 0xca451a4e, 0x1a, 0x52654653]);

/**
 * Knows how much room the downloads of one run will still take on each file system, so that one begins only where it
 * fits beside the others. What the system does not say is not checked: writing will tell.
 */
export class FreeSpace {
  readonly #inspect: (directory: string) => Promise<FileSystemStats>;
  readonly #rooms = new Set<Room>();

  /** @param inspect Rejects where nothing is known. */
  constructor(inspect: (directory: string) => Promise<FileSystemStats> = inspectFileSystem) {
    this.#inspect = inspect;
  }

  /**
   * Room for one file. Nothing is asked or reserved before {@link Room.reserve}; {@link Room.release} must be called.
   *
   * @param places The first is where the download is written; copies elsewhere are made from it.
   */
  roomFor(places: readonly Place[]): Room {
    const room = new Room(places, this.#inspect, this.#rooms);
    this.#rooms.add(room);
    return room;
  }
}

/** What one download will take, and has taken. */
export class Room {
  readonly #places: readonly Place[];
  readonly #inspect: (directory: string) => Promise<FileSystemStats>;
  readonly #all: Set<Room>;
  #needs: readonly Need[] = [];
  /** What of them the first place makes, where its file system is known. */
  #download: Need | undefined;

  /** Made by {@link FreeSpace.roomFor} alone. */
  constructor(places: readonly Place[], inspect: (d: string) => Promise<FileSystemStats>, all: Set<Room>) {
    this.#places = places;
    this.#inspect = inspect;
    this.#all = all;
  }

  /**
   * Reserves room for a file of `bytes`, of which the first `present` lie in the first place already (a resumed
   * download); what was reserved before is given up. To be called right before a download begins.
   *
   * @throws LocalFileError `BLOBS_NO_SPACE` where it does not fit; nothing is reserved then
   */
  async reserve(bytes: number, present = 0): Promise<void> {
    this.#needs = [];
    this.#download = undefined;
    const found: { place: Place; stats: FileSystemStats }[] = [];
    for (const place of this.#places) {
      const stats = await this.#inspect(place.directory).catch(() => undefined);
      // Some network file systems answer zeros for what they do not know.
      if (stats && stats.blocks > 0 && stats.blockBytes > 0) found.push({ place, stats });
    }
    const needs = new Map<number, Need>();
    for (const [index, { place, stats }] of found.entries()) {
      const { device, type, blockBytes, freeBlocks } = stats;
      const before = needs.get(device)?.bytes ?? 0;
      const isFirst = index === 0 && place === this.#places[0];
      const own = place.copies * bytes - (isFirst ? Math.min(present, bytes) : 0);
      const need = CLONING_TYPES.has(type) ? Math.max(before, Math.min(own, bytes)) : before + own;
      const free = freeBlocks * blockBytes;
      const others = this.#reservedByOthers(device);
      if (need + others > free) {
        const isStores = found.some(
          (one) => one.stats.device === device && isPartialDirectory(one.place.directory),
        );
        throw noSpace(place.directory, { need, others, free, isStores });
      }
      needs.set(device, { device, bytes: need });
    }
    this.#needs = [...needs.values()];
    const first = found[0];
    if (first && first.place === this.#places[0]) this.#download = needs.get(first.stats.device);
  }

  /** Notes that `bytes` of the download were written, so that they count as taken and no longer as needed. */
  wrote(bytes: number): void {
    if (this.#download) this.#download.bytes = Math.max(0, this.#download.bytes - bytes);
  }

  /** Gives up what is reserved: the file and its copies are where they belong, or never will be. */
  release(): void {
    this.#all.delete(this);
  }

  #reservedByOthers(device: number): number {
    let bytes = 0;
    for (const room of this.#all) {
      if (room === this) continue;
      for (const need of room.#needs) if (need.device === device) bytes += need.bytes;
    }
    return bytes;
  }
}

/** What is known of the file system that `directory` is on, or would be on if it were made. */
async function inspectFileSystem(directory: string): Promise<FileSystemStats> {
  try {
    const [{ dev }, stats] = await Promise.all([stat(directory), statfs(directory)]);
    // The blocks that are kept for the system's administrator are free to it.
    const freeBlocks = process.getuid?.() === 0 ? stats.bfree : stats.bavail;
    return { device: dev, type: stats.type, blockBytes: stats.bsize, blocks: stats.blocks, freeBlocks };
  } catch (error) {
    const parent = dirname(directory);
    if (systemCode(error) !== 'ENOENT' || parent === directory) throw error;
    return inspectFileSystem(parent);
  }
}

function noSpace(
  directory: string,
  {
    need,
    others,
    free,
    isStores,
  }: { readonly need: number; readonly others: number; readonly free: number; readonly isStores: boolean },
): LocalFileError {
  const beside = others === 0 ? '' : `, ${others} of them for other downloads under way`;
  return new LocalFileError('BLOBS_NO_SPACE', `not enough free space for ${directory}`, {
    facts: [`needed are ${need + others} bytes${beside}; free are ${free}`],
    hint: isStores ? STORE_FULL_HINT : makeRoomHint(directory),
  });
}
