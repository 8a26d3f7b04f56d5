// SPDX-License-Identifier: Apache-2.0
import type { BigIntStats } from 'node:fs';

declare const brand: unique symbol;

/** What `stat` says of one state of a file: while it says the same, the bytes are the same. */
export type FileStamp = string & { readonly [brand]: 'FileStamp' };

/** The stamp of `stats`: size, times of modification and change (nanoseconds), inode and device. */
export function stampOf(stats: BigIntStats): FileStamp {
  return `${stats.size} ${stats.mtimeNs} ${stats.ctimeNs} ${stats.ino} ${stats.dev}` as FileStamp;
}

/** Whether two looks at a file found the same stamp, without making it. */
export function isSameState(one: BigIntStats, other: BigIntStats): boolean {
  return (
    one.ctimeNs === other.ctimeNs &&
    one.mtimeNs === other.mtimeNs &&
    one.size === other.size &&
    one.ino === other.ino &&
    one.dev === other.dev
  );
}

const NS_PER_MS = 1_000_000n;

// FAT counts in steps of two seconds; a server's clock may differ a little from ours.
const COARSE_NS = 3000n * NS_PER_MS;

// The clock that Linux takes stamps from ticks every 1 to 10 ms, that of Windows every 16 ms.
const FINE_NS = 100n * NS_PER_MS;

/**
 * The stamp of a file that was read from `readSinceMs` on, with `before` and `after` reading `stats`. Undefined where
 * the same stamp might stand for other bytes: where the file changed meanwhile, or so shortly before it was read that
 * a change after that could carry the same times (git calls such a file "racily clean").
 */
export function findReadStamp(
  before: BigIntStats,
  after: BigIntStats,
  readSinceMs: number,
): FileStamp | undefined {
  if (!isSameState(before, after)) return undefined;
  const changedNs = before.ctimeNs > before.mtimeNs ? before.ctimeNs : before.mtimeNs;
  const stepNs = hasFineTimes(before) ? FINE_NS : COARSE_NS;
  return BigInt(Math.floor(readSinceMs)) * NS_PER_MS - changedNs >= stepNs ? stampOf(before) : undefined;
}

/** Whether the file system keeps times in fractions of a millisecond, which the time of change then shows. */
function hasFineTimes({ ctimeNs }: BigIntStats): boolean {
  return ctimeNs % NS_PER_MS !== 0n;
}
