// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type FaultServer, startFaultServer } from '../support/fault-server.ts';
import { type BlobSpec, type MadeModule, makeModule, makeWorkspace } from '../support/modules.ts';
import { type CliOptions, type CliResult, type JsonDocument, runCli } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import {
  filesBelow,
  sha256,
  sha256OfFile,
  someBytes,
  tempDir,
  temporaryFilesBelow,
  testHome,
  withDirectory,
} from '../support/temp.ts';

const PATH = 'lib/fw.bin';
const BYTES = someBytes('stored', 50_000);
const DIGEST = sha256(BYTES);
const IS_WINDOWS = process.platform === 'win32';

describe('a second fetch of the same bytes', () => {
  test('takes them from the store, for another module and another workspace', async () => {
    const { server, url } = await serveBlob();
    const [first, second] = [
      moduleWith([{ path: PATH, bytes: BYTES, url }]),
      moduleWith([{ path: 'b', bytes: BYTES, url }]),
    ];
    const topdir = join(tempDir(), 'workspace');
    const [third] = makeWorkspace(topdir, [{ name: 'hal_z', blobs: [{ path: PATH, bytes: BYTES, url }] }]);

    const documents = [await fetchJson(first), await fetchJson(second)];
    const inWorkspace = await runCli(['fetch', '--json'], { cwd: topdir });

    expect(server.requests).toHaveLength(1);
    expect([...documents, checked(inWorkspace)].map(({ blobs }) => blobs.map(outcome))).toEqual([
      [['A', 'url', url, BYTES.length]],
      [['A', 'store', entryFile(), BYTES.length]],
      [['A', 'store', entryFile(), BYTES.length]],
    ]);
    const files = [first.blobFile(PATH), second.blobFile('b'), third?.blobFile(PATH) ?? ''];
    expect(files.map(sha256OfFile)).toEqual([DIGEST, DIGEST, DIGEST]);
    expect(filesBelow(storeDirectory())).toEqual([
      'CACHEDIR.TAG',
      `v1/sha256/${DIGEST.slice(0, 2)}/${DIGEST}`,
    ]);
  });

  test('says so in its lines and its summary', async () => {
    const { url } = await serveBlob();
    const [first, second] = [
      moduleWith([{ path: PATH, bytes: BYTES, url }]),
      moduleWith([{ path: PATH, bytes: BYTES, url }]),
    ];

    await fetch(first);
    const result = await fetch(second);

    expect(result.stdout).toMatch(/^fetched hal_x: lib\/fw\.bin \([^)]*\) from the store\n$/);
    expect(result.stderr).toMatch(/^fetched 1 blob \(0 B in [^)]*\), 1 from the store, 0 up to date\n$/);
    expect(result.code).toBe(0);
  });

  test('fills every place that wants them, and replaces a modified file', async () => {
    const { server, url } = await serveBlob();
    const second = moduleWith(['one', 'two/three', PATH].map((path) => ({ path, bytes: BYTES, url })));
    writeFileSync(withDirectory(second.blobFile(PATH)), 'modified');

    await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]));
    const { summary } = await fetchJson(second);

    expect(summary).toMatchObject({ total: 3, store: 3 });
    expect(['one', 'two/three', PATH].map((path) => sha256OfFile(second.blobFile(path)))).toEqual(
      Array(3).fill(DIGEST),
    );
    expect(server.requests).toHaveLength(1);
  });

  test('finds what declares another fetcher, or a URL that is gone', async () => {
    const { url } = await serveBlob();
    const module = moduleWith([
      { path: 'one', bytes: BYTES, fetcher: 'carrier-pigeon' },
      { path: 'two', bytes: BYTES, url: 'https://blobs.invalid/gone' },
    ]);

    await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]));

    expect((await fetchJson(module)).summary).toMatchObject({ total: 2, store: 2 });
  });

  test('asks the URL again when an entry was deleted', async () => {
    const { server, url } = await serveBlob();
    await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]));
    rmSync(entryFile());

    const { blobs, issues } = await fetchJson(moduleWith([{ path: PATH, bytes: BYTES, url }]));

    expect([blobs.map(({ result }) => result), issues]).toEqual([['url'], []]);
    expect(server.requests).toHaveLength(2);
    expect(sha256OfFile(entryFile())).toBe(DIGEST);
  });
});

