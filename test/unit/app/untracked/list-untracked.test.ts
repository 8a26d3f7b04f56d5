// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { UntrackedQuery } from '../../../../src/app/untracked/find-untracked.ts';
import { listUntracked } from '../../../../src/app/untracked/list-untracked.ts';
import type { UntrackedReport } from '../../../../src/core/report.ts';
import { type MadeModule, type ModuleSpec, makeModule } from '../../../support/modules.ts';
import { tempDir, withDirectory } from '../../../support/temp.ts';
import { setTraps } from '../../../support/west-workspace.ts';
import { NEVER, queryFor } from '../../samples.ts';

const onPosix = it.skipIf(process.platform === 'win32');

function makeHal(
  files: readonly string[],
  spec: ModuleSpec = { blobs: [{ path: 'lib/fw.bin' }] },
): MadeModule {
  const module = makeModule(join(tempDir(), 'hal_x'), { name: 'hal_x', ...spec });
  for (const file of files) writeFileSync(withDirectory(module.blobFile(file)), file);
  return module;
}

function git(directory: string, ...args: string[]): void {
  const env = { PATH: process.env['PATH'], HOME: directory, GIT_CONFIG_NOSYSTEM: '1' };
  execFileSync('git', args, { cwd: directory, env, stdio: 'pipe' });
}

function list(
  modules: readonly MadeModule[],
  changes: Partial<UntrackedQuery> & {
    allow?: RegExp;
    modules?: string[];
    env?: Record<string, string>;
  } = {},
): Promise<UntrackedReport> {
  const { allow, modules: names = [], env = {}, ...rest } = changes;
  const query = queryFor(
    modules.map(({ directory }) => directory),
    { modules: names, ...(allow ? { allow } : {}) },
  );
  const gitEnvironment = { PATH: process.env['PATH'], HOME: '/nonexistent', ...env };
  return listUntracked({ ...query, search: { ...query.search, gitEnvironment }, ...rest }, NEVER);
}

async function pathsOf(...args: Parameters<typeof list>): Promise<string[]> {
  const { rows, issues } = await list(...args);
  expect(issues.filter(({ severity }) => severity !== 'info')).toEqual([]);
  return rows.map(({ path }) => path);
}

