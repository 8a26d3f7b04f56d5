// SPDX-License-Identifier: Apache-2.0
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { startFaultServer } from '../support/fault-server.ts';
import { type MadeModule, makeModule } from '../support/modules.ts';
import { makeReadOnly, withSmallDisk } from '../support/mount.ts';
import { runCli } from '../support/run-cli.ts';
import {
  filesBelow,
  sha256,
  sha256OfFile,
  someBytes,
  tempDir,
  temporaryFilesBelow,
  withDirectory,
} from '../support/temp.ts';

const DISK_BYTES = 4 * 1024 * 1024;
const NOBODY = 65534;
const PATHS = ['a/b/fw.bin', 'ok.bin'];

/** A module with two blobs that a server has. */
async function makeHal(directory: string): Promise<MadeModule> {
  const server = await startFaultServer();
  const blobs = PATHS.map((path) => {
    return { path, bytes: someBytes(path), url: server.serve(`/${path}`, someBytes(path)) };
  });
  return makeModule(directory, { name: 'hal_x', blobs });
}

function expectOnlyOk(module: MadeModule): void {
  expect(sha256OfFile(module.blobFile('ok.bin'))).toBe(sha256(someBytes('ok.bin')));
  expect(temporaryFilesBelow(module.directory)).toEqual([]);
}

describe('a read-only mount', () => {
  test('for the module: every blob fails, the previous file stays, and reading goes on', async (context) => {
    await withSmallDisk(context, DISK_BYTES, async (disk) => {
      const module = await makeHal(join(disk, 'hal_x'));
      writeFileSync(withDirectory(module.blobFile('ok.bin')), 'previous');
      makeReadOnly(disk);
      for (const store of [tempDir(), 'off']) {
        const result = await runCli(['fetch', '-m', module.directory], { env: { BLOBS_STORE: store } });
        expect(result.code).toBe(1);
        expect(result.stderr.match(/^error: cannot \w+ hal_x: .*\[BLOBS_FILE_ACCESS\]/gm)).toHaveLength(2);
        expect(result.stderr).toContain('EROFS');
      }
      expect(readFileSync(module.blobFile('ok.bin'), 'utf8')).toBe('previous');
      const listed = await runCli(['list', '-f', '{status} {path}', '-m', module.directory]);
      expect(listed).toMatchObject({ code: 0, stdout: 'D a/b/fw.bin\nM ok.bin\n' });
    });
  });

  test('for the module: clean says what it cannot remove', async (context) => {
    await withSmallDisk(context, DISK_BYTES, async (disk) => {
      const module = await makeHal(join(disk, 'hal_x'));
      for (const path of ['ok.bin', 'old.bin']) writeFileSync(withDirectory(module.blobFile(path)), path);
      makeReadOnly(disk);
      for (const options of [[], ['--untracked']]) {
        const result = await runCli(['clean', ...options, '-m', module.directory]);
        expect(result).toMatchObject({ code: 1, stdout: '' });
        expect(result.stderr).toMatch(/error: .*cannot remove hal_x: \w+\.bin: EROFS.*\[BLOBS_FILE_ACCESS\]/);
        expect(result.stderr).toMatch(/removed 0 (?:untracked )?files/);
      }
      expect(filesBelow(module.blobFile('.'))).toEqual(['ok.bin', 'old.bin']);
    });
  });

  test('for the store: blobs are fetched without it, with a warning', async (context) => {
    await withSmallDisk(context, DISK_BYTES, async (disk) => {
      const module = await makeHal(join(tempDir(), 'hal_x'));
      const env = { BLOBS_STORE: join(disk, 'store') };
      for (const command of ['fetch', 'clean'])
        expect((await runCli([command, '-l', 'ok', '-m', module.directory], { env })).code).toBe(0);
      makeReadOnly(disk);
      const result = await runCli(['fetch', '-m', module.directory], { env });
      expect(result.code).toBe(0);
      expect(result.stderr).toMatch(/warning: .*cannot be used: EROFS.*\[BLOBS_STORE_UNUSABLE\]/);
      expect(filesBelow(module.blobFile('.'))).toEqual(PATHS);
    });
  });
});

/** Where nobody may write what nobody runs: a home of its own, and a module and a store of root's. */
async function setUpForNobody(context: TestContext) {
  if (process.getuid?.() !== 0) context.skip('running as another user needs root');
  const top = tempDir();
  chmodSync(top, 0o755);
  const home = join(top, 'home');
  mkdirSync(home);
  chownSync(home, NOBODY, NOBODY);
  const module = await makeHal(join(top, 'hal_x'));
  mkdirSync(module.blobFile(''), { recursive: true });
  return { top, home, module, as: { uid: NOBODY, cwd: home, home } };
}

