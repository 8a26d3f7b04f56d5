import { chmodSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startFaultServer } from '../support/fault-server.ts';
import { makeWorkspace } from '../support/modules.ts';
import { runCli } from '../support/run-cli.ts';
import {
  BYTES,
  checked,
  DIGEST,
  entryFile,
  fetch,
  fetchJson,
  IS_WINDOWS,
  modeOf,
  moduleWith,
  outcome,
  PATH,
  serveBlob,
  snapshot,
  storeDirectory,
  storedBelow,
  workspaceWith,
} from '../support/store.ts';
import {
  filesBelow,
  sha256,
  sha256OfFile,
  someBytes,
  tempDir,
  testHome,
  withDirectory,
} from '../support/temp.ts';

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
    expect(storedBelow(storeDirectory())).toEqual([
      'CACHEDIR.TAG',
      `v1/sha256/${DIGEST.slice(0, 2)}/${DIGEST}`,
      `v1/sources/${DIGEST.slice(0, 2)}/${DIGEST}.json`,
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
    expect(result.stderr).toMatch(
      /^fetched 1 blob \(0 B downloaded in [^)]*\), 1 from the store, 0 up to date\n$/,
    );
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
    expect(storedBelow(testHome())).toEqual([
      `${expected}/CACHEDIR.TAG`,
      `${expected}/v1/sha256/${DIGEST.slice(0, 2)}/${DIGEST}`,
      `${expected}/v1/sources/${DIGEST.slice(0, 2)}/${DIGEST}.json`,
    ]);
  });

  test('gets no entry when everything is up to date, or when nothing could be verified', async () => {
    const server = await startFaultServer();
    const wrong = moduleWith([
      { path: PATH, bytes: BYTES, url: server.serve('/wrong', BYTES, { kind: 'wrong-bytes' }) },
    ]);
    const whole = moduleWith([{ path: PATH, bytes: BYTES }]);
    writeFileSync(withDirectory(whole.blobFile(PATH)), BYTES);

    await fetch(whole);
    // The mark is there if a file was old enough to be remembered.
    expect(storedBelow(testHome()).filter((path) => !path.endsWith('/CACHEDIR.TAG'))).toEqual([]);
    expect((await fetch(wrong)).code).toBe(65);
    expect(storedBelow(testHome())).toEqual(['.cache/zephyr-blobs/CACHEDIR.TAG']);
  });

  test('holds no more than finished entries, and what can be resumed, after failures of all kinds', async () => {
    const server = await startFaultServer();
    // More than a connection holds, so that some of it is there before the end is.
    const bytes = someBytes('large', 500_000);
    const kinds = [
      { kind: 'wrong-bytes' },
      { kind: 'status', status: 404 },
      { kind: 'truncate', afterBytes: 400_000 },
      { kind: 'sign-in-page' },
    ] as const;
    const module = moduleWith(
      kinds.map((behaviour, index) => ({
        path: `${index}.bin`,
        bytes,
        sha256: sha256(`${index}`),
        url: server.serve(`/${index}`, bytes, behaviour),
      })),
    );

    const { summary } = checked(await fetch(module, ['--json', '--retries', '0']));

    expect(summary).toMatchObject({ total: 4, failed: 4 });
    const resumable = `v1/partial/${sha256('2')}.part`;
    expect(storedBelow(storeDirectory())).toEqual(['CACHEDIR.TAG', resumable, `${resumable}.json`]);
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
