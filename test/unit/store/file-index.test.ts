// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findSha256, type Sha256 } from '../../../src/core/sha256.ts';
import { FileIndex } from '../../../src/store/file-index.ts';
import { stampOf } from '../../../src/store/file-stamp.ts';
import { Observations } from '../../../src/store/observations.ts';
import { removeShardsBefore } from '../../../src/store/save-shards.ts';
import { indexDirectory, tagFile } from '../../../src/store/store-layout.ts';
import { filesBelow, sha256, tempDir } from '../../support/temp.ts';

const DIGEST = findSha256(sha256('x')) as Sha256;
const MODULE = '/modules/hal_x';

interface Made {
  readonly store: string;
  readonly file: string;
}

async function makeIndex(value: unknown = { a: [1, 'two', null] }): Promise<Made> {
  const [store, file] = [join(tempDir(), 'store'), join(tempDir(), 'file')];
  writeFileSync(file, 'x');
  const observations = new Observations();
  observations.findRealPath(file);
  observations.findNames(join(file, '..'));
  const index = new FileIndex(store, 'build');
  index.remember('module', MODULE, { key: 'k', observations: observations.made ?? [], value });
  index.addDigest(MODULE, 'lib/x', stampOf(statSync(file, { bigint: true })), DIGEST);
  await index.save();
  return { store, file };
}

function recall({ store, file }: Made, program = 'build'): readonly [unknown, unknown] {
  const index = new FileIndex(store, program);
  const stats = statSync(file, { bigint: true });
  return [index.recall('module', MODULE, 'k'), index.findDigest(MODULE, 'lib/x', stats)];
}

function shardFiles(store: string): string[] {
  return readdirSync(indexDirectory(store)).map((name) => join(indexDirectory(store), name));
}

const NOTHING = [undefined, undefined];
const ALL = [{ a: [1, 'two', null] }, DIGEST];

describe('the index', () => {
  it('gives back what was remembered, in a store that is marked', async () => {
    const made = await makeIndex();
    expect(recall(made)).toEqual(ALL);
    expect(existsSync(tagFile(made.store))).toBe(true);
    expect(shardFiles(made.store)).toHaveLength(1);
  });

  it('believes no other build of the program', async () => {
    expect(recall(await makeIndex(), 'another build')).toEqual(NOTHING);
  });

  it('gives a value for its key and directory alone', async () => {
    const { store } = await makeIndex();
    const index = new FileIndex(store, 'build');
    expect(index.recall('module', MODULE, 'other')).toBeUndefined();
    expect(index.recall('workspace', MODULE, 'k')).toBeUndefined();
    expect(index.recall('module', '/modules/hal_y', 'k')).toBeUndefined();
    expect(index.recall('module', MODULE, 'k')).toBeDefined();
  });

  it('gives no value once the file system answers otherwise', async () => {
    const made = await makeIndex();
    writeFileSync(`${made.file}2`, '');
    expect(recall(made)).toEqual([undefined, DIGEST]);
  });

  it('gives no digest for a file that was changed and set back in time', async () => {
    const made = await makeIndex();
    const { atime, mtime } = statSync(made.file);
    writeFileSync(made.file, 'y');
    utimesSync(made.file, atime, mtime);
    expect(recall(made)).toEqual([ALL[0], undefined]);
  });

  it.each<readonly [string, (bytes: Buffer) => Buffer | string]>([
    ['empty', () => ''],
    ['cut off', (bytes) => bytes.subarray(0, -1)],
    ['cut off in the middle', (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ['too long', (bytes) => Buffer.concat([bytes, Buffer.from('x')])],
    ['JSON', () => '{}'],
    ['of a wrong shape', () => 'zephyr-blobs index 1 2\n[][]'],
    ['an owner alone', (bytes) => twice({ ...shardOf(bytes), digests: undefined })],
    ['a list of digests', (bytes) => twice({ ...shardOf(bytes), digests: [] })],
    ['a digest that is none', (bytes) => twice({ ...shardOf(bytes), digests: { 'lib/x': ['', 'ab'] } })],
    ['remembered nothing', (bytes) => twice({ ...shardOf(bytes), remembered: 1 })],
    [
      'observations that are none',
      (bytes) => twice({ ...shardOf(bytes), remembered: { key: 'k', value: 1, observations: [1] } }),
    ],
    ['another owner', (bytes) => twice({ ...shardOf(bytes), owner: 'x' })],
  ])('counts a file that is %s as none, and writes it anew', async (_, damage) => {
    const made = await makeIndex();
    const [shard = ''] = shardFiles(made.store);
    writeFileSync(shard, damage(readFileSync(shard)));
    expect(recall(made)).toEqual(NOTHING);
    const index = new FileIndex(made.store, 'build');
    index.addDigest(MODULE, 'lib/x', stampOf(statSync(made.file, { bigint: true })), DIGEST);
    await index.save();
    expect(recall(made)).toEqual([undefined, DIGEST]);
  });

  it('notices every changed byte', async () => {
    const made = await makeIndex();
    const [shard = ''] = shardFiles(made.store);
    const bytes = readFileSync(shard);
    for (let i = 0; i < bytes.length; i++) {
      const damaged = Buffer.from(bytes);
      damaged[i] = (damaged[i] ?? 0) ^ 1;
      writeFileSync(shard, damaged);
      expect(recall(made)).toEqual(NOTHING);
    }
  });

  it.each([[Number.NaN], [-0], [{ a: undefined }], [[new Date(0)]], [1n]])(
    'does not remember what JSON would change: %s',
    async (value) => {
      expect(recall(await makeIndex(value))).toEqual([undefined, DIGEST]);
    },
  );

  it('costs nothing where it cannot be kept', async () => {
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    const index = new FileIndex(join(file, 'store'), 'build');
    index.remember('module', MODULE, { key: 'k', observations: [], value: 1 });
    await index.save();
    expect(new FileIndex(join(file, 'store'), 'build').recall('module', MODULE, 'k')).toBeUndefined();
  });

  it('forgets the digests that were not used when its value is made anew', async () => {
    const made = await makeIndex();
    const index = new FileIndex(made.store, 'build');
    index.remember('module', MODULE, { key: 'k', observations: [], value: 2 });
    await index.save();
    expect(recall(made)).toEqual([2, undefined]);
  });

  it('leaves no temporary file, and goes with time', async () => {
    const { store } = await makeIndex();
    expect(filesBelow(store).filter((path) => path.includes('.blobs-'))).toEqual([]);
    removeShardsBefore(store, Date.now() - 60_000);
    expect(shardFiles(store)).toHaveLength(1);
    removeShardsBefore(store, Date.now() + 60_000);
    expect(shardFiles(store)).toEqual([]);
  });
});

function shardOf(bytes: Buffer): object {
  const start = bytes.indexOf('\n') + 1;
  return JSON.parse(bytes.toString('utf8', start, start + (bytes.length - start) / 2));
}

function twice(shard: object): string {
  const text = JSON.stringify(shard);
  return `zephyr-blobs index 1 ${Buffer.byteLength(text)}\n${text}${text}`;
}
