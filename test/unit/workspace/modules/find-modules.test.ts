// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findModules, type ModuleSearch } from '../../../../src/workspace/modules/find-modules.ts';
import { findModuleFile } from '../../../../src/workspace/modules/is-module.ts';
import { caught } from '../../samples.ts';
import { temporaryTree } from '../temporary.ts';

const WORKSPACE = {
  '.west/config': '[manifest]\npath = app\n',
  'app/west.yml': [
    'manifest:',
    '  projects:',
    '    - {name: zephyr, url: u}',
    '    - {name: hal, url: u, path: modules/hal/x}',
    '    - {name: gone, url: u}',
    '    - {name: plain, url: u}',
    '    - {name: old, url: u}',
  ].join('\n'),
  'zephyr/zephyr/module.yml': '',
  'modules/hal/x/zephyr/module.yml': '',
  'plain/readme': '',
  'old/zephyr/CMakeLists.txt': '',
  'old/zephyr/Kconfig': '',
  'extra/zephyr/module.yaml': '',
};

function search(root: string, rest: Partial<ModuleSearch> = {}): ModuleSearch {
  return {
    cwd: root,
    moduleDirectories: [],
    zephyrModules: [],
    extraModules: [],
    westConfig: { system: [] },
    gitEnvironment: process.env,
    ...rest,
  };
}

async function directories(root: string, given: ModuleSearch): Promise<string[]> {
  return (await findModules(given)).places.map(({ directory }) =>
    path.relative(root, directory).replaceAll('\\', '/'),
  );
}