describe("another user's directory", () => {
  test('for the module: every blob fails, and nothing is left', async (context) => {
    const { module, as } = await setUpForNobody(context);
    const result = await runCli(['fetch', '-m', module.directory], as);
    expect(result.code).toBe(1);
    expect(result.stderr.match(/^error: cannot \w+ hal_x: .*\[BLOBS_FILE_ACCESS\]/gm)).toHaveLength(2);
    expect(result.stderr).toContain('EACCES');
    expect(readdirSync(module.blobFile(''))).toEqual([]);
  });

  test('for one directory of the module: that blob fails, the rest is fetched', async (context) => {
    const { module, as } = await setUpForNobody(context);
    chownSync(module.blobFile(''), NOBODY, NOBODY);
    mkdirSync(module.blobFile('a'));
    const result = await runCli(['fetch', '-m', module.directory], as);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/error: cannot write hal_x: a\/b\/fw\.bin: EACCES/);
    expectOnlyOk(module);
  });

  test('for the store: blobs are fetched without it, with a warning', async (context) => {
    const { top, module, as } = await setUpForNobody(context);
    chownSync(module.blobFile(''), NOBODY, NOBODY);
    const env = { BLOBS_STORE: join(top, 'store') };
    const result = await runCli(['fetch', '-m', module.directory], { ...as, env });
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/warning: .*EACCES.*\[BLOBS_STORE_UNUSABLE\]/);
    expect(filesBelow(module.blobFile('.'))).toEqual(PATHS);
    expect(existsSync(env.BLOBS_STORE)).toBe(false);
  });

  test('that cannot be looked into: list --untracked says so and shows the rest', async (context) => {
    const { module, as } = await setUpForNobody(context);
    for (const path of ['closed/old', 'open/old']) writeFileSync(withDirectory(module.blobFile(path)), '');
    chmodSync(module.blobFile('closed'), 0o700);
    const result = await runCli(['list', '--untracked', '-f', '{path}', '-m', module.directory], as);
    expect(result).toMatchObject({ code: 1, stdout: 'open/old\n' });
    expect(result.stderr).toMatch(/cannot look into zephyr\/blobs\/closed: EACCES.*\[BLOBS_FILE_ACCESS\]/);
  });

  test('that is a repository: git does not trust it, so nothing counts as untracked', async (context) => {
    const { module, as } = await setUpForNobody(context);
    for (const part of ['objects', 'refs'])
      mkdirSync(join(module.directory, '.git', part), { recursive: true });
    writeFileSync(join(module.directory, '.git', 'HEAD'), 'ref: refs/heads/main\n');
    writeFileSync(module.blobFile('old'), '');
    const result = await runCli(['list', '--untracked', '-m', module.directory], as);
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toMatch(/git does not trust the repository.*\[BLOBS_GIT_FAILED\]/);
    expect(result.stderr).toContain('safe.directory');
  });
});

describe('what is in the way', () => {
  test('a directory at the place of a blob', async () => {
    const module = await makeHal(join(tempDir(), 'hal_x'));
    writeFileSync(withDirectory(module.blobFile('a/b/fw.bin/mine')), 'mine');
    const result = await runCli(['fetch', '-m', module.directory]);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(/error: .*a directory is at its place.*\[BLOBS_NOT_A_FILE\]/);
    expect(readFileSync(module.blobFile('a/b/fw.bin/mine'), 'utf8')).toBe('mine');
    expectOnlyOk(module);
  });

  test('a file where a directory should be', async () => {
    const module = await makeHal(join(tempDir(), 'hal_x'));
    writeFileSync(withDirectory(module.blobFile('a')), 'mine');
    const result = await runCli(['fetch', '-m', module.directory]);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('BLOBS_FILE_ACCESS');
    expect(readFileSync(module.blobFile('a'), 'utf8')).toBe('mine');
    expectOnlyOk(module);
  });

  test.for(['zephyr/blobs', 'zephyr/blobs/a', 'zephyr/blobs/a/b', 'zephyr/blobs/a/b/fw.bin'])(
    'a symbolic link that leads outside, at %s',
    async (link) => {
      const module = await makeHal(join(tempDir(), 'hal_x'));
      const outside = tempDir();
      writeFileSync(join(outside, 'theirs'), 'theirs');
      const place = join(module.directory, link);
      mkdirSync(dirname(place), { recursive: true });
      symlinkSync(link.endsWith('.bin') ? join(outside, 'theirs') : outside, place);
      for (const command of ['fetch', 'clean', 'list']) {
        const result = await runCli([command, '-m', module.directory]);
        expect(result.code).toBe(65);
        expect(result.stderr).toContain('BLOBS_UNSAFE_PATH');
      }
      expect(filesBelow(outside)).toEqual(['theirs']);
      expect(readFileSync(join(outside, 'theirs'), 'utf8')).toBe('theirs');
    },
  );

  test.for(['a', 'a/b'])('no symbolic link that stays inside, at %s', async (link) => {
    const module = await makeHal(join(tempDir(), 'hal_x'));
    mkdirSync(module.blobFile('real'), { recursive: true });
    mkdirSync(dirname(module.blobFile(link)), { recursive: true });
    symlinkSync(module.blobFile('real'), module.blobFile(link));
    expect((await runCli(['fetch', '-m', module.directory])).code).toBe(0);
    expect((await runCli(['verify', '-m', module.directory])).code).toBe(0);
    expectOnlyOk(module);
  });
});

describe('a blob that cannot be read', () => {
  test('is fetched for taint, and leaves no doubt about what a build links', async (context) => {
    if (process.getuid?.() !== 0) context.skip('needs root, skipped');
    const top = tempDir();
    const module = makeModule(join(top, 'hal_x'), { name: 'hal_x', blobs: [{ path: 'fw.bin' }] });
    writeFileSync(withDirectory(module.blobFile('fw.bin')), 'fw.bin');
    writeFileSync(
      withDirectory(join(top, 'build', 'build.ninja')),
      'rule cc\n  command = cc\nbuild a: cc b\n',
    );
    chmodSync(module.blobFile('fw.bin'), 0o000);
    const home = tempDir();
    for (const directory of [top, home]) chownSync(directory, NOBODY, NOBODY);

    const args = ['taint', '-m', module.directory, '--build-dir', join(top, 'build')];
    const { stdout, stderr, code } = await runCli(args, { cwd: top, home, uid: NOBODY });

    expect(stdout).toBe('hal_x fetched 1 1 1 0\n');
    expect(stderr).toContain('[BLOBS_FILE_ACCESS]');
    expect(stderr).toContain('the build is not tainted: none of 1 declared blob is linked, 1 fetched\n');
    expect(code).toBe(1);
  });
});