describe('list --untracked', () => {
  it('shows what is neither declared nor tracked, with its size, by path', async () => {
    const module = makeHal(['lib/fw.bin', 'lib/tracked', 'lib/old', 'img/ignored', 'b']);
    git(module.directory, 'init', '-q');
    writeFileSync(join(module.directory, '.gitignore'), 'zephyr/blobs/img\n');
    git(module.directory, 'add', 'zephyr/blobs/lib/tracked');
    const { rows, issues } = await list([module]);
    expect(issues).toEqual([]);
    expect(rows).toEqual(
      ['b', 'img/ignored', 'lib/old'].map((path) => {
        return { module: 'hal_x', path, abspath: module.blobFile(path), bytes: path.length };
      }),
    );
  });

  it('takes everything undeclared for untracked where no repository is', async () => {
    expect(await pathsOf([makeHal(['lib/fw.bin', 'old'])])).toEqual(['old']);
    expect(await pathsOf([makeHal(['old'], { blobs: [] })])).toEqual(['old']);
  });

  it('says so where there is nothing, or no zephyr/blobs', async () => {
    const note = [{ severity: 'info', code: 'BLOBS_NOTHING_SELECTED' }];
    expect((await list([makeHal(['lib/fw.bin'])])).issues).toMatchObject(note);
    expect((await list([makeHal([])])).issues).toMatchObject(note);
  });

  it('heeds the selection of modules and paths', async () => {
    const one = makeHal(['lib/a', 'img/a']);
    const two = makeModule(join(tempDir(), 'two'), { name: 'two', files: { 'zephyr/blobs/lib/b': '' } });
    expect(await pathsOf([one, two], { allow: /lib\//y })).toEqual(['lib/a', 'lib/b']);
    expect(await pathsOf([one, two], { modules: ['two'] })).toEqual(['lib/b']);
  });

  it('asks the repository around the module, where that is only a part of it', async () => {
    const top = tempDir();
    const module = makeModule(join(top, 'deep', 'hal_x'), { name: 'hal_x' });
    for (const file of ['tracked', 'old']) writeFileSync(withDirectory(module.blobFile(file)), '');
    git(top, 'init', '-q');
    git(top, 'add', 'deep/hal_x/zephyr/blobs/tracked');
    expect(await pathsOf([module])).toEqual(['old']);
  });

  it('leaves submodules, nested repositories and other modules to themselves', async () => {
    const module = makeHal(['old', 'nested/file', 'linked/file', 'module/file']);
    git(module.blobFile('nested'), 'init', '-q');
    writeFileSync(module.blobFile('linked/.git'), 'gitdir: ../elsewhere\n');
    git(module.directory, 'init', '-q');
    mkdirSync(module.blobFile('sub'));
    writeFileSync(module.blobFile('sub/file'), '');
    const entry = `160000,${'1'.repeat(40)},zephyr/blobs/sub`;
    git(module.directory, 'update-index', '--add', '--cacheinfo', entry);
    const inner = makeModule(module.blobFile('module'), { name: 'inner' });
    writeFileSync(withDirectory(inner.blobFile('stray')), '');
    expect(await pathsOf([module, inner])).toEqual(['old', 'stray']);
  });

  onPosix('shows a link as an entry, follows none, and keeps those that a blob needs', async () => {
    const module = makeHal(['v2/fw.bin', 'v2/old']);
    symlinkSync('middle', module.blobFile('lib'));
    symlinkSync('v2', module.blobFile('middle'));
    symlinkSync('/etc', module.blobFile('out'));
    symlinkSync('nothing', module.blobFile('dangling'));
    const { rows } = await list([module]);
    expect(rows.map(({ path, bytes }) => [path, bytes])).toEqual([
      ['dangling', 0],
      ['out', 0],
      ['v2/old', 6],
    ]);
  });

  onPosix('shows names that are no text, or mean something to a terminal or a shell', async () => {
    const module = makeHal([]);
    mkdirSync(module.blobFile(''), { recursive: true });
    const names = [Buffer.from([0x61, 0xff, 0xc3]), Buffer.from('x\n\u001b[31m'), Buffer.from('*?[é')];
    for (const name of names)
      writeFileSync(Buffer.concat([Buffer.from(`${module.blobFile('')}/`), name]), '');
    expect(await pathsOf([module])).toEqual(['*?[é', 'a\\xff\\xc3', 'x\n\u001b[31m']);
    git(module.directory, 'init', '-q');
    git(module.directory, 'add', '.');
    expect(await pathsOf([module])).toEqual([]);
  });

  it('does not show temporary files of a program that runs, but those of one that is gone', async () => {
    const gone = Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }));
    const live = `.blobs-${process.ppid}-aa`;
    const module = makeHal([live, `.blobs-${gone}-aa`, `deep/${live}`]);
    expect(await pathsOf([module])).toEqual([`.blobs-${gone}-aa`, `deep/${live}`]);
  });
});

