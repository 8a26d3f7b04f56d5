// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findTopdir } from '../../../../src/workspace/find-topdir.ts';
import { isGitRepository } from '../../../../src/workspace/git/git-repository.ts';
import { loadWestConfig, westConfigFiles } from '../../../../src/workspace/west-config/west-config.ts';
import { caught, temporaryTree } from '../temporary.ts';

describe('loadWestConfig', () => {
  it('reads local before global before system and says which file a value is from', () => {
    const root = temporaryTree({
      local: '[a]\nx = local',
      global: '[a]\nx = global\ny = global',
      system: '[a]\nx = system\ny = system\nz = system',
    });
    const at = (name: string) => path.join(root, name);
    const config = loadWestConfig({ local: [at('local')], global: [at('global')], system: [at('system')] });
    expect(config.get('a', 'x')).toEqual({ value: 'local', file: at('local'), line: 2 });
    expect(config.get('a', 'y')).toEqual({ value: 'global', file: at('global'), line: 3 });
    expect(config.get('a', 'z')).toEqual({ value: 'system', file: at('system'), line: 4 });
    expect(config.getLocal('a', 'y')).toBeUndefined();
    expect(config.get('b', 'x')).toBeUndefined();
  });

  it('takes files that are missing or no files as empty', () => {
    const root = temporaryTree({ global: '[a]\nx = 1' });
    mkdirSync(path.join(root, 'directory'));
    const config = loadWestConfig({
      local: [path.join(root, 'missing'), path.join(root, 'directory')],
      global: [path.join(root, 'global')],
      system: [path.join(root, 'global', 'below-a-file')],
    });
    expect(config.hasLocal).toBe(false);
    expect(config.get('a', 'x')?.value).toBe('1');
  });

  it.skipIf(process.platform === 'win32')('does not wait at a FIFO', () => {
    const root = temporaryTree();
    const fifo = path.join(root, 'fifo');
    execFileSync('mkfifo', [fifo]);
    expect(loadWestConfig({ local: [fifo], global: [], system: [] }).hasLocal).toBe(false);
  });

  it.each([
    ['not UTF-8', Buffer.from('[a]\nx = \xff', 'latin1')],
    ['too large', Buffer.alloc(1024 * 1024 + 1, '#')],
  ])('refuses a file that is %s', (_what, content) => {
    const file = path.join(temporaryTree(), 'config');
    writeFileSync(file, content);
    const error = caught(() => loadWestConfig({ local: [], global: [file], system: [] }));
    expect([error.code, error.details.file]).toEqual(['BLOBS_BAD_CONFIG', file]);
  });
});

describe('westConfigFiles', () => {
  const topdir = path.resolve('/ws');

  it('has the local file of the workspace, and none without one', () => {
    const files = westConfigFiles({ global: '/g', system: ['/s'] }, topdir);
    expect(files).toEqual({ local: [path.join(topdir, '.west', 'config')], global: ['/g'], system: ['/s'] });
    expect(westConfigFiles({ local: '/l', system: [] }, undefined).local).toEqual([]);
  });

  it('takes parts of WEST_CONFIG_LOCAL from the topdir', () => {
    const absolute = path.resolve('/else/x');
    const files = westConfigFiles({ local: ['a/b', '', absolute].join(path.delimiter), system: [] }, topdir);
    expect(files.local).toEqual([path.join(topdir, 'a', 'b'), absolute]);
    expect(westConfigFiles({ local: '', system: [] }, topdir).local).toEqual([]);
  });
});

describe('findTopdir', () => {
  it('finds the nearest directory upwards with a .west directory', () => {
    const root = temporaryTree({ '.west/config': '', 'a/.west': 'a file', 'a/b/c': '' });
    expect(findTopdir(path.join(root, 'a', 'b'))).toBe(root);
    expect(findTopdir(root)).toBe(root);
  });

  it('asks for the Zephyr repository only outside a workspace', () => {
    const root = temporaryTree({ 'one/.west/config': '', 'two/.west/config': '', 'out/x': '' });
    const zephyr = path.join(root, 'two', 'gone', 'zephyr');
    expect(findTopdir(path.join(root, 'out'), zephyr)).toBe(path.join(root, 'two'));
    expect(findTopdir(path.join(root, 'one'), zephyr)).toBe(path.join(root, 'one'));
  });

  it('resolves symbolic links in the current directory', () => {
    const root = temporaryTree({ 'ws/.west/config': '', 'ws/app/x': '', 'out/x': '' });
    symlinkSync(path.join(root, 'ws', 'app'), path.join(root, 'out', 'link'), 'junction');
    expect(findTopdir(path.join(root, 'out', 'link'))).toBe(path.join(root, 'ws'));
  });
});

describe('isGitRepository', () => {
  const layout = { HEAD: 'ref: refs/heads/main\n', 'objects/x': '', 'refs/x': '' };
  const below = (directory: string, files: Record<string, string>) =>
    Object.fromEntries(Object.entries(files).map(([name, content]) => [`${directory}/${name}`, content]));

  it.each([
    ['a git directory', below('.git', layout), true],
    ['a detached HEAD', below('.git', { ...layout, HEAD: '0'.repeat(40) }), true],
    ['a file that names a git directory', { '.git': 'gitdir: real\n', ...below('real', layout) }, true],
    [
      'a linked work tree',
      {
        '.git': 'gitdir: main/worktrees/w',
        'main/worktrees/w/HEAD': layout.HEAD,
        'main/worktrees/w/commondir': '../..\n',
        ...below('main', layout),
      },
      true,
    ],
    ['nothing', {}, false],
    ['an empty .git', { '.git/description': '' }, false],
    ['a git directory without HEAD', { '.git/objects/x': '', '.git/refs/x': '' }, false],
    ['a file that names nothing', { '.git': 'gitdir: gone' }, false],
    ['a file with NUL in it', { '.git': 'gitdir: a\0b' }, false],
  ])('looks at %s', (_what, files, expected) => {
    expect(isGitRepository(temporaryTree(files))).toBe(expected);
  });
});