describe('the store', () => {
  test.for<readonly [string, readonly string[], Record<string, string>, string]>([
    ['--no-store', ['--no-store'], { BLOBS_STORE: 'kept' }, ''],
    ['BLOBS_STORE=off', [], { BLOBS_STORE: 'off' }, 'store = kept'],
    ['blobs.store = off', [], {}, 'store = off'],
  ])('is not made with %s', async ([_what, args, env, line]) => {
    const { server, url } = await serveBlob();
    const topdir = workspaceWith([{ path: PATH, bytes: BYTES, url }], [line]);

    for (const expected of [1, 2]) {
      const document = checked(await runCli(['fetch', '--json', ...args], { cwd: topdir, env }));
      expect(document.blobs.map(outcome)).toEqual([['A', 'url', url, BYTES.length]]);
      expect(server.requests).toHaveLength(expected);
      rmSync(join(topdir, 'modules/hal_x/zephyr/blobs'), { recursive: true });
    }
    expect(filesBelow(testHome())).toEqual([]);
    expect(filesBelow(topdir).filter((path) => /kept|CACHEDIR/.test(path))).toEqual([]);
  });

  test.for<readonly [string, Record<string, string>, string]>([
    ['BLOBS_STORE', { BLOBS_STORE: '~/mine' }, 'store = ~/other'],
    ['blobs.store', {}, 'store = ~/mine'],
    ['XDG_CACHE_HOME', { XDG_CACHE_HOME: '%HOME%/mine/..' }, ''],
  ])('is where %s says', async ([_what, env, line]) => {
    const { url } = await serveBlob();
    const topdir = workspaceWith([{ path: PATH, bytes: BYTES, url }], [line]);
    const real = Object.fromEntries(
      Object.entries(env).map(([key, value]) => [key, value.replace('%HOME%', testHome())]),
    );

    checked(await runCli(['fetch', '--json'], { cwd: topdir, env: real }));

    const expected = env['XDG_CACHE_HOME'] === undefined ? 'mine' : 'zephyr-blobs';
    expect(filesBelow(testHome())).toEqual([
      `${expected}/CACHEDIR.TAG`,
      `${expected}/v1/sha256/${DIGEST.slice(0, 2)}/${DIGEST}`,
    ]);
  });

  test('is not made when everything is up to date, or when nothing could be verified', async () => {
    const server = await startFaultServer();
    const wrong = moduleWith([
      { path: PATH, bytes: BYTES, url: server.serve('/wrong', BYTES, { kind: 'wrong-bytes' }) },
    ]);
    const whole = moduleWith([{ path: PATH, bytes: BYTES }]);
    writeFileSync(withDirectory(whole.blobFile(PATH)), BYTES);

    await fetch(whole);
    expect(filesBelow(testHome())).toEqual([]);
    expect((await fetch(wrong)).code).toBe(65);
    expect(filesBelow(testHome())).toEqual(['.cache/zephyr-blobs/CACHEDIR.TAG']);
  });

  test('holds no more than finished entries after failures of all kinds', async () => {
    const server = await startFaultServer();
    const kinds = [
      { kind: 'wrong-bytes' },
      { kind: 'status', status: 404 },
      { kind: 'reset', afterBytes: 10_000 },
      { kind: 'sign-in-page' },
    ] as const;
    const module = moduleWith(
      kinds.map((behaviour, index) => ({
        path: `${index}.bin`,
        bytes: BYTES,
        sha256: sha256(`${index}`),
        url: server.serve(`/${index}`, BYTES, behaviour),
      })),
    );

    const { summary } = checked(await fetch(module, ['--json', '--retries', '0']));

    expect(summary).toMatchObject({ total: 4, failed: 4 });
    expect(filesBelow(storeDirectory())).toEqual(['CACHEDIR.TAG']);
  });
});

describe('--offline', () => {
  test.for<readonly [string, readonly string[], Record<string, string>, string]>([
    ['--offline', ['--offline'], {}, ''],
    ['BLOBS_OFFLINE', [], { BLOBS_OFFLINE: '1' }, 'offline = false'],
    ['blobs.offline', [], {}, 'offline = true'],
  ])(
    'takes from the store what is there and asks no server for the rest: %s',
    async ([_what, args, env, line]) => {
      const { server, url } = await serveBlob();
      await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]));
      const lacking = { path: 'lacking.bin', bytes: 'lacking', url: server.serve('/lacking', 'lacking') };
      const topdir = workspaceWith([{ path: PATH, bytes: BYTES, url }, lacking], [line]);

      const result = await runCli(['fetch', '--json', ...args], { cwd: topdir, env });
      const document = checked(result);

      expect(document.blobs.map(({ path, status, result: found }) => [path, status, found])).toEqual([
        [PATH, 'A', 'store'],
        ['lacking.bin', 'D', 'failed'],
      ]);
      expect(document.issues).toMatchObject([
        { severity: 'error', code: 'BLOBS_OFFLINE', module: 'hal_x', path: 'lacking.bin' },
      ]);
      expect(result.code).toBe(1);
      expect(server.requests).toHaveLength(1);
    },
  );

  test('is done with exit 0 where everything is at hand: store, caches, file mirrors, modules', async () => {
    const { server, url } = await serveBlob();
    await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]));
    const cache = tempDir();
    writeFileSync(join(cache, `cached.bin.${sha256('cached')}`), 'cached');
    const mirror = tempDir();
    writeFileSync(join(mirror, 'mirrored.bin'), 'mirrored');
    const module = moduleWith([
      { path: PATH, bytes: BYTES, url },
      { path: 'cached.bin', url: server.serve('/cached', 'cached'), bytes: 'cached' },
      { path: 'mirrored.bin', url: 'https://blobs.invalid/mirrored.bin', bytes: 'mirrored' },
      { path: 'present.bin', url: server.serve('/present', 'present'), bytes: 'present' },
    ]);
    writeFileSync(withDirectory(module.blobFile('present.bin')), 'present');

    const result = await fetch(module, [
      ...['--json', '--offline', '--cache-dirs', cache],
      ...['--mirror', `https://blobs.invalid/=file://${mirror}/`],
    ]);

    expect(checked(result).blobs.map((blob) => blob.result)).toEqual([
      'store',
      'cache',
      'mirror',
      'up-to-date',
    ]);
    expect(result.code).toBe(0);
    expect(server.requests).toHaveLength(1);
  });

  test('says of a damaged entry that it is damaged, and does not try it twice', async () => {
    const { server, url } = await serveBlob();
    await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]));
    writeFileSync(entryFile(), 'damaged');
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);

    const [first, second] = [
      await fetch(module, ['--json', '--offline']),
      await fetch(module, ['--json', '--offline']),
    ];

    expect([first.code, checked(first).issues.map(({ code }) => code)]).toEqual([
      65,
      ['BLOBS_HASH_MISMATCH'],
    ]);
    expect([second.code, checked(second).issues.map(({ code }) => code)]).toEqual([1, ['BLOBS_OFFLINE']]);
    expect(existsSync(module.blobFile(PATH))).toBe(false);
    expect(server.requests).toHaveLength(1);
  });
});

interface Damage {
  readonly what: string;
  readonly damage: (file: string) => void;
  /** Codes of the warnings; absent where none is needed, since nothing was tried. */
  readonly warnings?: readonly string[];
}

const DAMAGED_FILES: readonly Damage[] = [
  {
    what: 'with a changed byte',
    damage: (file) =>
      writeFileSync(file, Buffer.concat([BYTES.subarray(0, -1), Buffer.from([1 ^ (BYTES.at(-1) ?? 0)])])),
    warnings: ['BLOBS_HASH_MISMATCH'],
  },
  {
    what: 'that is truncated',
    damage: (file) => writeFileSync(file, BYTES.subarray(0, 30_000)),
    warnings: ['BLOBS_HASH_MISMATCH'],
  },
  { what: 'that is empty', damage: (file) => writeFileSync(file, ''), warnings: ['BLOBS_HASH_MISMATCH'] },
  { what: 'that grew', damage: (file) => appendFileSync(file, 'more'), warnings: ['BLOBS_SIZE_MISMATCH'] },
];

