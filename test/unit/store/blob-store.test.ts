// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Sha256 } from '../../../src/core/sha256.ts';
import { BlobStore } from '../../../src/store/blob-store.ts';
import { acquireLock } from '../../../src/store/download-lock.ts';
import { TemporaryFile } from '../../../src/store/temporary-file.ts';
import { filesBelow, sha256, tempDir, withDirectory } from '../../support/temp.ts';
import { digestOf, FakeClock, NEVER } from '../samples.ts';

const DIGEST = digestOf('content');

async function makeStore(): Promise<BlobStore> {
  const store = new BlobStore(join(tempDir(), 'store'));
  await store.prepare();
  return store;
}

async function add(store: BlobStore, content: string): Promise<Sha256> {
  const file = await TemporaryFile.create(store.partialDirectory);
  await file.handle.write(content);
  await store.add(file, digestOf(content));
  await file.discard();
  return digestOf(content);
}

/** Where the layout has an entry. */
function placeOf(store: BlobStore, digest: string): string {
  return join(store.directory, 'v1', 'sha256', digest.slice(0, 2), digest);
}

function makeFifo(file: string): void {
  execFileSync('mkfifo', [withDirectory(file)]);
}

/** What a place may hold that is no entry, each with what is to be seen of it afterwards. */
const STRANGERS: readonly (readonly [string, (place: string) => void, (place: string) => boolean])[] = [
  [
    'a directory',
    (place) => mkdirSync(place, { recursive: true }),
    (place) => lstatSync(place).isDirectory(),
  ],
  [
    'a symbolic link to the right bytes',
    (place) => {
      writeFileSync(withDirectory(`${place}.elsewhere`), 'content');
      symlinkSync(`${place}.elsewhere`, place);
    },
    (place) => readlinkSync(place) === `${place}.elsewhere`,
  ],
  [
    'a symbolic link to nowhere',
    (place) => symlinkSync('nowhere', withDirectory(place)),
    (place) => readlinkSync(place) === 'nowhere',
  ],
];
const FIFO = ['a FIFO', makeFifo, (place: string) => lstatSync(place).isFIFO()] as const;
const ALL_STRANGERS = process.platform === 'win32' ? STRANGERS : [...STRANGERS, FIFO];

describe('a new store', () => {
  it('makes nothing before it is prepared, and finds nothing', () => {
    const directory = join(tempDir(), 'store');
    const store = new BlobStore(directory);
    expect([store.find(DIGEST), store.entries()]).toEqual([undefined, []]);
    expect(existsSync(directory)).toBe(false);
  });

  it('is prepared with all its directories, and any number of times', async () => {
    const store = new BlobStore(join(tempDir(), 'deep', 'below', 'store'));
    await store.prepare();
    await store.prepare();
    await Promise.all(Array.from({ length: 8 }, () => store.prepare()));
    expect(statSync(store.partialDirectory).isDirectory()).toBe(true);
    expect(filesBelow(store.directory)).toEqual(['CACHEDIR.TAG']);
    expect([store.find(DIGEST), store.entries()]).toEqual([undefined, []]);
  });

  it('begins its CACHEDIR.TAG with the signature that the specification asks for', async () => {
    const store = await makeStore();
    const text = readFileSync(join(store.directory, 'CACHEDIR.TAG'), 'utf8');
    expect(text.split('\n')[0]).toBe('Signature: 8a477f597d28d172789f06886806bc55');
    expect(text).toContain('zephyr-blobs');
  });

  it('leaves the CACHEDIR.TAG of another program as it is, and fills one that a killed run left empty', async () => {
    const directory = tempDir();
    const tag = join(directory, 'CACHEDIR.TAG');
    writeFileSync(tag, 'a tag of another program');
    await new BlobStore(directory).prepare();
    expect(readFileSync(tag, 'utf8')).toBe('a tag of another program');
    writeFileSync(tag, '');
    await new BlobStore(directory).prepare();
    expect(new BlobStore(directory).isOurs()).toBe(true);
  });

  it('never writes through a CACHEDIR.TAG that is a symbolic link', async () => {
    const directory = tempDir();
    symlinkSync('precious', join(directory, 'CACHEDIR.TAG'));
    await new BlobStore(directory).prepare();
    expect(existsSync(join(directory, 'precious'))).toBe(false);
  });

  it('leaves what else is in its directory alone', async () => {
    const directory = tempDir();
    const others = ['notes.txt', 'v0/sha256/aa', 'v2/sha256/bb', 'v1/other/cc', 'v1/.blobs-x'];
    for (const path of others) writeFileSync(withDirectory(join(directory, path)), path);
    await new BlobStore(directory).prepare();
    expect(filesBelow(directory)).toEqual([...others, 'CACHEDIR.TAG'].sort());
  });

  it.each(['store', 'store/v1', 'store/v1/partial', 'store/v1/sha256'])(
    'cannot be prepared where a file is at %s, which stays',
    async (path) => {
      const root = tempDir();
      writeFileSync(withDirectory(join(root, path)), 'a file');
      await expect(new BlobStore(join(root, 'store')).prepare()).rejects.toThrow(/EEXIST|ENOTDIR/);
      expect(readFileSync(join(root, path), 'utf8')).toBe('a file');
    },
  );
});

