// SPDX-License-Identifier: Apache-2.0
import { readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemCode } from '../core/errors.ts';
import { type Shard, writeShard } from './index-shard.ts';
import { makeDirectories } from './make-directories.ts';
import { markStore } from './mark-store.ts';
import { indexDirectory, isShardName, shardFile } from './store-layout.ts';
import { forgetTemporary, newTemporary, removeStaleTemporaryFiles } from './temporary-names.ts';

// A directory of a workspace that is gone leaves its shard behind: beyond so many, those written first go.
const MAX_SHARDS = 1000;
const SHARDS_AFTER = 800;

/**
 * Writes shards into the index of the store, each at once. Where two processes write the same one, the last counts:
 * both are right. What cannot be written is not.
 */
export function saveShards(store: string, shards: readonly Shard[]): void {
  try {
    const directory = indexDirectory(store);
    // Nobody else has to know what lies where.
    makeDirectories(directory, 0o700);
    markStore(store);
    removeStaleTemporaryFiles(directory);
    for (const shard of shards) saveShard(store, shard);
    removeOldShards(store, MAX_SHARDS, SHARDS_AFTER);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
}

/** Removes the shards that were written before `timeMs` (since 1970). Never throws. */
export function removeShardsBefore(store: string, timeMs: number): void {
  for (const { file, writtenMs } of findShards(store)) {
    if (writtenMs < timeMs) rmSync(file, { force: true });
  }
}

function saveShard(store: string, shard: Shard): void {
  const bytes = writeShard(shard);
  if (bytes === undefined) return;
  const temporary = newTemporary(indexDirectory(store));
  try {
    writeFileSync(temporary, bytes, { flag: 'wx', mode: 0o600 });
    renameSync(temporary, shardFile(store, shard.owner));
  } finally {
    rmSync(temporary, { force: true });
    forgetTemporary(temporary);
  }
}

function removeOldShards(store: string, max: number, after: number): void {
  if (readdirSync(indexDirectory(store)).length <= max) return;
  const shards = findShards(store).sort((one, other) => other.writtenMs - one.writtenMs);
  for (const { file } of shards.slice(after)) rmSync(file, { force: true });
}

function findShards(store: string): { readonly file: string; readonly writtenMs: number }[] {
  try {
    const directory = indexDirectory(store);
    return readdirSync(directory)
      .filter(isShardName)
      .flatMap((name) => {
        const file = join(directory, name);
        const stats = statSync(file, { throwIfNoEntry: false });
        return stats ? [{ file, writtenMs: stats.mtimeMs }] : [];
      });
  } catch {
    return [];
  }
}
