// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type PartialDownload, PartialDownloads } from '../../../src/store/partial-download.ts';
import { TemporaryFile } from '../../../src/store/temporary-file.ts';
import { ownerTag } from '../../../src/store/temporary-names.ts';
import { filesBelow, tempDir } from '../../support/temp.ts';
import { digestOf } from '../samples.ts';

const DIGEST = digestOf('wanted');
const ORIGIN = { urlSha256: digestOf('https://blobs.invalid/x'), validator: '"x"' };
const DAY_MS = 24 * 60 * 60 * 1000;
/** A process id as this one's namespace counts them. */
const NAMESPACE = ownerTag().replace(/^\d+-/, '');
const IS_WINDOWS = process.platform === 'win32';

let directory: string;
let partials: PartialDownloads;
beforeEach(() => {
  directory = tempDir();
  partials = new PartialDownloads(directory);
});

function put(name: string, content = 'prefix', origin: unknown = ORIGIN): void {
  writeFileSync(join(directory, name), content);
  putOrigin(name, origin);
}

function putOrigin(name: string, origin: unknown = ORIGIN): void {
  writeFileSync(join(directory, `${name}.json`), JSON.stringify(origin));
}

/** Sets the time of all files so many milliseconds back. */
function age(ms: number): void {
  const then = (Date.now() - ms) / 1000;
  for (const name of filesBelow(directory)) utimesSync(join(directory, name), then, then);
}

async function begin(content: string): Promise<PartialDownload> {
  const file = await TemporaryFile.create(directory);
  await file.handle.write(content);
  return { file, origin: ORIGIN };
}

async function contentOf(found: PartialDownload | undefined): Promise<string | undefined> {
  const text = found && readFileSync(found.file.path, 'utf8');
  await found?.file.discard();
  return text;
}