const STRANGERS: readonly (Damage & { readonly isThere?: (file: string) => boolean })[] = [
  {
    what: 'a directory',
    damage: (file) => writeFileSync(withDirectory(join(file, 'mine')), 'mine'),
    warnings: ['BLOBS_FILE_ACCESS'],
    isThere: (file) => readFileSync(join(file, 'mine'), 'utf8') === 'mine',
  },
  {
    what: 'a symbolic link to wrong bytes',
    damage: (file) => {
      writeFileSync(join(testHome(), 'elsewhere'), 'wrong');
      symlinkSync(join(testHome(), 'elsewhere'), file);
    },
    isThere: () => readFileSync(join(testHome(), 'elsewhere'), 'utf8') === 'wrong',
  },
  {
    what: 'a symbolic link to the right bytes',
    damage: (file) => {
      writeFileSync(join(testHome(), 'elsewhere'), BYTES);
      symlinkSync(join(testHome(), 'elsewhere'), file);
    },
    isThere: () => sha256OfFile(join(testHome(), 'elsewhere')) === DIGEST,
  },
  { what: 'a symbolic link to itself', damage: (file) => symlinkSync(file, file) },
  ...(IS_WINDOWS ? [] : [{ what: 'a FIFO', damage: (file: string) => void execFileSync('mkfifo', [file]) }]),
];

describe('a damaged entry of the store', () => {
  test.for(DAMAGED_FILES)(
    '$what is replaced by a good one from the URL, with a warning',
    async ({ damage, warnings }) => {
      const { server, url } = await serveBlob();
      const blob = { path: PATH, bytes: BYTES, url, size: BYTES.length };
      await fetch(moduleWith([blob]));
      damage(entryFile());
      const module = moduleWith([blob]);

      const { blobs, issues } = await fetchJson(module);

      expect(blobs.map(outcome)).toEqual([['A', 'url', url, BYTES.length]]);
      expect(issues.map(({ severity, code, path }) => [severity, code, path])).toEqual(
        warnings?.map((code) => ['warning', code, PATH]),
      );
      expect([module.blobFile(PATH), entryFile()].map(sha256OfFile)).toEqual([DIGEST, DIGEST]);
      expect(server.requests).toHaveLength(2);
      expect((await fetchJson(moduleWith([blob]))).summary).toMatchObject({ store: 1 });
    },
  );

  test.for(STRANGERS)(
    'that is $what is not used, and nothing behind it is touched',
    async ({ damage, warnings, isThere }) => {
      const { server, url } = await serveBlob();
      const blob = { path: PATH, bytes: BYTES, url };
      await fetch(moduleWith([blob]));
      rmSync(entryFile());
      damage(entryFile());
      const module = moduleWith([blob]);

      const { blobs, issues } = await fetchJson(module);

      expect(blobs.map(outcome)).toEqual([['A', 'url', url, BYTES.length]]);
      expect(issues.map(({ severity, code }) => [severity, code])).toEqual(
        (warnings ?? []).map((code) => ['warning', code]),
      );
      expect(sha256OfFile(module.blobFile(PATH))).toBe(DIGEST);
      expect(server.requests).toHaveLength(2);
      if (isThere) expect(isThere(entryFile())).toBe(true);
      expect(temporaryFilesBelow(storeDirectory())).toEqual([]);
    },
  );

  test('that no source can replace leaves the old file where it was: exit 65', async () => {
    const server = await startFaultServer();
    const url = server.serve('/fw.bin', BYTES, [{ kind: 'ok' }, { kind: 'wrong-bytes' }]);
    await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]));
    writeFileSync(entryFile(), 'damaged');
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);
    writeFileSync(withDirectory(module.blobFile(PATH)), 'old');

    const result = await fetch(module);

    expect(result.code).toBe(65);
    expect(readFileSync(module.blobFile(PATH), 'utf8')).toBe('old');
    expect(existsSync(entryFile())).toBe(false);
    expect(temporaryFilesBelow(testHome())).toEqual([]);
  });
});