describe('unfinished downloads in the store', () => {
  it('are removed when their process is gone, and kept when it runs', async () => {
    const store = await makeStore();
    const dead = spawnSync(process.execPath, ['--version']).pid;
    const kept = [`.blobs-${process.ppid}-aa`, 'notes.txt', `.blobs-${dead}`];
    for (const name of [...kept, `.blobs-${dead}-aa`, `.blobs-${dead}-bb`]) {
      writeFileSync(join(store.partialDirectory, name), '');
    }
    const own = await TemporaryFile.create(store.partialDirectory);
    await store.prepare();
    expect(existsSync(own.path)).toBe(true);
    await own.discard();
    expect(filesBelow(store.partialDirectory)).toEqual([...kept].sort());
  });
});

describe('locks of downloads in the store', () => {
  const lockOf = (store: BlobStore): string => join(store.partialDirectory, `${DIGEST}.lock`);

  it('are removed when their process is gone, and kept when it runs', async () => {
    const store = await makeStore();
    const dead = spawnSync(process.execPath, ['--version']).pid;
    const living = join(store.partialDirectory, `${digestOf('living')}.lock`);
    writeFileSync(lockOf(store), `${dead}-`);
    writeFileSync(living, `${process.ppid}-`);
    await store.prepare();
    expect([existsSync(lockOf(store)), existsSync(living)]).toEqual([false, true]);
  });

  it('are kept when this process has one', async () => {
    const store = await makeStore();
    const lock = await acquireLock(lockOf(store), { clock: new FakeClock(), signal: NEVER });
    await store.prepare();
    expect(existsSync(lockOf(store))).toBe(true);
    await lock.release();
  });

  it.each(['notes.lock', `${DIGEST}0.lock`, `${DIGEST.toUpperCase()}.lock`, `${DIGEST}.lock.bak`])(
    'are not what the layout has no name for: %s',
    async (name) => {
      const store = await makeStore();
      writeFileSync(join(store.partialDirectory, name), 'mine');
      await store.prepare();
      expect(filesBelow(store.partialDirectory)).toEqual([name]);
    },
  );

  it.each(ALL_STRANGERS)(
    'are no obstacle where one is %s',
    async (_what, make) => {
      const store = await makeStore();
      make(lockOf(store));
      await expect(store.prepare()).resolves.toBeUndefined();
    },
    5000,
  );
});

describe('an added entry', () => {
  it('is found, has its own bytes, and leaves no temporary file', async () => {
    const store = await makeStore();
    await add(store, 'content');
    const file = store.find(DIGEST);
    expect(file).toBe(placeOf(store, DIGEST));
    expect(readFileSync(placeOf(store, DIGEST), 'utf8')).toBe('content');
    expect(filesBelow(store.partialDirectory)).toEqual([]);
    expect(store.find(digestOf('other'))).toBeUndefined();
  });

  it('may be added again, also by several at once', async () => {
    const store = await makeStore();
    await add(store, 'content');
    await Promise.all(Array.from({ length: 8 }, () => add(store, 'content')));
    expect(store.entries().map(({ digest }) => digest)).toEqual([DIGEST]);
    expect(readFileSync(placeOf(store, DIGEST), 'utf8')).toBe('content');
    expect(filesBelow(store.partialDirectory)).toEqual([]);
  });

  it('replaces a damaged one, whose readers keep what they opened', async () => {
    const store = await makeStore();
    writeFileSync(withDirectory(placeOf(store, DIGEST)), 'damaged');
    const { ino } = statSync(placeOf(store, DIGEST));
    await add(store, 'content');
    expect(readFileSync(placeOf(store, DIGEST), 'utf8')).toBe('content');
    expect(statSync(placeOf(store, DIGEST)).ino).not.toBe(ino);
  });

  it('never writes through a symbolic link at its place', async () => {
    const store = await makeStore();
    const precious = join(tempDir(), 'precious');
    writeFileSync(precious, 'precious');
    symlinkSync(precious, withDirectory(placeOf(store, DIGEST)));
    await add(store, 'content');
    expect(readFileSync(precious, 'utf8')).toBe('precious');
    expect(lstatSync(placeOf(store, DIGEST)).isFile()).toBe(true);
  });

  it('takes away what killed runs left of its bytes, wherever they came from in the end', async () => {
    const store = await makeStore();
    const other = digestOf('other');
    for (const digest of [DIGEST, other]) {
      writeFileSync(join(store.partialDirectory, `${digest}.part`), 'con');
      writeFileSync(join(store.partialDirectory, `${digest}.part.json`), '{}');
    }
    await add(store, 'content');
    expect(filesBelow(store.partialDirectory)).toEqual([`${other}.part`, `${other}.part.json`]);
  });

  it('cannot be added where a directory is at its place, which stays', async () => {
    const store = await makeStore();
    writeFileSync(withDirectory(join(placeOf(store, DIGEST), 'mine')), 'mine');
    const file = await TemporaryFile.create(store.partialDirectory);
    await expect(store.add(file, DIGEST)).rejects.toThrow();
    await file.discard();
    expect(readFileSync(join(placeOf(store, DIGEST), 'mine'), 'utf8')).toBe('mine');
    expect(filesBelow(store.partialDirectory)).toEqual([]);
  });
});