function deadProcess(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

describe('an unfinished download', () => {
  it('that was left is taken with where it came from, once, and nothing stays of it', async () => {
    await partials.leave(DIGEST, await begin('half'));
    expect(filesBelow(directory)).toEqual([`${DIGEST}.part`, `${DIGEST}.part.json`]);

    const found = await partials.take(DIGEST);
    expect(found?.origin).toEqual(ORIGIN);
    expect(await partials.take(DIGEST)).toBeUndefined();
    expect(await contentOf(found)).toBe('half');
    expect(filesBelow(directory)).toEqual([]);
  });

  it('of other bytes is not taken', async () => {
    await partials.leave(digestOf('other'), await begin('half'));
    expect(await partials.take(DIGEST)).toBeUndefined();
    expect(filesBelow(directory)).toHaveLength(2);
  });

  it('is taken by one of many that ask at once', async () => {
    put(`${DIGEST}.part`);
    const all = Array.from({ length: 20 }, () => new PartialDownloads(directory).take(DIGEST));
    const found = (await Promise.all(all)).filter((one) => one !== undefined);
    expect(found).toHaveLength(1);
    await found[0]?.file.discard();
    expect(filesBelow(directory)).toEqual([]);
  });

  it('can be written on while it is protected, and left', async () => {
    const download = await begin('one');
    await partials.protect(DIGEST, download);
    expect(filesBelow(directory)).toEqual([
      expect.stringMatching(new RegExp(`^${DIGEST}\\.${ownerTag()}\\.\\d+\\.part$`)),
      expect.stringMatching(new RegExp(`^${DIGEST}\\.${ownerTag()}\\.\\d+\\.part\\.json$`)),
    ]);
    await download.file.handle.write('two');
    // Its process runs.
    expect(await partials.take(DIGEST)).toBeUndefined();

    await partials.leave(DIGEST, download);
    expect(filesBelow(directory)).toEqual([`${DIGEST}.part`, `${DIGEST}.part.json`]);
    expect(await contentOf(await partials.take(DIGEST))).toBe('onetwo');
  });

  it('that becomes an entry takes its origin with it', async () => {
    put(`${DIGEST}.part`);
    const found = await partials.take(DIGEST);
    if (found) await partials.protect(DIGEST, found);
    await found?.file.moveTo(join(directory, 'entry'));
    expect(filesBelow(directory)).toEqual(['entry']);
  });

  it('is written over by one that is left later', async () => {
    await partials.leave(DIGEST, await begin('old'));
    await partials.leave(DIGEST, await begin('new'));
    expect(await contentOf(await partials.take(DIGEST))).toBe('new');
    expect(filesBelow(directory)).toEqual([]);
  });

  it('gets the mode that the umask allows now', async () => {
    put(`${DIGEST}.part`);
    chmodSync(join(directory, `${DIGEST}.part`), 0o600);
    const found = await partials.take(DIGEST);
    const { mode } = statSync(found?.file.path ?? '');
    await found?.file.discard();
    expect(mode & 0o7777).toBe(0o666 & ~process.umask());
  });
});

describe('the name of an owner', () => {
  const foreign = () => `${process.pid}-n1-`;

  it.each([
    ['a process that is gone', () => `${deadProcess()}-${NAMESPACE}`, 0, true],
    ['a process that had our id before', ownerTag, 0, true],
    ['another process that runs', () => `${process.ppid}-${NAMESPACE}`, 0, false],
    ['another namespace, an hour ago', foreign, DAY_MS / 24, false],
    ['another namespace, two days ago', foreign, 2 * DAY_MS, true],
  ])('decides what is taken: %s', async (_who, owner, ageMs, isTaken) => {
    put(`${DIGEST}.${owner()}.987654.part`);
    age(ageMs);
    const found = await partials.take(DIGEST);
    expect(found !== undefined).toBe(isTaken);
    await found?.file.discard();
    expect(filesBelow(directory)).toHaveLength(isTaken ? 0 : 2);
  });

  it.each([
    `${DIGEST}.part.bak`,
    `${DIGEST}.1-x-.1.part`,
    `${DIGEST.toUpperCase()}.part`,
    `x${DIGEST}.part`,
    `${DIGEST}.-.1.part`,
  ])('that this program does not give is left alone: %s', async (name) => {
    put(name);
    age(30 * DAY_MS);
    expect(await partials.take(DIGEST)).toBeUndefined();
    await partials.forget(DIGEST);
    await partials.removeOld();
    expect(filesBelow(directory)).toEqual([name, `${name}.json`]);
  });
});

describe('what cannot be gone on with is removed, not used', () => {
  it.each<[string, () => void]>([
    ['no origin', () => writeFileSync(join(directory, `${DIGEST}.part`), 'x')],
    ['an origin that is no JSON', () => writeOrigin('{')],
    ['an empty origin', () => writeOrigin('')],
    ['an origin that is a list', () => writeOrigin('[]')],
    ['an origin without a digest', () => put(`${DIGEST}.part`, 'x', { ...ORIGIN, urlSha256: 'x' })],
    ['an origin with another type', () => put(`${DIGEST}.part`, 'x', { ...ORIGIN, validator: 1 })],
    ['a huge origin', () => writeOrigin(JSON.stringify({ ...ORIGIN, more: 'x'.repeat(20_000) }))],
  ])('%s', async (_what, make) => {
    make();
    expect(await partials.take(DIGEST)).toBeUndefined();
    expect(filesBelow(directory)).toEqual([]);
  });

  it('an origin that is a link, whose target stays', async () => {
    const secret = join(tempDir(), 'secret');
    writeFileSync(secret, 'secret');
    writeFileSync(join(directory, `${DIGEST}.part`), 'x');
    symlinkSync(secret, join(directory, `${DIGEST}.part.json`));
    expect(await partials.take(DIGEST)).toBeUndefined();
    expect(filesBelow(directory)).toEqual([]);
    expect(readFileSync(secret, 'utf8')).toBe('secret');
  });

  it('bytes that are a link, through which nothing is written', async () => {
    const precious = join(tempDir(), 'precious');
    writeFileSync(precious, 'precious');
    putOrigin(`${DIGEST}.part`);
    symlinkSync(precious, join(directory, `${DIGEST}.part`));
    expect(await partials.take(DIGEST)).toBeUndefined();
    expect(filesBelow(directory)).toEqual([]);
    expect(readFileSync(precious, 'utf8')).toBe('precious');
  });

  it('bytes that have another name as well, such as one in a backup', async () => {
    const backup = join(tempDir(), 'backup');
    put(`${DIGEST}.part`);
    linkSync(join(directory, `${DIGEST}.part`), backup);
    expect(await partials.take(DIGEST)).toBeUndefined();
    expect(filesBelow(directory)).toEqual([]);
    expect(readFileSync(backup, 'utf8')).toBe('prefix');
  });

  it.skipIf(IS_WINDOWS)('bytes that are a FIFO, which nobody waits for', async () => {
    putOrigin(`${DIGEST}.part`);
    execFileSync('mkfifo', [join(directory, `${DIGEST}.part`)]);
    expect(await partials.take(DIGEST)).toBeUndefined();
    expect(filesBelow(directory)).toEqual([]);
  });

  it('but a directory is nobody of ours, and the next one is looked at', async () => {
    mkdirSync(join(directory, `${DIGEST}.part`));
    writeFileSync(join(directory, `${DIGEST}.part`, 'mine'), 'mine');
    put(`${DIGEST}.${deadProcess()}-${NAMESPACE}.1.part`);
    expect(await contentOf(await partials.take(DIGEST))).toBe('prefix');
    expect(filesBelow(directory)).toEqual([expect.stringMatching(/\.part\/mine$/)]);
  });

  function writeOrigin(text: string): void {
    put(`${DIGEST}.part`);
    writeFileSync(join(directory, `${DIGEST}.part.json`), text);
  }
});

describe('what is left', () => {
  it('goes when the download is complete, but for what other processes write', async () => {
    const dead = deadProcess();
    put(`${DIGEST}.part`);
    put(`${DIGEST}.${dead}-${NAMESPACE}.1.part`);
    putOrigin(`${DIGEST}.${dead}-${NAMESPACE}.2.part`);
    put(`${DIGEST}.${process.ppid}-${NAMESPACE}.1.part`);
    put(`${digestOf('other')}.part`);
    const ours = await begin('ours');
    await partials.protect(DIGEST, ours);
    await partials.forget(DIGEST);
    const left = filesBelow(directory).filter((name) => !name.endsWith('.json'));
    expect(left).toHaveLength(3);
    expect(filesBelow(directory)).toHaveLength(6);
    expect(existsSync(ours.file.path)).toBe(true);
    await ours.file.discard();
  });

  it.each([
    ['stays for six days', 6, 6],
    ['goes after a week, also where a process with its id runs', 8, 0],
  ])('%s', async (_what, days, files) => {
    put(`${DIGEST}.part`);
    put(`${DIGEST}.${process.ppid}-${NAMESPACE}.1.part`);
    put(`${DIGEST}.${deadProcess()}-${NAMESPACE}.1.part`);
    age(days * DAY_MS);
    await partials.removeOld();
    expect(filesBelow(directory)).toHaveLength(files);
  });

  it('cannot stop anybody: a directory that is missing has nothing and takes nothing', async () => {
    const nowhere = new PartialDownloads(join(directory, 'missing'));
    expect(await nowhere.take(DIGEST)).toBeUndefined();
    await nowhere.forget(DIGEST);
    await nowhere.removeOld();
    const download = await begin('x');
    await nowhere.protect(DIGEST, download);
    expect(existsSync(download.file.path)).toBe(true);
    await nowhere.leave(DIGEST, download);
    expect(filesBelow(directory)).toEqual([]);
  });
});

it.runIf(process.geteuid?.() === 0)(
  "takes nothing that is another user's, who may write to it at any time",
  async () => {
    put(`${DIGEST}.part`);
    chownSync(join(directory, `${DIGEST}.part`), 65534, 65534);
    expect(await partials.take(DIGEST)).toBeUndefined();
  },
);

it.skipIf(IS_WINDOWS)('removes nothing through a link in the place of the directory', async () => {
  put(`${DIGEST}.part`);
  age(30 * DAY_MS);
  const link = join(tempDir(), 'partial');
  symlinkSync(directory, link);
  expect(await new PartialDownloads(link).removeOld({ minAgeMs: 0 })).toEqual([]);
  expect(filesBelow(directory)).toHaveLength(2);
});

it.runIf(process.platform === 'linux')(
  'takes nothing young of another machine, whose processes nobody here knows',
  async () => {
    // Namespaces are numbered alike everywhere; only the number of the boot differs.
    const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '';
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    put(`${DIGEST}.${dead}-n${namespace}-.1.part`);
    expect(await partials.take(DIGEST)).toBeUndefined();
    age(2 * DAY_MS);
    const taken = await partials.take(DIGEST);
    expect(taken?.origin).toEqual(ORIGIN);
    await taken?.file.discard();
  },
);