describe('a west cache', () => {
  const NAMES = [`fw.bin.${DIGEST}`, `fw.bin.${DIGEST.toUpperCase()}`, 'fw.bin'];

  test.for(NAMES)('is read: %s', async (name) => {
    const { server, url } = await serveBlob();
    const cache = tempDir();
    writeFileSync(join(cache, name), BYTES);
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);

    const { blobs } = checked(await fetch(module, ['--json', '--cache-dirs', `${tempDir()};${cache}`]));

    expect(blobs.map(outcome)).toEqual([['A', 'cache', join(cache, name), BYTES.length]]);
    expect(server.requests).toEqual([]);
    expect(filesBelow(cache)).toEqual([name]);
    expect(sha256OfFile(entryFile())).toBe(DIGEST);
  });

  test('is read after the store, and before the servers', async () => {
    const { server, url } = await serveBlob();
    await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]));
    const [cache, auto] = [tempDir(), tempDir()];
    for (const directory of [cache, auto]) writeFileSync(join(directory, 'fw.bin'), BYTES);
    const sourceOf = async (args: readonly string[]) =>
      checked(await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]), ['--json', ...args])).blobs[0]?.[
        'source'
      ];
    const both = ['--cache-dirs', cache, '--auto-cache', auto];

    expect(await sourceOf(both)).toBe(entryFile());
    rmSync(entryFile());
    rmSync(join(auto, `fw.bin.${DIGEST}`));
    expect(await sourceOf([...both, '--no-store'])).toBe(join(cache, 'fw.bin'));
    expect(await sourceOf(['--auto-cache', auto, '--no-store'])).toBe(join(auto, `fw.bin.${DIGEST}`));
    expect(server.requests).toHaveLength(1);
  });

  test.for(['with the store', 'with --no-store'])(
    'that is filled gets names as module.yml spells the digest, %s',
    async (how) => {
      const { server, url } = await serveBlob();
      const auto = join(tempDir(), 'made', 'by', 'fetch');
      const args = ['--json', '--auto-cache', auto, ...(how === 'with the store' ? [] : ['--no-store'])];
      const blob = { path: PATH, bytes: BYTES, url, sha256: DIGEST.toUpperCase() };

      const first = checked(await fetch(moduleWith([blob]), args));
      const second = checked(await fetch(moduleWith([{ ...blob, sha256: DIGEST }]), [...args, '--no-store']));

      expect(first.blobs.map(({ result }) => result)).toEqual(['url']);
      expect(second.blobs.map(({ result }) => result)).toEqual(['cache']);
      expect(filesBelow(auto)).toEqual([`fw.bin.${DIGEST.toUpperCase()}`, `fw.bin.${DIGEST}`].sort());
      expect(filesBelow(auto).map((name) => sha256OfFile(join(auto, name)))).toEqual([DIGEST, DIGEST]);
      expect(server.requests).toHaveLength(1);
    },
  );

  test.for(DAMAGED_FILES)(
    '$what is not used, and stays as it is where it is only read',
    async ({ damage, warnings }) => {
      const { server, url } = await serveBlob();
      const file = join(tempDir(), NAMES[0] ?? '');
      writeFileSync(file, BYTES);
      damage(file);
      const before = [sha256OfFile(file), lstatSync(file).ino, lstatSync(file).mtimeMs];
      const module = moduleWith([{ path: PATH, bytes: BYTES, url, size: BYTES.length }]);

      const { blobs, issues } = checked(await fetch(module, ['--json', '--cache-dirs', join(file, '..')]));

      expect(blobs.map(outcome)).toEqual([['A', 'url', url, BYTES.length]]);
      expect(issues.map(({ severity, code }) => [severity, code])).toEqual(
        warnings?.map((code) => ['warning', code]),
      );
      expect(sha256OfFile(module.blobFile(PATH))).toBe(DIGEST);
      expect([sha256OfFile(file), lstatSync(file).ino, lstatSync(file).mtimeMs]).toEqual(before);
      expect(server.requests).toHaveLength(1);
    },
  );

  test.for(DAMAGED_FILES.flatMap((damaged) => NAMES.slice(0, 2).map((name) => ({ ...damaged, name }))))(
    '$what is not used, and gone or good where it is filled: $name',
    async ({ damage, warnings, name }) => {
      const { url } = await serveBlob();
      const auto = tempDir();
      writeFileSync(join(auto, name), BYTES);
      damage(join(auto, name));
      const module = moduleWith([{ path: PATH, bytes: BYTES, url, size: BYTES.length }]);

      const { blobs, issues } = checked(await fetch(module, ['--json', '--auto-cache', auto]));

      expect(blobs.map(outcome)).toEqual([['A', 'url', url, BYTES.length]]);
      expect(issues.map(({ severity, code }) => [severity, code])).toEqual(
        warnings?.map((code) => ['warning', code]),
      );
      expect(sha256OfFile(module.blobFile(PATH))).toBe(DIGEST);
      expect(filesBelow(auto)).toContain(`fw.bin.${DIGEST}`);
      expect(filesBelow(auto).map((found) => sha256OfFile(join(auto, found)))).toEqual(
        filesBelow(auto).map(() => DIGEST),
      );
    },
  );

  test('may hold another revision under a name without a digest: not used, and it stays', async () => {
    const { url } = await serveBlob();
    const auto = tempDir();
    writeFileSync(join(auto, 'fw.bin'), 'another revision');

    await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]), ['--auto-cache', auto]);

    expect(readFileSync(join(auto, 'fw.bin'), 'utf8')).toBe('another revision');
    expect(filesBelow(auto)).toEqual(['fw.bin', `fw.bin.${DIGEST}`]);
  });

  test.for(STRANGERS)('that holds $what is no obstacle', async ({ what, damage }) => {
    const { url } = await serveBlob();
    const cache = tempDir();
    damage(join(cache, NAMES[0] ?? ''));
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);

    const result = await fetch(module, ['--json', '--cache-dirs', cache]);

    // A link in a cache is its owner's way to put a file there.
    expect(checked(result).blobs[0]?.result).toBe(what.endsWith('right bytes') ? 'cache' : 'url');
    expect(sha256OfFile(module.blobFile(PATH))).toBe(DIGEST);
    expect(result.code).toBe(0);
  });

  test('whose names would be too long is no obstacle', async () => {
    const server = await startFaultServer();
    const path = `${'n'.repeat(220)}.bin`;
    const module = moduleWith([{ path, bytes: BYTES, url: server.serve('/long', BYTES) }]);

    const result = await fetch(module, ['--cache-dirs', tempDir(), '--auto-cache', tempDir()]);

    expect(result.code, result.stderr).toBe(0);
    expect(sha256OfFile(module.blobFile(path))).toBe(DIGEST);
  });

  test.for(['--cache-dirs', '--auto-cache'])('that is a file is no obstacle: %s', async (option) => {
    const { url } = await serveBlob();
    const file = join(tempDir(), 'file');
    writeFileSync(file, 'a file');
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);

    const result = await fetch(module, [option, file]);

    expect(result.code, result.stderr).toBe(0);
    expect(sha256OfFile(module.blobFile(PATH))).toBe(DIGEST);
    expect(readFileSync(file, 'utf8')).toBe('a file');
  });
});