describe('where it cannot be told, nothing counts as untracked', () => {
  it.each<[string, ModuleSpec]>([
    ['module.yml is no YAML', { yaml: 'name: [\n' }],
    ['an entry is malformed', { blobs: [{ path: 'ok' }, { path: 'old', sha256: 'no' }] }],
    ['an entry is unsafe', { blobs: [{ path: '../old' }] }],
  ])('because %s: the module is told of, and the others are listed', async (_why, spec) => {
    const [bad, good] = [makeHal(['old'], spec), makeHal(['stray'], { name: 'good' })];
    const { rows, issues } = await list([bad, good]);
    expect(rows.map(({ path }) => path)).toEqual(['stray']);
    expect(issues.at(-1)).toMatchObject({ severity: 'warning', code: 'BLOBS_MALFORMED_MODULE' });
    expect(issues.filter(({ severity }) => severity === 'error')).toHaveLength(1);
  });

  it.each<[string, (module: MadeModule) => Parameters<typeof list>[1]]>([
    ['git is missing', () => ({ env: { PATH: '/nonexistent' } })],
    ['the repository is broken', ({ directory }) => void rmSync(join(directory, '.git', 'HEAD'))],
    ['.git is a file that leads nowhere', brokenPointer],
    ['the index is damaged', ({ directory }) => void writeFileSync(join(directory, '.git', 'index'), 'x')],
  ])('because %s', async (_why, spoil) => {
    const module = makeHal(['old']);
    git(module.directory, 'init', '-q');
    const changes = spoil(module);
    const { rows, issues } = await list([module], changes);
    expect(rows).toEqual([]);
    expect(issues).toMatchObject([{ severity: 'error', code: 'BLOBS_GIT_FAILED', module: 'hal_x' }]);
  });

  onPosix('because git hangs, however much it says', async () => {
    const module = makeHal(['old']);
    git(module.directory, 'init', '-q');
    const bin = join(tempDir(), 'git');
    writeFileSync(bin, `#!${process.execPath}\nsetInterval(() => process.stdout.write('a\\0'), 5);\n`);
    chmodSync(bin, 0o755);
    const PATH = join(bin, '..');
    const { rows, issues } = await list([module], { env: { PATH }, gitTimeoutMs: 300 });
    expect(rows).toEqual([]);
    expect(issues).toMatchObject([{ code: 'BLOBS_GIT_FAILED' }]);
    expect(issues[0]?.message).toContain('300 ms');
  });

  onPosix('because a git ended in the middle of a path', async () => {
    const module = makeHal(['old']);
    git(module.directory, 'init', '-q');
    const bin = join(tempDir(), 'git');
    writeFileSync(bin, '#!/bin/sh\nprintf zephyr/blobs/ol\n', { mode: 0o755 });
    const PATH = `${join(bin, '..')}:${process.env['PATH']}`;
    expect((await list([module], { env: { PATH } })).issues).toMatchObject([{ code: 'BLOBS_GIT_FAILED' }]);
  });

  it('because there is too much to look at', async () => {
    const module = makeHal(['a', 'b', 'c/d']);
    expect(await pathsOf([module], { maxEntries: 4 })).toEqual(['a', 'b', 'c/d']);
    const { rows, issues } = await list([module], { maxEntries: 3 });
    expect(rows).toEqual([]);
    expect(issues).toMatchObject([{ severity: 'error', code: 'BLOBS_FILE_ACCESS', module: 'hal_x' }]);
    const deep = makeHal([`${'d/'.repeat(250)}file`]);
    expect((await list([deep])).issues).toMatchObject([{ code: 'BLOBS_FILE_ACCESS' }]);
  });

  onPosix('because zephyr/blobs is a link', async () => {
    const module = makeHal([], { blobs: [] });
    mkdirSync(join(module.directory, 'elsewhere'));
    writeFileSync(join(module.directory, 'elsewhere', 'old'), '');
    symlinkSync('../elsewhere', module.blobFile(''));
    const { rows, issues } = await list([module]);
    expect(rows).toEqual([]);
    expect(issues).toMatchObject([{ severity: 'error', code: 'BLOBS_UNSAFE_PATH' }]);
  });
});

describe('a hostile repository', () => {
  onPosix.each<[string, (module: MadeModule) => string]>([
    ['another directory', () => `worktree = ${tempDir()}\n\tbare = true`],
    ['the directory around it', ({ directory }) => `worktree = ${join(directory, '..')}`],
  ])('has nothing run, and does not point git to %s', async (_where, settings) => {
    const module = makeHal(['tracked', 'old']);
    git(module.directory, 'init', '-q');
    git(module.directory, 'add', 'zephyr/blobs/tracked');
    const gitDirectory = join(module.directory, '.git');
    for (const name of ['info', 'hooks']) rmSync(join(gitDirectory, name), { recursive: true, force: true });
    const marker = setTraps(gitDirectory);
    const elsewhere = tempDir();
    appendFileSync(
      join(gitDirectory, 'config'),
      `[core]\n\t${settings(module)}\n[submodule]\n\trecurse = true\n`,
    );
    const env = { GIT_DIR: elsewhere, GIT_INDEX_FILE: join(elsewhere, 'i'), GIT_WORK_TREE: elsewhere };
    expect(await pathsOf([module], { env })).toEqual(['old']);
    expect(existsSync(marker)).toBe(false);
  });
});
function brokenPointer({ directory }: MadeModule): undefined {
  rmSync(join(directory, '.git'), { recursive: true });
  writeFileSync(join(directory, '.git'), 'gitdir: /nonexistent\n');
}
