// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CacheOptions, Caches } from '../../../src/app/caches.ts';
import type { Blob } from '../../../src/core/blob.ts';
import { BlobsError, type ErrorCode } from '../../../src/core/errors.ts';
import type { FailedSource } from '../../../src/fetch/download.ts';
import type { LocalSource, Source } from '../../../src/fetch/plan.ts';
import { TemporaryFile } from '../../../src/store/temporary-file.ts';
import { filesBelow, tempDir, withDirectory } from '../../support/temp.ts';
import { digestOf, FakeClock, NEVER, sampleBlob } from '../samples.ts';

const CONTENT = 'content';
const DIGEST = digestOf(CONTENT);
const FROM_URL: Source = { kind: 'url', url: 'https://blobs.invalid/fw.bin' };

/** A store, two read-only caches and an auto-cache, which are not there yet. */
function places() {
  const root = tempDir();
  const at = (name: string): string => join(root, name);
  return { root, store: at('store'), first: at('first'), second: at('second'), auto: at('auto') };
}

function open(at: ReturnType<typeof places>, changes: Partial<CacheOptions> = {}): Caches {
  return new Caches({
    storeDirectory: at.store,
    cacheDirectories: [at.first, at.second],
    autoCache: at.auto,
    ...changes,
  });
}

function entryOf(store: string, digest: string = DIGEST): string {
  return join(store, 'v1', 'sha256', digest.slice(0, 2), digest);
}

function write(file: string, content: string = CONTENT): string {
  writeFileSync(withDirectory(file), content);
  return file;
}

async function temporary(content = CONTENT): Promise<TemporaryFile> {
  const file = await TemporaryFile.create(tempDir());
  await file.handle.write(content);
  return file;
}

/** A temporary file where the store wants downloads. */
async function downloaded(caches: Caches, blob: Blob): Promise<TemporaryFile> {
  const file = await TemporaryFile.create(caches.downloadDirectory(blob));
  await file.handle.write(CONTENT);
  return file;
}

function failed(source: Source, code: ErrorCode = 'BLOBS_HASH_MISMATCH'): FailedSource {
  return { source, error: new BlobsError(code, 'wrong') };
}

const cached = (file: string): LocalSource => ({ kind: 'cache', file });

