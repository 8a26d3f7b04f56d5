// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startFaultServer } from '../support/fault-server.ts';
import { startLfsServer } from '../support/lfs-server.ts';
import { makeModule, makeWorkspace } from '../support/modules.ts';
import { runCli } from '../support/run-cli.ts';
import { filesBelow, sha256, sha256OfFile, someBytes, tempDir, withDirectory } from '../support/temp.ts';

// Each test is named after the right behaviour where `west blobs` has a known defect.

const BYTES = someBytes('defects', 5000);

describe('fetch', () => {
  test('leaves no file whose checksum does not match', async () => {
    const server = await startFaultServer();
    const url = server.serve('/fw.bin', BYTES, { kind: 'wrong-bytes' });
    const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: 'fw.bin', bytes: BYTES, url }] });

    const { code, stderr } = await runCli(['fetch', '-m', module.directory]);

    expect(existsSync(module.blobFile('fw.bin'))).toBe(false);
    expect(stderr).toContain('error: checksum mismatch for hal_x: fw.bin [BLOBS_HASH_MISMATCH]');
    expect(stderr).toContain(sha256(BYTES));
    expect(stderr).toContain(url);
    expect(stderr).toContain('hint: ');
    expect(code).toBe(65);
  });

  test('goes on after a failure', async () => {
    const server = await startFaultServer();
    const url = server.serve('/good.bin', BYTES);
    const [module] = makeWorkspace(tempDir(), [
      { name: 'hal_a', blobs: [{ path: 'bad.bin', url: `${server.origin}/bad.bin` }] },
      { name: 'hal_b', blobs: [{ path: 'good.bin', bytes: BYTES, url }] },
    ]);

    const { code, stderr } = await runCli(['fetch'], { cwd: module?.directory ?? '' });

    expect(filesBelow(join(module?.directory ?? '', '..', 'hal_b', 'zephyr', 'blobs'))).toEqual(['good.bin']);
    expect(stderr).toContain('[BLOBS_HTTP_STATUS]');
    expect(code).toBe(1);
  });

  test('takes options between the command and the module', async () => {
    const server = await startFaultServer();
    const topdir = tempDir();
    const url = server.serve('/a', BYTES);
    const [a, b] = makeWorkspace(topdir, [
      {
        name: 'hal_a',
        blobs: [
          { path: 'lib/a.bin', bytes: BYTES, url },
          { path: 'img/a.bin', bytes: 'x', url },
        ],
      },
      { name: 'hal_b', blobs: [{ path: 'lib/b.bin', bytes: BYTES, url }] },
    ]);

    const accepted = await runCli(['fetch', '-a', '-l', 'lib/', 'hal_a'], { cwd: topdir });
    const listed = await runCli(['list', '-f', '{module} {path}', 'hal_a'], { cwd: topdir });

    expect(accepted.code, accepted.stderr).toBe(0);
    expect(filesBelow(join(a?.directory ?? '', 'zephyr', 'blobs'))).toEqual(['lib/a.bin']);
    expect(filesBelow(join(b?.directory ?? '', 'zephyr', 'blobs'))).toEqual([]);
    expect(listed.stdout).toBe('hal_a lib/a.bin\nhal_a img/a.bin\n');
  });

  test('fails a blob with an unknown fetcher or scheme alone', async () => {
    const server = await startFaultServer();
    const url = server.serve('/good.bin', BYTES);
    const module = makeModule(tempDir(), {
      name: 'hal_x',
      blobs: [
        { path: 'fetcher.bin', fetcher: 'carrier-pigeon', url },
        { path: 'scheme.bin', url: 'gopher://127.0.0.1/fw.bin' },
        { path: 'local.bin', url: 'file:///etc/hostname' },
        { path: 'good.bin', bytes: BYTES, url },
      ],
    });

    const result = await runCli(['fetch', '-m', module.directory, '--json']);

    expect(result.json().blobs.map(({ path, result }) => [path, result])).toEqual([
      ['fetcher.bin', 'failed'],
      ['scheme.bin', 'failed'],
      ['local.bin', 'failed'],
      ['good.bin', 'url'],
    ]);
    expect(
      result
        .json()
        .issues.map(({ code, path }) => [path, code])
        .sort(),
    ).toEqual([
      ['fetcher.bin', 'BLOBS_FETCHER_UNSUPPORTED'],
      ['local.bin', 'BLOBS_URL_UNSUPPORTED'],
      ['scheme.bin', 'BLOBS_URL_UNSUPPORTED'],
    ]);
    expect(result.stderr).not.toMatch(/^\s+at .*:\d+/m);
    expect(result.code).toBe(1);
  });

  test('downloads the same sha256 once', async () => {
    const server = await startFaultServer();
    const url = server.serve('/same.bin', BYTES);
    const topdir = tempDir();
    const modules = makeWorkspace(topdir, [
      {
        name: 'hal_a',
        blobs: [
          { path: 'one.bin', bytes: BYTES, url },
          { path: 'two.bin', bytes: BYTES, url },
        ],
      },
      {
        name: 'hal_b',
        blobs: [{ path: 'three.bin', sha256: sha256(BYTES).toUpperCase(), url: `${url}?other=place` }],
      },
    ]);

    const runs = [[], ['--no-store']];
    for (const extra of runs) {
      const before = server.requests.length;
      const { code, stderr } = await runCli(['fetch', ...extra], { cwd: topdir });

      expect(code, stderr).toBe(0);
      expect(server.requests.length - before).toBe(1);
      const [a, b] = modules;
      for (const file of [a?.blobFile('one.bin'), a?.blobFile('two.bin'), b?.blobFile('three.bin')]) {
        expect(sha256OfFile(file ?? '')).toBe(sha256(BYTES));
      }
      await runCli(['clean'], { cwd: topdir });
    }
  });

  test('keeps a wrong download out of the auto-cache', async () => {
    const server = await startFaultServer();
    const url = server.serve('/fw.bin', BYTES, [{ kind: 'wrong-bytes' }, { kind: 'ok' }]);
    const module = makeModule(tempDir(), {
      name: 'hal_x',
      blobs: [{ path: 'lib/fw.bin', bytes: BYTES, url }],
    });
    const cache = tempDir();
    const args = ['fetch', '-m', module.directory, '--auto-cache', cache];

    const wrong = await runCli(args);
    const afterWrong = filesBelow(cache);
    const right = await runCli(args);

    expect(wrong.code).toBe(65);
    expect(afterWrong).toEqual([]);
    expect(right.code, right.stderr).toBe(0);
    expect(filesBelow(cache)).toEqual([`fw.bin.${sha256(BYTES)}`]);
    expect(sha256OfFile(join(cache, `fw.bin.${sha256(BYTES)}`))).toBe(sha256(BYTES));
  });

  test('looks behind a bad file in a cache directory and says so', async () => {
    const server = await startFaultServer();
    const url = server.serve('/fw.bin', BYTES);
    const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: 'fw.bin', bytes: BYTES, url }] });
    const [bad, good] = [tempDir(), tempDir()];
    writeFileSync(join(bad, `fw.bin.${sha256(BYTES)}`), 'damaged');
    writeFileSync(join(good, 'fw.bin'), BYTES);

    const result = await runCli([
      'fetch',
      '-m',
      module.directory,
      '--cache-dirs',
      `${bad};${good}`,
      '--json',
    ]);

    expect(result.json().blobs).toMatchObject([{ result: 'cache', source: join(good, 'fw.bin') }]);
    expect(result.json().issues).toMatchObject([{ severity: 'warning', code: 'BLOBS_HASH_MISMATCH' }]);
    expect(readFileSync(join(bad, `fw.bin.${sha256(BYTES)}`), 'utf8')).toBe('damaged');
    expect(server.requests).toEqual([]);
    expect(result.code).toBe(0);
  });

  test('asks a Git LFS server once for all the blobs that share it', async () => {
    const server = await startLfsServer();
    const blobs = Array.from({ length: 59 }, (_, index) => {
      const bytes = someBytes(`lfs ${index}`, 100);
      server.add(bytes);
      return { path: `${index}.bin`, bytes, url: server.apiUrl, fetcher: 'lfs', size: 100 };
    });
    const module = makeModule(tempDir(), { name: 'hal_x', blobs });

    const result = await runCli(['fetch', '-m', module.directory]);

    expect(result.code).toBe(0);
    expect(server.batches.map(({ oids }) => oids.length)).toEqual([59]);
  });
});

