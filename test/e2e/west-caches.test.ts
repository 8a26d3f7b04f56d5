import { lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startFaultServer } from '../support/fault-server.ts';
import { runCli } from '../support/run-cli.ts';
import {
  BYTES,
  checked,
  DAMAGED_FILES,
  DIGEST,
  entryFile,
  fetch,
  moduleWith,
  outcome,
  PATH,
  STRANGERS,
  serveBlob,
  workspaceWith,
} from '../support/store.ts';
import { filesBelow, sha256OfFile, tempDir, withDirectory } from '../support/temp.ts';

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
