// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { startFaultServer } from '../support/fault-server.ts';
import { type BlobSpec, type MadeModule, makeModule } from '../support/modules.ts';
import { type CliResult, type JsonDocument, runCli } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { entryFile, moduleWith } from '../support/store.ts';
import { filesBelow, sha256, sha256OfFile, someBytes, tempDir, withDirectory } from '../support/temp.ts';

const PATHS = ['a.bin', 'lib/b.bin', 'clicked.bin'];

function bytesOf(path: string): Buffer {
  return someBytes(path, 3000);
}

function placeOf(path: string): string {
  const digest = sha256(bytesOf(path));
  return `sha256/${digest.slice(0, 2)}/${digest}`;
}

function blobs(url: (path: string) => string = (path) => `https://blobs.invalid/${path}`): BlobSpec[] {
  return PATHS.map((path) => ({
    path,
    bytes: bytesOf(path),
    url: url(path),
    ...(path === 'clicked.bin' ? { 'click-through': true } : {}),
  }));
}

/** A module in which these blobs are. */
function filledModule(present: readonly string[] = PATHS): MadeModule {
  const module = moduleWith(blobs());
  for (const path of present) writeFileSync(withDirectory(module.blobFile(path)), bytesOf(path));
  return module;
}

function push(module: MadeModule, mirror: string, ...args: string[]): Promise<CliResult> {
  return runCli(['mirror', 'push', mirror, '-m', module.directory, ...args]);
}

async function pushJson(module: MadeModule, mirror: string, ...args: string[]): Promise<JsonDocument> {
  const document = (await push(module, mirror, '--json', ...args)).json();
  expect(schemaErrors('mirror', document)).toEqual([]);
  return document;
}

function results(document: JsonDocument): unknown[] {
  return document.blobs.map(({ result }) => result);
}

function indexOf(mirror: string): { blobs: { sha256: string; size: number; entries: unknown[] }[] } {
  return JSON.parse(readFileSync(join(mirror, 'index.json'), 'utf8'));
}

describe('an air gap', () => {
  test('is crossed by a directory that was pushed to, but not by click-through blobs or wrong bytes', async () => {
    const server = await startFaultServer();
    const spec = blobs((path) => server.serve(`/${path}`, bytesOf(path)));
    const [online, offline] = ['online', 'offline'].map((site) => ({
      home: tempDir(),
      module: makeModule(join(tempDir(), site), { name: 'hal_x', blobs: spec }),
    }));
    if (!online || !offline) throw new Error('unreachable');
    const mirror = join(tempDir(), 'on a disk', 'blobs');
    const at = ({ home, module }: typeof online, ...args: string[]) =>
      runCli([...args, '-m', module.directory, '--json'], { home });

    expect((await at(online, 'fetch', '-a')).code).toBe(0);
    const requests = server.requests.length;
    expect((await at(online, 'mirror', 'push', mirror)).code).toBe(0);
    const template = `sha256=${pathToFileURL(mirror).href}/sha256/{sha256:2}/{sha256}`;
    const fetched = await at(offline, 'fetch', '--offline', '-a', '--mirror', template);

    expect(fetched.json().blobs).toMatchObject([
      { path: 'a.bin', result: 'mirror', source: `${pathToFileURL(mirror).href}/${placeOf('a.bin')}` },
      { path: 'lib/b.bin', result: 'mirror' },
      { path: 'clicked.bin', result: 'failed' },
    ]);
    expect(fetched.json().issues).toMatchObject([{ code: 'BLOBS_OFFLINE', path: 'clicked.bin' }]);
    expect(sha256OfFile(offline.module.blobFile('lib/b.bin'))).toBe(sha256(bytesOf('lib/b.bin')));

    writeFileSync(join(mirror, placeOf('a.bin')), 'tampered');
    const other = {
      home: tempDir(),
      module: makeModule(join(tempDir(), 'x'), { name: 'hal_x', blobs: spec }),
    };
    const refused = await at(other, 'fetch', '--offline', '-a', '--mirror', template, '-l', 'a');
    expect(refused.json().issues).toMatchObject([
      { severity: 'error', code: 'BLOBS_HASH_MISMATCH', path: 'a.bin' },
    ]);
    expect(refused.code).toBe(65);
    expect(existsSync(other.module.blobFile('a.bin'))).toBe(false);
    expect(server.requests.length).toBe(requests);
  });
});