describe('a malformed module.yml', () => {
  const CONFLICT = '<<<<<<< HEAD\nname: a\n=======\nname: b\n>>>>>>> theirs\n';

  test.for(['list', 'fetch', 'verify', 'clean'])('does not block %s of the others', async (command) => {
    const server = await startFaultServer();
    const url = server.serve('/fw.bin', BYTES);
    const topdir = tempDir();
    const entry = { path: 'fw.bin', bytes: BYTES, url };
    const [, , good] = makeWorkspace(topdir, [
      { name: 'hal_conflict', yaml: CONFLICT },
      { name: 'hal_version', blobs: [{ ...entry, version: 1.0 }] },
      { name: 'hal_good', blobs: [entry] },
    ]);
    writeFileSync(withDirectory(good?.blobFile('fw.bin') ?? ''), command === 'fetch' ? 'old' : BYTES);

    const result = await runCli([command, '--json'], { cwd: topdir });
    const alone = await runCli([command, 'hal_good', '--json'], { cwd: topdir });

    expect(result.json().blobs.map(({ module }) => module)).toEqual(['hal_good']);
    const errors = result.json().issues.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ file }) => file)).toEqual([
      join(topdir, 'modules/hal_conflict/zephyr/module.yml'),
      join(topdir, 'modules/hal_version/zephyr/module.yml'),
    ]);
    expect(existsSync(good?.blobFile('fw.bin') ?? '')).toBe(command !== 'clean');
    expect(result.stderr).not.toMatch(/^\s+at .*:\d+/m);
    expect(result.code).toBe(65);
    expect(alone.json().issues.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(alone.code, alone.stderr).toBe(0);
  });
});