describe('an option that names caches', () => {
  /** Where the blob would come from, with one file in each of the directories `given` and `configured` and here. */
  async function plannedSources(line: string, args: readonly string[]): Promise<unknown> {
    const topdir = workspaceWith([{ path: PATH, bytes: BYTES, url: 'https://blobs.invalid/fw.bin' }], [line]);
    for (const name of ['given', 'configured', '.'])
      writeFileSync(withDirectory(join(topdir, name, 'fw.bin')), BYTES);
    const { blobs } = checked(await runCli(['fetch', '-n', '--json', ...args], { cwd: topdir }));
    const sources = blobs[0]?.['sources'];
    return Array.isArray(sources) && sources.map((source) => source.replace(`${topdir}/`, ''));
  }
  const URL = 'https://blobs.invalid/fw.bin';

  test.for<readonly [string, readonly string[], readonly string[]]>([
    ['cache-dirs = configured', [], ['configured/fw.bin', URL]],
    ['cache-dirs = configured', ['--cache-dirs', 'given'], ['given/fw.bin', URL]],
    ['cache-dirs = configured', ['--cache-dirs', ''], [URL]],
    ['auto-cache = configured', [], ['configured/fw.bin', URL]],
    ['auto-cache = configured', ['--auto-cache', 'given'], ['given/fw.bin', URL]],
    ['auto-cache = configured', ['--auto-cache', ''], [URL]],
    ['auto-cache = configured', ['--cache-dirs', 'given'], ['given/fw.bin', 'configured/fw.bin', URL]],
  ])('replaces what west names: %s, %j', async ([line, args, expected]) => {
    expect(await plannedSources(line, args)).toEqual(expected);
  });

  test('expands ~ and counts relative directories from --directory', async () => {
    const module = moduleWith([{ path: PATH, bytes: BYTES }]);
    const cache = join(module.directory, 'cache');
    writeFileSync(withDirectory(join(cache, 'fw.bin')), BYTES);
    const run = (directory: string, home: string) =>
      runCli(['fetch', '-C', module.directory, '-n', '--json', '--cache-dirs', directory], { home });

    for (const result of [await run('cache', tempDir()), await run('~/cache', module.directory)]) {
      expect(checked(result).blobs[0]?.['source']).toBe(join(cache, 'fw.bin'));
    }
  });

  test('cannot help a configuration that makes no sense: exit 2, which names what it is', async () => {
    const result = await runCli(['fetch', '--offline'], {
      cwd: moduleWith([]).directory,
      env: { BLOBS_OFFLINE: 'maybe' },
    });
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/BLOBS_OFFLINE.*maybe.*\[BLOBS_BAD_CONFIG\]/);
  });
});

describe('a store that cannot be used', () => {
  test.for([
    '.cache',
    '.cache/zephyr-blobs',
    '.cache/zephyr-blobs/v1',
    '.cache/zephyr-blobs/v1/partial',
    '.cache/zephyr-blobs/v1/sha256',
  ])('because a file is at %s is one warning, and the fetch works', async (path) => {
    const server = await startFaultServer();
    const file = withDirectory(join(testHome(), path));
    writeFileSync(file, 'a file');
    const module = moduleWith(manyBlobs(server, 5));

    const result = await fetch(module, ['--json']);
    const { issues, summary } = checked(result);

    expect(issues).toMatchObject([{ severity: 'warning', code: 'BLOBS_STORE_UNUSABLE' }]);
    expect(summary).toMatchObject({ total: 5, url: 5 });
    expect(result.code).toBe(0);
    expectManyBlobs(module, 5);
    expect(readFileSync(file, 'utf8')).toBe('a file');
  });

  // Nothing is read-only for root.
  describe.skipIf(IS_WINDOWS || process.getuid?.() === 0)('because it is read-only', () => {
    test('before its first use is one warning, and the fetch works', async () => {
      const server = await startFaultServer();
      const module = moduleWith(manyBlobs(server, 5));
      makeReadOnly(testHome());

      const result = await fetch(module, ['--json']);

      expect(checked(result).issues).toMatchObject([{ severity: 'warning', code: 'BLOBS_STORE_UNUSABLE' }]);
      expect(result.code).toBe(0);
      expectManyBlobs(module, 5);
    });

    test('by now is one warning; what it holds is used, the rest comes from its URLs', async () => {
      const server = await startFaultServer();
      await fetch(moduleWith(manyBlobs(server, 2)));
      makeReadOnly(storeDirectory());
      const module = moduleWith(manyBlobs(server, 5));

      const result = await fetch(module, ['--json']);
      const { issues, summary } = checked(result);

      expect(issues).toMatchObject([{ severity: 'warning', code: 'BLOBS_STORE_UNUSABLE' }]);
      expect(summary).toMatchObject({ total: 5, store: 2, url: 3 });
      expect(result.code).toBe(0);
      expectManyBlobs(module, 5);
    });
  });

  test.runIf(process.platform === 'linux')(
    'because nothing can be made in its partial/ is no failure of a blob',
    async () => {
      const server = await startFaultServer();
      // Also root can make no file in /proc.
      symlinkSync('/proc/self/net', withDirectory(join(storeDirectory(), 'v1', 'partial')));
      const module = moduleWith(manyBlobs(server, 3));

      const result = await fetch(module, ['--json']);

      expect(checked(result).summary).toMatchObject({ total: 3, url: 3 });
      expect(checked(result).issues.map(({ severity }) => severity)).not.toContain('error');
      expect(result.code).toBe(0);
      expectManyBlobs(module, 3);
    },
  );
});

describe('a click-through licence', () => {
  test.for(['the store', 'a cache'])('is needed for what comes from %s', async (where) => {
    const { server, url } = await serveBlob();
    const cache = tempDir();
    if (where === 'a cache') writeFileSync(join(cache, `fw.bin.${DIGEST}`), BYTES);
    else await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]));
    const requests = server.requests.length;
    const module = moduleWith([{ path: PATH, bytes: BYTES, url, 'click-through': true }]);
    const args = ['--json', '--cache-dirs', cache];

    const refused = await fetch(module, args);
    expect(refused.code).toBe(77);
    expect(checked(refused).blobs.map(({ status, result }) => [status, result])).toEqual([['D', 'skipped']]);
    expect(existsSync(module.blobFile(PATH))).toBe(false);

    const accepted = await fetch(module, [...args, '-a']);
    expect(accepted.code).toBe(0);
    expect(checked(accepted).blobs[0]?.result).toBe(where === 'a cache' ? 'cache' : 'store');
    expect(sha256OfFile(module.blobFile(PATH))).toBe(DIGEST);
    expect(server.requests).toHaveLength(requests);
  });
});