describe('mirror push', () => {
  test('writes blobs by digest and an index that tells what they are, and the second time nothing', async () => {
    const [module, mirror] = [filledModule(), tempDir()];
    const first = await push(module, mirror);
    const again = await pushJson(module, mirror);

    expect(first.stdout).toBe(
      'pushed hal_x: a.bin (3 kB)\npushed hal_x: lib/b.bin (3 kB)\nleft out hal_x: clicked.bin (click-through)\n',
    );
    expect(first.stderr).toContain('1 click-through blob left out');
    expect(first.stderr).toContain(
      `--mirror 'sha256=${pathToFileURL(mirror).href}/sha256/{sha256:2}/{sha256}'`,
    );
    expect(first.code).toBe(0);
    expect(filesBelow(mirror)).toEqual(['index.json', placeOf('a.bin'), placeOf('lib/b.bin')].sort());
    expect(sha256OfFile(join(mirror, placeOf('a.bin')))).toBe(sha256(bytesOf('a.bin')));
    expect(indexOf(mirror)).toMatchObject({ schemaVersion: 1, format: 'zephyr-blobs mirror' });
    const entry = indexOf(mirror).blobs.find(({ sha256: digest }) => digest === sha256(bytesOf('a.bin')));
    expect(entry).toMatchObject({
      size: 3000,
      entries: [{ module: 'hal_x', path: 'a.bin', type: 'lib', version: '1.0', 'license-path': 'LICENSE' }],
    });
    expect(results(again)).toEqual(['present', 'present', 'skipped']);
    expect(indexOf(mirror).blobs.map(({ entries }) => entries.length)).toEqual([1, 1]);
  });

  test('takes click-through blobs along when it is told to', async () => {
    const [module, mirror] = [filledModule(), tempDir()];
    const document = await pushJson(module, mirror, '--include-click-through');
    expect(results(document)).toEqual(['pushed', 'pushed', 'pushed']);
    expect(JSON.stringify(indexOf(mirror))).toContain('"click-through":true');
  });

  test('leaves bytes out that any module wants to be accepted first', async () => {
    const root = tempDir();
    const [strict, lax] = [true, false].map((clickThrough) => {
      const name = clickThrough ? 'hal_strict' : 'hal_lax';
      const spec = { path: 'same.bin', bytes: 'same', ...(clickThrough ? { 'click-through': true } : {}) };
      return makeModule(join(root, name), { name, blobs: [spec] });
    });
    if (!strict || !lax) throw new Error('unreachable');
    writeFileSync(withDirectory(lax.blobFile('same.bin')), 'same');
    const mirror = join(root, 'mirror');
    expect(results(await pushJson(lax, mirror, '-m', strict.directory, 'hal_lax'))).toEqual(['skipped']);
    expect(existsSync(mirror)).toBe(false);
  });

  test('changes nothing in a dry run', async () => {
    const [module, mirror] = [filledModule(['a.bin']), join(tempDir(), 'mirror')];
    const { stdout, code } = await push(module, mirror, '-n', '-l', 'a');
    expect([stdout, code]).toEqual(['would push hal_x: a.bin (3 kB)\n', 0]);
    expect(existsSync(mirror)).toBe(false);
  });

  test('finds bytes in the store, and goes on where they are nowhere', async () => {
    const [module, mirror] = [filledModule([]), tempDir()];
    writeFileSync(withDirectory(entryFile(sha256(bytesOf('lib/b.bin')))), bytesOf('lib/b.bin'));
    const { json, code } = await push(module, mirror, '--json');

    expect(json().blobs).toMatchObject([
      { result: 'failed' },
      { result: 'pushed', source: entryFile(sha256(bytesOf('lib/b.bin'))) },
      { result: 'skipped' },
    ]);
    expect(json().issues).toMatchObject([
      { severity: 'info', code: 'BLOBS_LEFT_OUT' },
      { severity: 'error', code: 'BLOBS_MISSING', path: 'a.bin', hint: 'run "blobs fetch hal_x" first' },
    ]);
    expect(code).toBe(1);
  });

  test('never pushes other bytes, from the module or the store', async () => {
    const [module, mirror] = [filledModule(['a.bin']), tempDir()];
    writeFileSync(module.blobFile('a.bin'), 'modified');
    writeFileSync(withDirectory(entryFile(sha256(bytesOf('a.bin')))), 'damaged');
    const { json, code } = await push(module, mirror, '-l', 'a', '--json');

    expect(json().issues).toMatchObject([{ code: 'BLOBS_HASH_MISMATCH' }]);
    expect(json().issues[0]?.facts).toHaveLength(2);
    expect(code).toBe(65);
    expect(filesBelow(mirror)).toEqual([]);
  });

  test('replaces what is damaged in the mirror, and says so', async () => {
    const [module, mirror] = [filledModule(), tempDir()];
    writeFileSync(withDirectory(join(mirror, placeOf('a.bin'))), 'damaged');
    const document = await pushJson(module, mirror, '-l', 'a');
    expect(results(document)).toEqual(['pushed']);
    expect(document.issues).toMatchObject([{ severity: 'warning', code: 'BLOBS_HASH_MISMATCH' }]);
    expect(sha256OfFile(join(mirror, placeOf('a.bin')))).toBe(sha256(bytesOf('a.bin')));
  });

  test('keeps all that earlier pushes told in the index', async () => {
    const mirror = tempDir();
    await push(filledModule(), mirror, '-l', 'a');
    const index = indexOf(mirror);
    writeFileSync(join(mirror, 'index.json'), JSON.stringify({ ...index, note: 'of ours' }));
    const other = makeModule(join(tempDir(), 'y'), {
      name: 'hal_y',
      blobs: [
        { path: 'same.bin', bytes: bytesOf('a.bin') },
        { path: 'new.bin', bytes: 'new' },
      ],
    });
    writeFileSync(withDirectory(other.blobFile('same.bin')), bytesOf('a.bin'));
    writeFileSync(other.blobFile('new.bin'), 'new');
    await push(other, mirror);

    const merged = indexOf(mirror);
    expect(merged).toMatchObject({ note: 'of ours' });
    const named = merged.blobs.map(({ sha256: digest, entries }) => [
      digest,
      entries.map((entry) => (entry as { module: string }).module),
    ]);
    expect(Object.fromEntries(named)).toEqual({
      [sha256(bytesOf('a.bin'))]: ['hal_x', 'hal_y'],
      [sha256('new')]: ['hal_y'],
    });
  });

  test('loses nothing of the index when several push at once', async () => {
    const mirror = tempDir();
    const names = ['one', 'two', 'three'];
    await Promise.all(
      names.map((name) => {
        const module = makeModule(join(tempDir(), name), { name, blobs: [{ path: 'f', bytes: name }] });
        writeFileSync(withDirectory(module.blobFile('f')), name);
        return push(module, mirror);
      }),
    );
    expect(indexOf(mirror).blobs.map(({ sha256: digest }) => digest)).toEqual(names.map(sha256).sort());
    expect(filesBelow(mirror)).toHaveLength(4);
  });

  test.for<[string, (file: string) => void]>([
    ['somebody else wrote', (file) => writeFileSync(file, '{"name": "a web page"}')],
    ['is no JSON', (file) => writeFileSync(file, 'hello')],
    [
      'is damaged',
      (file) => writeFileSync(file, '{"format":"zephyr-blobs mirror","schemaVersion":1,"blobs":[1]}'),
    ],
    [
      'is of another version',
      (file) => writeFileSync(file, '{"format":"zephyr-blobs mirror","schemaVersion":2}'),
    ],
    [
      'is nested without end',
      (file) =>
        writeFileSync(
          file,
          `{"format":"zephyr-blobs mirror","schemaVersion":1,"blobs":[],"x":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
        ),
    ],
    ['is a directory', (file) => mkdirSync(file)],
    ['is a symbolic link', (file) => symlinkSync('elsewhere', file)],
  ])('writes nothing beside an index that %s', async ([, make]) => {
    const [module, mirror] = [filledModule(), tempDir()];
    make(join(mirror, 'index.json'));
    const before = filesBelow(mirror);
    const { stderr, code } = await push(module, mirror);
    expect(stderr).toContain('BLOBS_BAD_MIRROR');
    expect(code).toBe(65);
    expect(filesBelow(mirror)).toEqual(before);
  });

  test.for(['sha256', `sha256/${placeOf('a.bin').slice(7, 9)}`, placeOf('a.bin')])(
    'writes nothing through a symbolic link at %s',
    async (place) => {
      const [module, mirror, elsewhere] = [filledModule(), tempDir(), tempDir()];
      symlinkSync(elsewhere, withDirectory(join(mirror, place)));
      const document = await pushJson(module, mirror, '-l', 'a');
      expect(results(document)).toEqual(['failed']);
      expect(filesBelow(elsewhere)).toEqual([]);
      expect(filesBelow(mirror)).toEqual([place]);
    },
  );

  test.for([
    ['oci://oci.invalid/blobs:latest', 'must hold no tag'],
    ['oci://me:secret@oci.invalid/blobs', 'oci://oci.invalid/blobs must hold no user name'],
    ['OCI:oci.invalid', 'is not oci://REGISTRY/REPOSITORY'],
    ['https://mirror.invalid/', 'is not a directory'],
    ['LICENSE', 'is not a directory'],
    ['LICENSE/below', 'is not a directory'],
    ['', 'is empty'],
  ] as const)('refuses "%s" as wrong usage', async ([destination, problem]) => {
    const module = filledModule();
    const { stderr, code } = await push(module, destination, '-C', module.directory);
    expect([stderr.includes(problem), code]).toEqual([true, 2]);
  });

  test.runIf(process.platform === 'linux')('ends where no directory can be made', async () => {
    const { stderr, code } = await push(filledModule(), '/proc/nowhere/blobs');
    expect(stderr).toContain('BLOBS_FILE_ACCESS');
    expect(code).toBe(1);
  });

  test('asks for no setting that it does not use', async () => {
    const env = { BLOBS_JOBS: 'many', BLOBS_OFFLINE: 'perhaps', BLOBS_MIRRORS: '{' };
    const { code } = await runCli(['mirror', 'push', tempDir(), '-m', filledModule().directory], { env });
    expect(code).toBe(0);
  });

  test('removes nothing that it did not write', async () => {
    const [module, mirror] = [filledModule(), tempDir()];
    for (const path of ['notes.txt', 'sha256/zz/x', 'sha256/notes']) {
      writeFileSync(withDirectory(join(mirror, path)), path);
    }
    await push(module, mirror);
    rmSync(module.blobFile('a.bin'));
    await push(module, mirror);
    expect(filesBelow(mirror)).toEqual(
      [
        'index.json',
        'notes.txt',
        'sha256/notes',
        'sha256/zz/x',
        placeOf('a.bin'),
        placeOf('lib/b.bin'),
      ].sort(),
    );
  });
});