describe('list', () => {
  test('honours --allow-regex, matched at the start of the path', async () => {
    const module = makeModule(tempDir(), {
      name: 'hal_x',
      blobs: [{ path: 'lib/a.bin' }, { path: 'img/lib/b.bin' }, { path: 'library.bin' }],
    });

    const { stdout } = await runCli(['list', '-m', module.directory, '-l', 'lib/', '-f', '{path}']);

    expect(stdout).toBe('lib/a.bin\n');
  });

  test('prints an absent size as nothing', async () => {
    const module = makeModule(tempDir(), {
      name: 'hal_x',
      blobs: [{ path: 'a.bin' }, { path: 'b.bin', size: 42 }],
    });

    const { stdout, code } = await runCli(['list', '-m', module.directory, '-f', '{path}:{size}:{size:>4}']);

    expect(stdout).toBe('a.bin::    \nb.bin:42:  42\n');
    expect(code).toBe(0);
  });

  test('knows license_path beside license-path', async () => {
    const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: 'a.bin' }] });

    const { stdout } = await runCli(['list', '-m', module.directory, '-f', '{license_path} {license-path}']);

    expect(stdout).toBe('LICENSE LICENSE\n');
  });

  test('notices every change of a file between runs', async () => {
    const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: 'a.bin', bytes: BYTES }] });
    writeFileSync(withDirectory(module.blobFile('a.bin')), BYTES);

    const statuses = [];
    for (const content of [undefined, 'changed', BYTES]) {
      if (content !== undefined) writeFileSync(module.blobFile('a.bin'), content);
      statuses.push((await runCli(['list', '-m', module.directory, '-f', '{status}'])).stdout);
    }

    expect(statuses).toEqual(['A\n', 'M\n', 'A\n']);
  });
});

