// SPDX-License-Identifier: Apache-2.0
import { type BigIntStats, lstatSync } from 'node:fs';
import type { Sha256 } from '../core/sha256.ts';
import { type FileStamp, stampOf } from './file-stamp.ts';
import { type Remembered, readShard, type Shard } from './index-shard.ts';
import { type Observation, stillHold } from './observations.ts';
import { isPlainJson } from './plain-json.ts';
import { shardFile } from './store-layout.ts';

/** What a directory is to the index; one directory may be both. */
export type IndexSubject = 'module' | 'workspace';

/** A shard while the program runs. */
interface OpenShard {
  readonly owner: string;
  remembered: Remembered | undefined;
  readonly digests: Map<string, readonly [stamp: string, sha256: string]>;
  /** Paths that were asked for or added. */
  readonly used: Set<string>;
  isChanged: boolean;
  /** Whether digests that were not used are of a file that was read anew, and may be of no use any more. */
  isRenewed: boolean;
}

/**
 * What earlier runs found out about files: SHA-256 sums, and values read from files. It lies beside the store, in a
 * file for each directory. What it gives was true of files with the same stamps; whether those may be touched is for
 * the caller to see. It is a memory, nothing more: without it all is found out anew, and whatever goes wrong with its
 * files is no failure.
 */
export class FileIndex {
  readonly #store: string;
  readonly #program: string;
  readonly #shards = new Map<string, OpenShard>();
  readonly #seen = new Map<string, BigIntStats | null>();

  /** `program` names the build of the program: what another one wrote is not believed. Reads nothing. */
  constructor(store: string, program: string) {
    this.#store = store;
    this.#program = program;
  }

  /** What was remembered of `directory` for `key`, if the file system still answers as it did then. */
  recall(subject: IndexSubject, directory: string, key: string): unknown {
    const { remembered } = this.#open(subject, directory);
    if (remembered?.key !== key || !stillHold(remembered.observations)) return undefined;
    return remembered.value;
  }

  /** Remembers a value that is made from `observations` alone, in place of an earlier one. */
  remember(
    subject: IndexSubject,
    directory: string,
    found: { readonly key: string; readonly observations: readonly Observation[]; readonly value: unknown },
  ): void {
    if (!isPlainJson(found.value)) return;
    const shard = this.#open(subject, directory);
    shard.remembered = found;
    shard.isChanged = true;
    shard.isRenewed = true;
  }

  /** What is at `file`, which is absolute, a link as itself. Looked up once; undefined where nothing is. */
  look(file: string): BigIntStats | undefined {
    const seen = this.#seen.get(file);
    if (seen !== undefined) return seen ?? undefined;
    const stats = lstatSync(file, { bigint: true, throwIfNoEntry: false });
    this.#seen.set(file, stats ?? null);
    return stats;
  }

  /** The SHA-256 of the file at `path` of a module, if it was found for a file with such `stats`. */
  findDigest(module: string, path: string, stats: BigIntStats): Sha256 | undefined {
    const shard = this.#open('module', module);
    shard.used.add(path);
    const [stamp, digest] = shard.digests.get(path) ?? [];
    return stamp === stampOf(stats) ? (digest as Sha256) : undefined;
  }

  /** Remembers the SHA-256 of the file at `path` of a module. */
  addDigest(module: string, path: string, stamp: FileStamp, digest: Sha256): void {
    const shard = this.#open('module', module);
    shard.used.add(path);
    shard.digests.set(path, [stamp, digest]);
    shard.isChanged = true;
  }

  /** Whether there is anything to {@link save}. */
  get isChanged(): boolean {
    return [...this.#shards.values()].some((shard) => shard.isChanged);
  }

  /** Writes what is new. Never throws. */
  async save(): Promise<void> {
    if (!this.isChanged) return;
    const { saveShards } = await import('./save-shards.ts');
    const changed = [...this.#shards.values()].filter((shard) => shard.isChanged);
    saveShards(this.#store, changed.map(closeShard));
    for (const shard of changed) shard.isChanged = false;
  }

  #open(subject: IndexSubject, directory: string): OpenShard {
    const owner = JSON.stringify([this.#program, subject, directory]);
    const known = this.#shards.get(owner);
    if (known) return known;
    const found = readShard(shardFile(this.#store, owner), owner);
    const shard: OpenShard = {
      owner,
      remembered: found?.remembered,
      digests: new Map(Object.entries(found?.digests ?? {})),
      used: new Set(),
      isChanged: false,
      isRenewed: false,
    };
    this.#shards.set(owner, shard);
    return shard;
  }
}

function closeShard({ owner, remembered, digests, used, isRenewed }: OpenShard): Shard {
  const kept = [...digests].filter(([path]) => !isRenewed || used.has(path));
  return { owner, ...(remembered && { remembered }), digests: Object.fromEntries(kept) };
}