describe.skipIf(IS_WINDOWS)('a file in a module', () => {
  test.for([0o444, 0o600, 0o400, 0o777])(
    'has the mode that the umask allows, if its source has %o',
    async (mode) => {
      const { url } = await serveBlob();
      const cache = tempDir();
      writeFileSync(join(cache, 'fw.bin'), BYTES);
      chmodSync(join(cache, 'fw.bin'), mode);
      const previous = process.umask(0o027);
      onTestFinished(() => void process.umask(previous));
      const [fromCache, fromStore, toTwo] = [
        moduleWith([{ path: PATH, bytes: BYTES, url }]),
        moduleWith([{ path: PATH, bytes: BYTES, url }]),
        moduleWith(['one', 'two'].map((path) => ({ path, bytes: BYTES, url }))),
      ];

      const first = checked(await fetch(fromCache, ['--json', '--cache-dirs', cache]));
      expect([first.blobs[0]?.result, modeOf(entryFile())]).toEqual(['cache', 0o640]);
      chmodSync(entryFile(), mode);
      await fetch(fromStore);
      await fetch(toTwo);

      const files = [
        fromCache.blobFile(PATH),
        fromStore.blobFile(PATH),
        toTwo.blobFile('one'),
        toTwo.blobFile('two'),
      ];
      expect(files.map(modeOf)).toEqual([0o640, 0o640, 0o640, 0o640]);
      expect(modeOf(join(cache, 'fw.bin'))).toBe(mode);
    },
  );

  test.for(['store', 'no store'])('is no hard link, nor is anything else: %s', async (how) => {
    const { url } = await serveBlob();
    const auto = join(testHome(), 'auto');
    const args = ['--auto-cache', auto, ...(how === 'store' ? [] : ['--no-store'])];
    const modules = [1, 2].map(() => moduleWith(['one', 'two'].map((path) => ({ path, bytes: BYTES, url }))));

    for (const module of modules) await fetch(module, args);

    const files = [
      ...modules.flatMap((module) => ['one', 'two'].map((path) => module.blobFile(path))),
      ...filesBelow(testHome()).map((path) => join(testHome(), path)),
    ];
    expect(files.length).toBeGreaterThanOrEqual(6);
    expect(files.map((file) => statSync(file).nlink)).toEqual(files.map(() => 1));
    writeFileSync(modules[0]?.blobFile('one') ?? '', 'a build wrote here');
    expect(sha256OfFile(modules[0]?.blobFile('two') ?? '')).toBe(DIGEST);
    if (how === 'store') expect(sha256OfFile(entryFile())).toBe(DIGEST);
  });
});

describe('fetches at the same time', () => {
  test.for([2, 6])('%i of them, into one store, ask for each URL once', async (fetches) => {
    const server = await startFaultServer();
    const modules = Array.from({ length: fetches }, () => moduleWith(manyBlobs(server, 20, { delayMs: 40 })));

    const documents = (
      await Promise.all(modules.map((module) => fetch(module, ['--json'], { timeoutMs: 40_000 })))
    ).map(checked);

    for (const { issues, summary } of documents) {
      expect(issues).toEqual([]);
      expect((summary['url'] ?? 0) + (summary['store'] ?? 0)).toBe(20);
    }
    expect(documents.reduce((sum, { summary }) => sum + (summary['url'] ?? 0), 0)).toBe(20);
    expect(server.requests.map(({ path }) => path).sort()).toEqual(
      manyPaths(20)
        .map((path) => `/${path}`)
        .sort(),
    );
    for (const module of modules) expectManyBlobs(module, 20);
    expectGoodStore();
    expect(filesBelow(join(storeDirectory(), 'v1', 'partial'))).toEqual([]);
  });

  test('share what one of them finished after the other had planned to download it', async () => {
    const server = await startFaultServer();
    const [first, held, fast] = manyBlobs(server, 3);
    if (!first || !held || !fast) throw new Error('too few');
    const slow = moduleWith([first, held, fast]);
    const release = holdLock(held);

    const result = await fetch(slow, ['--json', '-j', '1'], {
      onStart: async () => {
        while (server.requestsFor(`/${first.path}`).length === 0) await pause(5);
        expect((await fetch(moduleWith([fast]))).code).toBe(0);
        release();
      },
    });

    expect(checked(result).blobs.map((blob) => blob.result)).toEqual(['url', 'url', 'store']);
    expect(server.requestsFor(`/${fast.path}`)).toHaveLength(1);
  });

  test('do not wait for a download that has no store to go to', async () => {
    const server = await startFaultServer();
    const [held] = manyBlobs(server, 1);
    if (!held) throw new Error('too few');
    holdLock(held);

    expect((await fetch(moduleWith([held]), ['--no-store'])).code).toBe(0);
  });

  test('take over from one that was killed', async () => {
    const server = await startFaultServer();
    const url = server.serve('/fw.bin', BYTES, [{ kind: 'stall', afterBytes: 20_000 }, { kind: 'ok' }]);
    const other = { path: 'other.bin', bytes: 'other', url: server.serve('/other', 'other') };
    const second = moduleWith([other, { path: PATH, bytes: BYTES, url }]);
    let waiting: Promise<CliResult> | undefined;

    const killed = await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]), [], {
      onStart: async (cli) => {
        await server.whenStalled('/fw.bin');
        waiting = fetch(second, ['--json']);
        while (server.requestsFor('/other').length === 0) await pause(5);
        await pause(200);
        expect(server.requestsFor('/fw.bin')).toHaveLength(1);
        cli.kill('SIGKILL');
      },
    });
    const result = await waiting;

    expect(killed.signal).toBe('SIGKILL');
    expect(result?.code, result?.stderr).toBe(0);
    expect(server.requestsFor('/fw.bin')).toHaveLength(2);
    expect(sha256OfFile(second.blobFile(PATH))).toBe(DIGEST);
    expectGoodStore();
  });

  test.for([
    ['was interrupted', 'SIGINT', 130],
    ['was terminated', 'SIGTERM', 143],
  ] as const)('take over from one that %s, which leaves nothing in the way', async ([_how, signal, code]) => {
    const server = await startFaultServer();
    const url = server.serve('/fw.bin', BYTES, [{ kind: 'stall', afterBytes: 20_000 }, { kind: 'ok' }]);
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);

    const ended = await fetch(module, [], {
      onStart: async (cli) => {
        await server.whenStalled('/fw.bin');
        cli.kill(signal);
      },
    });

    expect(ended.code).toBe(code);
    expect(
      filesBelow(join(storeDirectory(), 'v1', 'partial')).filter((path) => path.endsWith('.lock')),
    ).toEqual([]);
    expect((await fetch(module)).code).toBe(0);
  });

  test('can be interrupted while they wait for another one', async () => {
    const server = await startFaultServer();
    const [held, free] = manyBlobs(server, 2);
    if (!held || !free) throw new Error('too few');
    holdLock(held);
    const module = moduleWith([held, free]);

    const result = await fetch(module, ['--json'], {
      onStart: async (cli) => {
        while (!existsSync(module.blobFile(free.path))) await pause(5);
        cli.kill('SIGINT');
      },
    });

    expect(result.code).toBe(130);
    expect(server.requestsFor(`/${held.path}`)).toEqual([]);
    expect(filesBelow(join(storeDirectory(), 'v1', 'partial'))).toEqual([`${sha256(held.bytes ?? '')}.lock`]);
  });

  test('try for themselves what another one could not download', async () => {
    const server = await startFaultServer();
    const url = server.serve('/fw.bin', BYTES, [{ kind: 'wrong-bytes' }, { kind: 'ok' }]);
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);

    expect((await fetch(module)).code).toBe(65);
    expect(filesBelow(storeDirectory())).toEqual(['CACHEDIR.TAG']);
    expect((await fetch(module)).code).toBe(0);
  });
});