describe('what is at hand', () => {
  it('comes from the store, then the cache directories in their order, then the auto-cache', () => {
    const at = places();
    for (const cache of [at.auto, at.second, at.first]) write(join(cache, `fw.bin.${DIGEST}`));
    write(entryOf(at.store));
    expect(open(at).findLocal(sampleBlob())).toEqual([
      { kind: 'store', file: entryOf(at.store) },
      cached(join(at.first, `fw.bin.${DIGEST}`)),
      cached(join(at.second, `fw.bin.${DIGEST}`)),
      cached(join(at.auto, `fw.bin.${DIGEST}`)),
    ]);
  });

  it('is found in a cache by the last segment of the path, in both spellings of the digest or without one', () => {
    const at = places();
    const names = [`fw.bin.${DIGEST}`, `fw.bin.${DIGEST.toUpperCase()}`, 'fw.bin'];
    for (const name of [...names, 'fw', `lib-${DIGEST}`, `fw.bin.${digestOf('other')}`, `FW.BIN.${DIGEST}`])
      write(join(at.first, name));
    write(join(at.first, 'lib', 'deep', `fw.bin.${DIGEST}`));
    const found = open(at).findLocal(sampleBlob({ path: 'lib/deep/fw.bin' }));
    expect(found).toEqual(names.map((name) => cached(join(at.first, name))));
  });

  it('is asked for first as module.yml spells the digest, each file once', () => {
    const at = places();
    const mixed = DIGEST.slice(0, 32) + DIGEST.slice(32).toUpperCase();
    const names = [mixed, DIGEST, DIGEST.toUpperCase()].map((digest) => `fw.bin.${digest}`);
    for (const name of names) write(join(at.auto, name));
    expect(open(at).findLocal(sampleBlob({ sha256: mixed }))).toEqual(
      names.map((name) => cached(join(at.auto, name))),
    );
    const upper = open(at).findLocal(sampleBlob({ sha256: DIGEST.toUpperCase() }));
    expect(upper).toEqual([cached(join(at.auto, names[2] ?? '')), cached(join(at.auto, names[1] ?? ''))]);
  });

  it('is nothing where the directories are missing, are files, or are not named', () => {
    const at = places();
    write(at.first);
    expect(open(at).findLocal(sampleBlob())).toEqual([]);
    expect(new Caches({ cacheDirectories: [] }).findLocal(sampleBlob())).toEqual([]);
    expect(existsSync(at.store)).toBe(false);
  });

  it('may be a link in a cache, which is the place of its owner, but not in the store', () => {
    const at = places();
    write(join(at.root, 'bytes'));
    symlinkSync(join(at.root, 'bytes'), withDirectory(join(at.first, 'fw.bin')));
    symlinkSync(join(at.root, 'bytes'), withDirectory(entryOf(at.store)));
    expect(open(at).findLocal(sampleBlob())).toEqual([cached(join(at.first, 'fw.bin'))]);
  });

  it('is no directory', () => {
    const at = places();
    mkdirSync(join(at.first, `fw.bin.${DIGEST}`), { recursive: true });
    mkdirSync(entryOf(at.store), { recursive: true });
    expect(open(at).findLocal(sampleBlob())).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('is no FIFO', () => {
    const at = places();
    for (const file of [join(at.first, 'fw.bin'), entryOf(at.store)]) {
      execFileSync('mkfifo', [withDirectory(file)]);
    }
    expect(open(at).findLocal(sampleBlob())).toEqual([]);
  });

  it('is no link that leads nowhere, or to itself', () => {
    const at = places();
    symlinkSync('nowhere', withDirectory(join(at.first, 'fw.bin')));
    symlinkSync('fw.bin', withDirectory(join(at.second, 'fw.bin')));
    expect(open(at).findLocal(sampleBlob())).toEqual([]);
  });

  it('is found without the digest where the name with it is longer than names may be', () => {
    const at = places();
    const name = `${'n'.repeat(220)}.bin`;
    write(join(at.first, name));
    expect(open(at).findLocal(sampleBlob({ path: name }))).toEqual([cached(join(at.first, name))]);
  });
});

describe('bytes that were verified', () => {
  it('go into the store and, as module.yml spells the digest, into the auto-cache, and nowhere else', async () => {
    const at = places();
    const caches = open(at);
    const blob = sampleBlob({ path: 'lib/fw.bin', sha256: DIGEST.toUpperCase() });
    await caches.open();
    expect(caches.keeps(FROM_URL)).toBe(true);
    await caches.keep(await downloaded(caches, blob), FROM_URL, [blob]);
    expect(caches.issues).toEqual([]);
    expect(readFileSync(entryOf(at.store), 'utf8')).toBe(CONTENT);
    expect(filesBelow(at.auto)).toEqual([`fw.bin.${DIGEST.toUpperCase()}`]);
    expect(readFileSync(join(at.auto, `fw.bin.${DIGEST.toUpperCase()}`), 'utf8')).toBe(CONTENT);
    expect(filesBelow(at.store).filter((path) => path.includes('partial'))).toEqual([]);
    expect([existsSync(at.first), existsSync(at.second)]).toEqual([false, false]);
  });

  it('are in the auto-cache under the name of each blob that has them', async () => {
    const at = places();
    const caches = new Caches({ cacheDirectories: [], autoCache: at.auto });
    const blobs = ['a/one.bin', 'b/two.bin', 'c/one.bin'].map((path) => sampleBlob({ path }));
    const file = await temporary();
    await caches.keep(file, FROM_URL, blobs);
    await file.discard();
    expect(filesBelow(at.auto)).toEqual([`one.bin.${DIGEST}`, `two.bin.${DIGEST}`]);
  });

  it('share no file with the auto-cache, so that a build that writes to its copy harms nothing', async () => {
    const at = places();
    const caches = open(at);
    await caches.open();
    await caches.keep(await downloaded(caches, sampleBlob()), FROM_URL, [sampleBlob()]);
    const files = [entryOf(at.store), join(at.auto, `fw.bin.${DIGEST}`)];
    expect(files.map((file) => statSync(file).nlink)).toEqual([1, 1]);
    expect(new Set(files.map((file) => statSync(file).ino)).size).toBe(2);
  });

  it('replace a damaged file of the auto-cache by a new one', async () => {
    const at = places();
    const target = write(join(at.auto, `fw.bin.${DIGEST}`), 'damaged');
    const { ino } = statSync(target);
    const caches = open(at);
    await caches.open();
    await caches.keep(await downloaded(caches, sampleBlob()), FROM_URL, [sampleBlob()]);
    expect(readFileSync(target, 'utf8')).toBe(CONTENT);
    expect(statSync(target).ino).not.toBe(ino);
  });

  it('are never written through a link in the auto-cache', async () => {
    const at = places();
    const precious = write(join(at.root, 'precious'), 'precious');
    const target = withDirectory(join(at.auto, `fw.bin.${DIGEST}`));
    symlinkSync(precious, target);
    const caches = open(at);
    await caches.open();
    await caches.keep(await downloaded(caches, sampleBlob()), FROM_URL, [sampleBlob()]);
    expect(readFileSync(precious, 'utf8')).toBe('precious');
    expect(lstatSync(target).isSymbolicLink()).toBe(false);
    expect(readFileSync(target, 'utf8')).toBe(CONTENT);
  });

  it('go from the store into the auto-cache, and from the auto-cache into the store', async () => {
    const at = places();
    const entry = write(entryOf(at.store));
    const caches = open(at);
    await caches.open();
    const copy = await temporary();
    await caches.keep(copy, { kind: 'store', file: entry }, [sampleBlob()]);
    await copy.discard();
    expect(filesBelow(at.auto)).toEqual([`fw.bin.${DIGEST}`]);

    const other = places();
    const target = write(join(other.auto, `fw.bin.${DIGEST}`));
    const { ino } = statSync(target);
    const filling = open(other);
    await filling.open();
    await filling.keep(await downloaded(filling, sampleBlob()), cached(target), [sampleBlob()]);
    expect(readFileSync(entryOf(other.store), 'utf8')).toBe(CONTENT);
    expect(statSync(target).ino).toBe(ino);
  });

  it('are not kept where nothing keeps them', async () => {
    const at = places();
    const caches = new Caches({ cacheDirectories: [at.first] });
    await caches.open();
    const blob = sampleBlob({ moduleDirectory: join(at.root, 'hal') });
    expect(caches.keeps(FROM_URL)).toBe(false);
    expect(caches.downloadDirectory(blob)).toBe(join(at.root, 'hal', 'zephyr', 'blobs'));
    expect(await caches.lock(blob, { clock: new FakeClock(), signal: NEVER })).toBeUndefined();
    const file = await temporary();
    await caches.keep(file, FROM_URL, [blob]);
    await caches.keep(file, FROM_URL, []);
    await file.discard();
    expect([caches.issues, filesBelow(at.root)]).toEqual([[], []]);
  });
});

describe('what cannot be kept', () => {
  it('is a warning that names the blob, and no failure', async () => {
    const at = places();
    write(at.auto, 'a file');
    const caches = open(at);
    await caches.open();
    const file = await downloaded(caches, sampleBlob());
    await expect(caches.keep(file, FROM_URL, [sampleBlob()])).resolves.toBeUndefined();
    await file.discard();
    expect(caches.issues).toMatchObject([{ severity: 'warning', code: 'BLOBS_FILE_ACCESS' }]);
    expect(caches.issues[0]?.message).toContain('fw.bin');
    expect(readFileSync(at.auto, 'utf8')).toBe('a file');
  });

  it('goes into the store all the same when only the auto-cache cannot be written', async () => {
    const at = places();
    write(at.auto, 'a file');
    const caches = open(at);
    await caches.open();
    const file = await downloaded(caches, sampleBlob());
    await caches.keep(file, FROM_URL, [sampleBlob()]);
    await file.discard();
    expect(existsSync(entryOf(at.store))).toBe(true);
  });

  it.each(['the store', 'the auto-cache'])('is what a directory is in the way of in %s', async (where) => {
    const at = places();
    const place = where === 'the store' ? entryOf(at.store) : join(at.auto, `fw.bin.${DIGEST}`);
    write(join(place, 'mine'), 'mine');
    const caches = open(at);
    await caches.open();
    const file = await downloaded(caches, sampleBlob());
    await caches.keep(file, FROM_URL, [sampleBlob()]);
    await file.discard();
    expect(caches.issues).toMatchObject([{ severity: 'warning', code: 'BLOBS_FILE_ACCESS' }]);
    expect(readFileSync(join(place, 'mine'), 'utf8')).toBe('mine');
    expect(filesBelow(at.root).filter((path) => path.includes('.blobs-'))).toEqual([]);
  });

  it('is a blob whose file has vanished: a warning again', async () => {
    const at = places();
    const caches = open(at);
    await caches.open();
    const file = await downloaded(caches, sampleBlob());
    await file.discard();
    await expect(caches.keep(file, FROM_URL, [sampleBlob()])).resolves.toBeUndefined();
    expect(new Set(caches.issues.map(({ severity }) => severity))).toEqual(new Set(['warning']));
  });
});

describe('a store that cannot be used', () => {
  it('is one warning, however many blobs there are, and the work goes on without it', async () => {
    const at = places();
    write(at.store, 'a file');
    const caches = open(at, { cacheDirectories: [] });
    const blobs = ['one.bin', 'two.bin', 'three.bin'].map((path) => sampleBlob({ path, content: path }));
    await caches.open();
    for (const blob of blobs) {
      expect(await caches.lock(blob, { clock: new FakeClock(), signal: NEVER })).toBeUndefined();
      expect(caches.downloadDirectory(blob)).toBe(join(blob.moduleDirectory, 'zephyr', 'blobs'));
      const file = await temporary(blob.path);
      await caches.keep(file, FROM_URL, [blob]);
      await file.discard();
    }
    expect(caches.issues).toHaveLength(1);
    expect(caches.issues).toMatchObject([{ severity: 'warning', code: 'BLOBS_STORE_UNUSABLE' }]);
    expect(caches.issues[0]?.message).toContain(at.store);
    expect(filesBelow(at.auto)).toHaveLength(3);
    expect(readFileSync(at.store, 'utf8')).toBe('a file');
  });

  it('is none where there is none', async () => {
    const caches = new Caches({ cacheDirectories: [] });
    await caches.open();
    expect(caches.issues).toEqual([]);
  });

  it('whose lock cannot be taken is used without one', async () => {
    const at = places();
    const caches = open(at);
    await caches.open();
    mkdirSync(join(at.store, 'v1', 'partial', `${DIGEST}.lock`));
    expect(await caches.lock(sampleBlob(), { clock: new FakeClock(), signal: NEVER })).toBeUndefined();
    await expect(
      caches.lock(sampleBlob(), { clock: new FakeClock(), signal: AbortSignal.abort(new Error('end')) }),
    ).rejects.toThrow('end');
  });
});

describe('wrong bytes', () => {
  it('are removed from the store and the auto-cache, and never from a cache that is only read', async () => {
    const at = places();
    const entry = write(entryOf(at.store), 'damaged');
    const own = [`fw.bin.${DIGEST}`, `fw.bin.${DIGEST.toUpperCase()}`].map((name) =>
      write(join(at.auto, name), 'damaged'),
    );
    const foreign = [`fw.bin.${DIGEST}`, 'fw.bin'].map((name) => write(join(at.first, name), 'damaged'));
    const caches = open(at);
    await caches.drop(
      [{ kind: 'store' as const, file: entry }, ...[...own, ...foreign].map(cached)].map((source) =>
        failed(source),
      ),
      sampleBlob(),
    );
    expect([entry, ...own].map((file) => existsSync(file))).toEqual([false, false, false]);
    expect(foreign.map((file) => readFileSync(file, 'utf8'))).toEqual(['damaged', 'damaged']);
  });

  it('stay in the auto-cache under a name that promises nothing, or something else', async () => {
    const at = places();
    const names = ['fw.bin', `fw.bin.${digestOf('other')}`, `fw.bin.${DIGEST}.bak`, `sub/fw.bin.${DIGEST}`];
    const files = names.map((name) => write(join(at.auto, name), 'another revision'));
    await open(at).drop(
      files.map((file) => failed(cached(file))),
      sampleBlob(),
    );
    expect(filesBelow(at.auto)).toEqual([...names].sort());
  });

  it.each<ErrorCode>(['BLOBS_FILE_ACCESS', 'BLOBS_NOT_A_FILE', 'BLOBS_MISSING', 'BLOBS_TOO_LARGE'])(
    'were not shown by %s, so that everything stays',
    async (code) => {
      const at = places();
      const files = [write(entryOf(at.store)), write(join(at.auto, `fw.bin.${DIGEST}`))];
      const sources: LocalSource[] = [{ kind: 'store', file: files[0] ?? '' }, cached(files[1] ?? '')];
      await open(at).drop(
        sources.map((source) => failed(source, code)),
        sampleBlob(),
      );
      expect(files.map((file) => existsSync(file))).toEqual([true, true]);
    },
  );

  it('at a link are removed by removing the link', async () => {
    const at = places();
    const precious = write(join(at.root, 'precious'), 'precious');
    const link = withDirectory(join(at.auto, `fw.bin.${DIGEST}`));
    symlinkSync(precious, link);
    await open(at).drop([failed(cached(link))], sampleBlob());
    expect(() => readlinkSync(link)).toThrow(/ENOENT/);
    expect(readFileSync(precious, 'utf8')).toBe('precious');
  });

  it('may be gone already, or of a server: nothing is done, nothing is thrown', async () => {
    const at = places();
    const gone: LocalSource = { kind: 'store', file: entryOf(at.store) };
    const behindFile: LocalSource = { kind: 'store', file: join(write(join(at.root, 'file')), 'x') };
    await expect(
      open(at).drop([failed(FROM_URL), failed(gone), failed(behindFile)], sampleBlob()),
    ).resolves.toBeUndefined();
    expect(filesBelow(at.root)).toEqual(['file']);
  });
});

describe('the lock of a download', () => {
  it('is one for each digest, and lets the second one know', async () => {
    const at = places();
    const [one, two] = [open(at), open(at)];
    await one.open();
    const first = await one.lock(sampleBlob(), { clock: new FakeClock(), signal: NEVER });
    const clock = new FakeClock();
    const sleep = clock.sleep.bind(clock);
    clock.sleep = async (ms) => {
      await sleep(ms);
      await first?.release();
    };
    const second = await two.lock(sampleBlob(), { clock, signal: NEVER });
    const other = await two.lock(sampleBlob({ content: 'other' }), { clock: new FakeClock(), signal: NEVER });
    expect([first?.waited, second?.waited, other?.waited]).toEqual([false, true, false]);
    await second?.release();
    await other?.release();
    expect(filesBelow(join(at.store, 'v1', 'partial'))).toEqual([]);
  });
});