describe('findModules', async () => {
  it('takes the modules of the workspace, without Zephyr, and notes projects that are not on disk', async () => {
    const root = temporaryTree(WORKSPACE);
    const result = await findModules(search(path.join(root, 'app')));
    expect(result.places).toEqual([
      { directory: path.join(root, 'modules', 'hal', 'x'), defaultName: 'x', project: 'hal' },
      { directory: path.join(root, 'old'), defaultName: 'old', project: 'old' },
    ]);
    expect(result.workspace?.topdir).toBe(root);
    expect(result.workspace?.manifestPath).toBe(path.join(root, 'app', 'west.yml'));
    expect(result.issues).toEqual([
      {
        severity: 'info',
        code: 'BLOBS_NOT_CLONED',
        message: '1 active project not cloned',
        facts: ['gone'],
        hint: 'run "west update"',
      },
    ]);
  });

  it('includes the manifest repository under the name of its directory', async () => {
    const root = temporaryTree({
      'w/.west/config': '[manifest]\npath = .\n',
      'w/west.yml': 'manifest:\n',
      'w/zephyr/module.yml': '',
    });
    const place = { directory: path.join(root, 'w'), defaultName: 'w', project: 'manifest' };
    expect((await findModules(search(path.join(root, 'w')))).places).toEqual([place]);
  });

  it('takes only the directories of -m when there are any', async () => {
    const root = temporaryTree({ ...WORKSPACE, '.west/config': 'broken' });
    const moduleDirectories = [path.join(root, 'extra'), path.join(root, 'zephyr')];
    const extraModules = [{ variable: 'EXTRA_ZEPHYR_MODULES', directory: path.join(root, 'old') }];
    const result = await findModules(search(root, { moduleDirectories, extraModules }));
    expect(result.places.map(({ defaultName }) => defaultName)).toEqual(['extra', 'zephyr']);
    expect(result.workspace).toBeUndefined();
  });

  it('finds the workspace of ZEPHYR_BASE from outside', async () => {
    const root = temporaryTree({ ...WORKSPACE });
    const outside = temporaryTree();
    const found = await directories(root, search(outside, { zephyrBase: path.join(root, 'zephyr') }));
    expect(found).toEqual(['modules/hal/x', 'old']);
  });

  it.each([
    ['zephyr.base of the configuration', '[manifest]\npath = app\n[zephyr]\nbase = old\n'],
    ['a zephyr.base with an interpolated part', '[manifest]\npath = app\n[zephyr]\np = o\nbase = %(p)sld\n'],
  ])('leaves out %s before the project called zephyr', async (_what, config) => {
    const root = temporaryTree({ ...WORKSPACE, '.west/config': config });
    expect(await directories(root, search(root))).toEqual(['zephyr', 'modules/hal/x']);
  });

  it('leaves out the Zephyr repository however it is spelt', async () => {
    const root = temporaryTree(WORKSPACE);
    symlinkSync(path.join(root, 'old'), path.join(root, 'link'), 'junction');
    const zephyrBase = path.join(root, 'link') + path.sep;
    expect(await directories(root, search(root, { zephyrBase }))).toEqual(['zephyr', 'modules/hal/x']);
  });

  it('leaves out a manifest repository at "zephyr"', async () => {
    const root = temporaryTree({
      '.west/config': '[manifest]\npath = zephyr\n',
      'zephyr/west.yml': 'manifest:\n',
      'zephyr/zephyr/module.yml': '',
    });
    expect((await findModules(search(root))).places).toEqual([]);
  });

  it('adds extra modules to the workspace, each directory once', async () => {
    const root = temporaryTree(WORKSPACE);
    symlinkSync(path.join(root, 'old'), path.join(root, 'link'), 'junction');
    const extraModules = ['extra', 'link', 'extra'].map((name) => ({
      variable: 'ZEPHYR_EXTRA_MODULES',
      directory: path.join(root, name),
    }));
    expect(await directories(root, search(root, { extraModules }))).toEqual([
      'modules/hal/x',
      'old',
      'extra',
    ]);
  });

  it('takes ZEPHYR_MODULES outside a workspace, and keeps symbolic links as they are named', async () => {
    const root = temporaryTree({ 'a/zephyr/module.yml': '', 'zephyr/module.yml': '' });
    symlinkSync(path.join(root, 'a'), path.join(root, 'link'), 'junction');
    const zephyrModules = [path.join(root, 'link'), path.join(root, 'a')];
    const result = await findModules(search(root, { zephyrModules }));
    expect(result.places).toEqual([{ directory: path.join(root, 'link'), defaultName: 'link' }]);
  });

  it('takes the module around the current directory', async () => {
    const root = temporaryTree({ 'm/zephyr/module.yml': '', 'm/src/deep/x': '' });
    expect(await directories(root, search(path.join(root, 'm', 'src', 'deep')))).toEqual(['m']);
  });

  it('lets extra modules suffice', async () => {
    const root = temporaryTree({ 'extra/zephyr/module.yml': '' });
    const extraModules = [{ variable: 'EXTRA_ZEPHYR_MODULES', directory: path.join(root, 'extra') }];
    expect(await directories(root, search(root, { extraModules }))).toEqual(['extra']);
  });

  it('names the four ways when none applies', async () => {
    const error = await caught(() => findModules(search(temporaryTree())));
    expect(error.code).toBe('BLOBS_NO_MODULES');
    for (const way of ['-m', 'workspace', 'ZEPHYR_MODULES', 'zephyr/module.yml']) {
      expect(error.details.hint).toContain(way);
    }
  });

  it('returns an empty workspace without complaint', async () => {
    const root = temporaryTree({ '.west/config': '[manifest]\npath = app\n', 'app/west.yml': 'manifest:\n' });
    const result = await findModules(search(root, { zephyrModules: [path.join(root, 'ignored')] }));
    expect([result.places, result.issues]).toEqual([[], []]);
    expect(result.workspace?.projects).toHaveLength(1);
  });

  it.each([
    ['--module-dir', (directory: string) => ({ moduleDirectories: [directory] })],
    ['ZEPHYR_MODULES', (directory: string) => ({ zephyrModules: [directory] })],
    ['V', (directory: string) => ({ extraModules: [{ variable: 'V', directory }] })],
  ])('refuses a directory in %s that is no module, and names both', async (source, rest) => {
    const root = temporaryTree({ 'no/zephyr/Kconfig': '' });
    const directory = path.join(root, 'no');
    const error = await caught(() => findModules(search(root, rest(directory))));
    expect(error.code).toBe('BLOBS_NOT_A_MODULE');
    expect(error.message).toContain(source);
    expect(error.message).toContain(directory);
  });

  it.skipIf(process.platform === 'win32')('does not wait at a manifest that is a FIFO', async () => {
    const root = temporaryTree(WORKSPACE);
    const manifest = path.join(root, 'app', 'west.yml');
    rmSync(manifest);
    execFileSync('mkfifo', [manifest]);
    expect((await caught(() => findModules(search(root)))).code).toBe('BLOBS_BAD_CONFIG');
  });

  it.each([
    ['manifest.path', '[manifest]\npath = a\0b\n'],
    ['manifest.file', '[manifest]\npath = app\nfile = a\0b\n'],
  ])('refuses NUL in %s', async (_option, config) => {
    const root = temporaryTree({ ...WORKSPACE, '.west/config': config });
    expect((await caught(() => findModules(search(root)))).code).toBe('BLOBS_BAD_CONFIG');
  });
});

describe('findModuleFile', async () => {
  it('prefers module.yml, and takes no directory for a file', async () => {
    const root = temporaryTree({
      'a/zephyr/module.yml': '',
      'a/zephyr/module.yaml': '',
      'b/zephyr/module.yaml': '',
    });
    mkdirSync(path.join(root, 'b', 'zephyr', 'module.yml'));
    expect(findModuleFile(path.join(root, 'a'))).toBe(path.join(root, 'a', 'zephyr', 'module.yml'));
    expect(findModuleFile(path.join(root, 'b'))).toBe(path.join(root, 'b', 'zephyr', 'module.yaml'));
    expect(findModuleFile(root)).toBeUndefined();
  });
});