describe('a fetch that is killed', () => {
  const rounds = process.env['BLOBS_TEST_FULL'] === '1' ? 40 : 10;

  test(`at ${rounds} random moments leaves no wrong bytes, and the next one succeeds`, async () => {
    const server = await startFaultServer();
    const count = 8;
    /** Half of them new in each round, half of them in the store since the round before. */
    const blobsOf = (round: number): BlobSpec[] =>
      Array.from({ length: count }, (_, index) => {
        const name = `${round + (index % 2)}-${index}.bin`;
        const bytes = someBytes(name, 20_000 + 20_000 * index);
        return {
          path: `lib/${name}`,
          bytes,
          url: server.serve(`/${name}`, bytes, { kind: 'throttle', bytesPerSecond: 1_500_000 }),
        };
      });
    let [wasKilled, wholeMs] = [0, 0];
    for (let round = 0; round <= rounds; round++) {
      const module = moduleWith(blobsOf(round));
      const auto = join(testHome(), 'auto');
      const args = ['--auto-cache', auto, '-j', '4'];
      const start = performance.now();
      // The first round shows how long a fetch takes.
      const killAfterMs = round === 0 ? Infinity : Math.random() * wholeMs;
      const killed = await fetch(module, args, {
        onStart: async (cli) => {
          if (round === 0) return;
          await pause(killAfterMs);
          cli.kill('SIGKILL');
        },
      });
      if (round === 0) wholeMs = performance.now() - start;
      if (killed.signal === 'SIGKILL') wasKilled += 1;
      const hint = `killed after ${killAfterMs} ms of ${wholeMs}`;

      for (const { path, bytes = '' } of blobsOf(round)) {
        expect([undefined, sha256(bytes)], `${path}, ${hint}`).toContain(sha256OfFile(module.blobFile(path)));
      }
      expectGoodStore(hint);
      for (const name of filesBelow(auto).filter((found) => !found.startsWith('.blobs-'))) {
        expect(name.slice(-64), hint).toBe(sha256OfFile(join(auto, name)));
      }

      const next = await fetch(module, args);
      expect(next.code, `${hint}\n${next.stderr}`).toBe(0);
      for (const { path, bytes = '' } of blobsOf(round)) {
        expect(sha256OfFile(module.blobFile(path)), `${path}, ${hint}`).toBe(sha256(bytes));
      }
      expect(temporaryFilesBelow(module.directory), hint).toEqual([]);
      expectGoodStore(hint);
    }
    expect(wasKilled).toBeGreaterThan(rounds / 2);
    // What the last runs left goes with the next download.
    await fetch(moduleWith([{ path: 'x', bytes: 'x', url: server.serve('/x', 'x') }]));
    expect(temporaryFilesBelow(storeDirectory())).toEqual([]);
  }, 300_000);

  test('leaves nothing in the auto-cache that stays for ever', async () => {
    const { url } = await serveBlob();
    const auto = tempDir();
    const dead = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim();
    writeFileSync(join(auto, `.blobs-${dead}-abcdef`), 'half a blob');

    await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]), ['--auto-cache', auto]);

    expect(filesBelow(auto)).toEqual([`fw.bin.${DIGEST}`]);
  });
});