describe('clean', () => {
  test('deletes only what --allow-regex matches', async () => {
    const blobs = ['lib/a.bin', 'lib/b.bin', 'img/a.bin'].map((path) => ({ path, bytes: path }));
    const module = makeModule(tempDir(), {
      name: 'hal_x',
      blobs,
      files: Object.fromEntries(blobs.map(({ path }) => [`zephyr/blobs/${path}`, path])),
    });

    const { code } = await runCli(['clean', '-m', module.directory, '-l', 'lib/']);

    expect(filesBelow(join(module.directory, 'zephyr', 'blobs'))).toEqual(['img/a.bin']);
    expect(existsSync(join(module.directory, 'zephyr', 'blobs', 'lib'))).toBe(false);
    expect(code).toBe(0);
  });

  test('deletes no file that module.yml does not declare, and a second run does nothing', async () => {
    const module = makeModule(tempDir(), {
      name: 'hal_x',
      blobs: [{ path: 'lib/a.bin' }],
      files: { 'zephyr/blobs/lib/a.bin': 'modified', 'zephyr/blobs/lib/README': 'mine' },
    });

    const first = await runCli(['clean', '-m', module.directory, '--json']);
    const second = await runCli(['clean', '-m', module.directory, '--json']);

    expect(filesBelow(join(module.directory, 'zephyr', 'blobs'))).toEqual(['lib/README']);
    expect(first.json().blobs).toMatchObject([{ removed: true, bytes: 8 }]);
    expect(second.json().blobs).toMatchObject([{ removed: false }]);
    expect([first.code, second.code]).toEqual([0, 0]);
  });
});

describe('a path that leaves zephyr/blobs', () => {
  test('is neither written, read nor deleted', async () => {
    const server = await startFaultServer();
    const url = server.serve('/evil.bin', BYTES);
    const root = tempDir();
    const outside = join(root, 'outside.bin');
    const entry = { bytes: BYTES, url };
    const module = makeModule(join(root, 'module'), {
      name: 'hal_x',
      blobs: [
        { path: '../../../outside.bin', ...entry },
        { path: outside, ...entry },
        { path: 'lib/../../../CMakeLists.txt', ...entry },
        { path: 'good.bin', ...entry },
      ],
      files: { 'CMakeLists.txt': 'project(hal_x)\n' },
    });
    writeFileSync(outside, 'precious');

    for (const command of ['fetch', 'list', 'verify', 'clean']) {
      const result = await runCli([command, '-m', module.directory, '--json']);

      expect(result.json().blobs.map(({ path }) => path)).toEqual(['good.bin']);
      expect(result.json().issues.filter(({ code }) => code === 'BLOBS_UNSAFE_PATH')).toHaveLength(3);
      expect(readFileSync(outside, 'utf8')).toBe('precious');
      expect(readFileSync(join(module.directory, 'CMakeLists.txt'), 'utf8')).toBe('project(hal_x)\n');
      expect(result.code).toBe(65);
    }
  });

  test.for(['a folder', 'zephyr/blobs itself'])('is refused through a symbolic link at %s', async (where) => {
    const server = await startFaultServer();
    const url = server.serve('/evil.bin', BYTES);
    const root = tempDir();
    const outside = join(root, 'outside');
    mkdirSync(outside);
    writeFileSync(join(outside, 'fw.bin'), 'precious');
    const path = where === 'a folder' ? 'lib/fw.bin' : 'fw.bin';
    const module = makeModule(join(root, 'module'), { name: 'hal_x', blobs: [{ path, bytes: BYTES, url }] });
    if (where === 'a folder') symlinkSync(outside, withDirectory(module.blobFile('lib')));
    else symlinkSync(outside, join(module.directory, 'zephyr', 'blobs'));

    for (const command of ['fetch', 'list', 'verify', 'clean']) {
      const result = await runCli([command, '-m', module.directory, '--json']);

      expect(result.json().issues.map(({ code }) => code)).toContain('BLOBS_UNSAFE_PATH');
      expect(filesBelow(outside)).toEqual(['fw.bin']);
      expect(readFileSync(join(outside, 'fw.bin'), 'utf8')).toBe('precious');
      expect(result.code).toBe(65);
    }
    expect(server.requests).toEqual([]);
  });
});

test.for(['list', 'fetch', 'verify', 'clean'])(
  '%s says on stderr that nothing was selected',
  async (command) => {
    const module = makeModule(tempDir(), { name: 'hal_x', blobs: [{ path: 'a.bin' }] });

    const { stdout, stderr, code } = await runCli([
      command,
      '-m',
      module.directory,
      '-l',
      'nothing-like-this',
    ]);

    expect(stderr).toContain('BLOBS_NOTHING_SELECTED');
    if (command === 'list') expect(stdout).toBe('');
    expect(code).toBe(0);
  },
);