describe('what is no entry', () => {
  it.each(ALL_STRANGERS)('is %s: not found, not listed, left alone', async (_what, make, isThere) => {
    const store = await makeStore();
    const place = placeOf(store, DIGEST);
    make(withDirectory(place));
    const { mtimeMs } = lstatSync(place);
    expect([store.find(DIGEST), store.entries()]).toEqual([undefined, []]);
    await store.prepare();
    expect(isThere(place)).toBe(true);
    expect(lstatSync(place).mtimeMs).toBe(mtimeMs);
  });

  it.each(['sha256', 'sha256/ed'])('is anything below %s, where that is a file', (path) => {
    const store = new BlobStore(tempDir());
    writeFileSync(withDirectory(join(store.directory, 'v1', path)), '');
    expect([store.find(DIGEST), store.entries()]).toEqual([undefined, []]);
  });

  it('is a file whose name the layout does not have', async () => {
    const store = await makeStore();
    const start = DIGEST.slice(0, 2);
    const names = [
      `${start}/${DIGEST.toUpperCase()}`,
      `${start}/${DIGEST}.bak`,
      `${start}/.${DIGEST}`,
      `${start}/${DIGEST.slice(1)}`,
      `${start}/${DIGEST}0`,
      `${start}/${DIGEST.slice(0, -1)}g`,
      `${start}/${digestOf('elsewhere')}`,
      `${start}/lost+found`,
      `${DIGEST.slice(0, 1)}/${DIGEST}`,
      `${DIGEST.slice(0, 3)}/${DIGEST}`,
      `${start}/${start}/${DIGEST}`,
      `${start}/näme with spaces\n`,
      DIGEST,
      '.DS_Store',
    ];
    // None may be a directory that another of the names needs, and one digest must not start like the other.
    expect(sha256('elsewhere').slice(0, 2)).not.toBe(start);
    for (const name of names) {
      writeFileSync(withDirectory(join(store.directory, 'v1', 'sha256', name)), 'content');
    }
    const before = filesBelow(store.directory);
    expect([store.find(DIGEST), store.entries()]).toEqual([undefined, []]);
    await store.prepare();
    expect(filesBelow(store.directory)).toEqual(before);
  });
});

describe('the entries', () => {
  it('come by digest, each with its file, its size and when it was last used', async () => {
    const store = await makeStore();
    const contents = ['one', 'seventeen', 'four', '', 'a longer content'];
    for (const content of contents) {
      const place = placeOf(store, await add(store, content));
      utimesSync(place, new Date(1_000_000), new Date(2_000_000));
    }
    const expected = contents.map((content) => ({
      digest: digestOf(content),
      file: placeOf(store, digestOf(content)),
      bytes: content.length,
      usedMs: 2_000_000,
    }));
    expect(store.entries()).toEqual(expected.sort((a, b) => (a.digest < b.digest ? -1 : 1)));
  });

  it('were used when they were read, where that is later than when they were made', async () => {
    const store = await makeStore();
    utimesSync(placeOf(store, await add(store, 'content')), new Date(3_000_000), new Date(2_000_000));
    expect(store.entries().map(({ usedMs }) => usedMs)).toEqual([3_000_000]);
  });

  it('are not hidden by what stands beside them', async () => {
    const store = await makeStore();
    await add(store, 'content');
    writeFileSync(join(store.directory, 'v1', 'sha256', 'stray'), '');
    mkdirSync(join(store.directory, 'v1', 'sha256', 'zz', 'deeper'), { recursive: true });
    symlinkSync('..', join(store.directory, 'v1', 'sha256', 'loop'));
    expect(store.entries().map(({ digest }) => digest)).toEqual([DIGEST]);
  });
});

it.skipIf(process.platform === 'win32')('does not wait for a FIFO in the place of CACHEDIR.TAG', async () => {
  const store = new BlobStore(join(tempDir(), 'store'));
  makeFifo(join(store.directory, 'CACHEDIR.TAG'));
  await store.prepare();
  expect(store.isOurs()).toBe(false);
});