describe('a dry run', () => {
  test('names the store, then the caches, then the URL, and changes nothing', async () => {
    const { server, url } = await serveBlob();
    const [cache, auto] = [join(testHome(), 'cache'), join(testHome(), 'auto')];
    for (const directory of [cache, auto])
      writeFileSync(withDirectory(join(directory, 'fw.bin')), 'not even right');
    await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]));
    const module = moduleWith([
      { path: PATH, bytes: BYTES, url },
      { path: 'cached/fw.bin', bytes: 'cached', url: server.serve('/cached', 'cached') },
      { path: 'other.bin', bytes: 'other', url: server.serve('/other', 'other') },
    ]);
    const args = ['--dry-run', '--cache-dirs', cache, '--auto-cache', auto];
    const before = [snapshot(testHome()), snapshot(module.directory)];

    const result = await fetch(module, [...args, '--json']);
    const text = await fetch(module, args);

    const { blobs, issues, summary } = checked(result);
    const caches = [join(cache, 'fw.bin'), join(auto, 'fw.bin')];
    expect(blobs.map((blob) => [blob.result, blob.status, blob['source'], blob['sources']])).toEqual([
      ['store', 'D', entryFile(), [entryFile(), ...caches, url]],
      ['cache', 'D', caches[0], [...caches, `${server.origin}/cached`]],
      ['url', 'D', `${server.origin}/other`, [`${server.origin}/other`]],
    ]);
    expect([issues, summary]).toMatchObject([[], { total: 3, store: 1, cache: 1, url: 1 }]);
    expect(text.stdout.split('\n')[0]).toBe(
      `would fetch hal_x: ${PATH} from ${[entryFile(), ...caches, url].join(', then ')}`,
    );
    expect([result.code, text.code]).toEqual([0, 0]);
    expect([snapshot(testHome()), snapshot(module.directory)]).toEqual(before);
    expect(server.requests).toHaveLength(1);
  });

  test('makes no store, and no auto-cache', async () => {
    const { url } = await serveBlob();
    const module = moduleWith([{ path: PATH, bytes: BYTES, url }]);

    const { blobs } = checked(
      await fetch(module, ['--json', '-n', '--auto-cache', join(testHome(), 'auto')]),
    );

    expect(blobs.map(({ result }) => result)).toEqual(['url']);
    expect(readdirSync(testHome())).toEqual([]);
  });

  test('with --offline says what would be missing: exit 1', async () => {
    const { server, url } = await serveBlob();
    const result = await fetch(moduleWith([{ path: PATH, bytes: BYTES, url }]), [
      '--json',
      '-n',
      '--offline',
    ]);

    expect(checked(result).issues.map(({ code }) => code)).toEqual(['BLOBS_OFFLINE']);
    expect(result.code).toBe(1);
    expect(server.requests).toEqual([]);
  });
});

/** The default place, since no test names another unless it says so. */
function storeDirectory(): string {
  return join(testHome(), '.cache', 'zephyr-blobs');
}

function entryFile(digest = DIGEST): string {
  return join(storeDirectory(), 'v1', 'sha256', digest.slice(0, 2), digest);
}

async function serveBlob(): Promise<{ server: FaultServer; url: string }> {
  const server = await startFaultServer();
  return { server, url: server.serve('/fw.bin', BYTES) };
}

function moduleWith(blobs: readonly BlobSpec[]): MadeModule {
  return makeModule(join(tempDir(), 'hal_x'), { name: 'hal_x', blobs });
}

/** A workspace with one module and these lines in the section `[blobs]` of its configuration; its topdir. */
function workspaceWith(blobs: readonly BlobSpec[], lines: readonly string[]): string {
  const topdir = join(tempDir(), 'workspace');
  makeWorkspace(topdir, [{ name: 'hal_x', blobs }]);
  appendFileSync(join(topdir, '.west', 'config'), `[blobs]\n${lines.join('\n')}\n`);
  return topdir;
}

function manyPaths(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `many/${index}.bin`);
}

function bytesOf(path: string): Buffer {
  return someBytes(path, 20_000);
}

/** So many blobs, each with its own bytes and URL; the answer may take some time. */
function manyBlobs(server: FaultServer, count: number, { delayMs }: { delayMs?: number } = {}): BlobSpec[] {
  return manyPaths(count).map((path) => ({
    path,
    bytes: bytesOf(path),
    url: server.serve(`/${path}`, bytesOf(path), {
      kind: 'ok',
      ...(delayMs === undefined ? {} : { delayMs }),
    }),
  }));
}

function expectManyBlobs(module: MadeModule, count: number): void {
  const found = manyPaths(count).map((path) => sha256OfFile(module.blobFile(path)));
  expect(found).toEqual(manyPaths(count).map((path) => sha256(bytesOf(path))));
  expect(temporaryFilesBelow(module.directory)).toEqual([]);
}

/** Fails for an entry of the store that does not hold what its name says. */
function expectGoodStore(hint = ''): void {
  const root = join(storeDirectory(), 'v1', 'sha256');
  for (const path of filesBelow(root))
    expect(path, hint).toBe(`${path.slice(0, 2)}/${sha256OfFile(join(root, path))}`);
}

/** Does as if the test's own process downloaded the blob, until it is told to end. */
function holdLock({ bytes = '' }: BlobSpec): () => void {
  const file = withDirectory(join(storeDirectory(), 'v1', 'partial', `${sha256(bytes)}.lock`));
  writeFileSync(file, `${process.pid}-`);
  return () => rmSync(file);
}

function fetch(
  module: MadeModule,
  args: readonly string[] = [],
  options: CliOptions = {},
): Promise<CliResult> {
  return runCli(['fetch', '-m', module.directory, '--timeout', '10', ...args], options);
}

async function fetchJson(module: MadeModule): Promise<JsonDocument> {
  return checked(await fetch(module, ['--json']));
}

/** The document of a fetch, which must be as its schema says, and whose summary must count its blobs. */
function checked(result: CliResult): JsonDocument {
  const document = result.json();
  expect(schemaErrors('fetch', document)).toEqual([]);
  const { total, ...counts } = document.summary;
  expect(total).toBe(document.blobs.length);
  for (const [name, number] of Object.entries(counts)) {
    expect([name, number]).toEqual([name, document.blobs.filter((blob) => blob.result === name).length]);
  }
  return document;
}

function outcome(blob: JsonDocument['blobs'][number]): unknown[] {
  return [blob.status, blob.result, blob['source'], blob['bytes']];
}

function modeOf(file: string): number {
  return statSync(file).mode & 0o777;
}

/** Makes every directory below `directory`, which is made if it is missing, read-only while the test runs. */
function makeReadOnly(directory: string): void {
  mkdirSync(directory, { recursive: true });
  execFileSync('chmod', ['-R', 'a-w', directory]);
  onTestFinished(() => void execFileSync('chmod', ['-R', 'u+w', directory]));
}

/** All that can be seen of what lies below `directory`, but for when it was read. */
function snapshot(directory: string): unknown[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => {
      const { mode, size, mtimeMs, ctimeMs, ino } = lstatSync(path);
      return [path, mode, size, mtimeMs, ctimeMs, ino];
    });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
