// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type BlobsConfig,
  parseDirectories,
  readBlobsConfig,
  resolveDirectory,
} from '../../../src/cli/blobs-config.ts';
import { readEnvironment } from '../../../src/cli/environment.ts';
import { makeWorkspace } from '../../support/modules.ts';
import { tempDir, withDirectory } from '../../support/temp.ts';
import { caught } from '../samples.ts';

interface Levels {
  /** Lines of the section `[blobs]` of the workspace, of the user, of the system. */
  readonly local?: readonly string[];
  readonly global?: readonly string[];
  readonly system?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

interface Place {
  readonly topdir: string;
  readonly home: string;
  readonly systemFile: string;
  readonly read: () => BlobsConfig;
}

/** A workspace with west's configuration on three levels, read from a directory in it. */
function place({ local, global, system, env = {} }: Levels = {}): Place {
  const root = tempDir();
  const [topdir, home, systemFile] = [join(root, 'ws'), join(root, 'home'), join(root, 'etc', 'westconfig')];
  const section = (lines: readonly string[] = []) => `[blobs]\n${lines.join('\n')}\n`;
  makeWorkspace(topdir, []);
  const localFile = join(topdir, '.west', 'config');
  writeFileSync(localFile, `[manifest]\npath = manifest\nfile = west.yml\n${section(local)}`);
  if (global) writeFileSync(withDirectory(join(home, '.westconfig')), section(global));
  if (system) writeFileSync(withDirectory(systemFile), section(system));
  const cwd = join(topdir, 'sub');
  mkdirSync(cwd);
  const environment = readEnvironment({ HOME: home, WEST_CONFIG_SYSTEM: systemFile, ...env }, 'linux');
  const search = { ...environment.search(cwd), cwd, moduleDirectories: [] };
  return { topdir, home, systemFile, read: () => readBlobsConfig(environment, search) };
}

describe('without a word from anybody', () => {
  it("the store is in the user's caches, nothing is offline, and there is no other cache", () => {
    const { home, read } = place();
    expect(read()).toEqual({
      jobs: undefined,
      offline: false,
      caches: { storeDirectory: join(home, '.cache', 'zephyr-blobs'), cacheDirectories: [] },
    });
  });

  it.each<[NodeJS.Platform, NodeJS.ProcessEnv, string]>([
    ['linux', {}, '/h/.cache'],
    ['linux', { XDG_CACHE_HOME: '/x' }, '/x'],
    ['linux', { XDG_CACHE_HOME: '' }, '/h/.cache'],
    ['linux', { XDG_CACHE_HOME: 'relative/caches' }, '/h/.cache'],
    ['linux', { XDG_CACHE_HOME: './x' }, '/h/.cache'],
    ['linux', { XDG_CACHE_HOME: '~/x' }, '/h/.cache'],
    ['darwin', {}, '/h/Library/Caches'],
    ['darwin', { XDG_CACHE_HOME: '/x' }, '/x'],
    ['darwin', { XDG_CACHE_HOME: 'relative' }, '/h/Library/Caches'],
  ])('on %s with %j the caches are in %s', (platform, env, expected) => {
    expect(readEnvironment({ HOME: '/h', ...env }, platform).cacheHome).toBe(expected);
  });
});

describe('the store', () => {
  it.each<[string, Levels, string]>([
    ['the environment', { env: { BLOBS_STORE: '/env' }, local: ['store = /local'] }, '/env'],
    ['the workspace', { local: ['store = /local'], global: ['store = /global'] }, '/local'],
    ['the user', { global: ['store = /global'], system: ['store = /system'] }, '/global'],
    ['the system', { system: ['store = /system'] }, '/system'],
    [
      'west, where the environment is empty',
      { env: { BLOBS_STORE: '' }, local: ['store = /local'] },
      '/local',
    ],
  ])('is where %s says', (_who, levels, expected) => {
    expect(place(levels).read().caches.storeDirectory).toBe(expected);
  });

  it('is below XDG_CACHE_HOME, where that is absolute', () => {
    const { read } = place({ env: { XDG_CACHE_HOME: '/x' } });
    expect(read().caches.storeDirectory).toBe('/x/zephyr-blobs');
  });

  it.each<[string, string]>([
    ['~', ''],
    ['~/store', 'store'],
    ['~/a b/../store/', 'store'],
  ])('may be %s in the home directory, whoever says so', (value, below) => {
    for (const levels of [{ env: { BLOBS_STORE: value } }, { local: [`store = ${value}`] }]) {
      const { home, read } = place(levels);
      expect(read().caches.storeDirectory).toBe(join(home, below).replace(/\/$/, ''));
    }
  });

  it('that is relative counts from the current directory in the environment', () => {
    const { topdir, read } = place({ env: { BLOBS_STORE: '../store' } });
    expect(read().caches.storeDirectory).toBe(join(topdir, 'store'));
  });

  it.each<Levels>([{ local: ['store = ./store'] }, { global: ['store = store'] }])(
    "that is relative counts from the workspace's topdir in west's files: %j",
    (levels) => {
      const { topdir, read } = place(levels);
      expect(read().caches.storeDirectory).toBe(join(topdir, 'store'));
    },
  );

  it('is the usual one where west names none', () => {
    const { home, read } = place({ local: ['store ='], global: ['store = /global'] });
    expect(read().caches.storeDirectory).toBe(join(home, '.cache', 'zephyr-blobs'));
  });

  it.each<Levels>([
    { env: { BLOBS_STORE: 'off' } },
    { local: ['store = off'] },
    { env: { BLOBS_STORE: 'off' }, local: ['store = /local'] },
  ])('is switched off by %j', (levels) => {
    expect(place(levels).read().caches).not.toHaveProperty('storeDirectory');
  });

  it('is on again where who counts more names one', () => {
    const { read } = place({ env: { BLOBS_STORE: '/env' }, local: ['store = off'] });
    expect(read().caches.storeDirectory).toBe('/env');
  });
});

describe('offline', () => {
  it.each<[string, boolean]>([
    ['true', true],
    ['1', true],
    ['TRUE', true],
    ['yes', true],
    ['on', true],
    ['false', false],
    ['0', false],
    ['no', false],
    ['off', false],
  ])('spelled %s is %s, in the environment and in west', (value, expected) => {
    expect(place({ env: { BLOBS_OFFLINE: value } }).read().offline).toBe(expected);
    expect(place({ local: [`offline = ${value}`] }).read().offline).toBe(expected);
  });

  it('is said by the environment before west, and by the workspace before the user', () => {
    expect(place({ env: { BLOBS_OFFLINE: 'false' }, local: ['offline = true'] }).read().offline).toBe(false);
    expect(place({ env: { BLOBS_OFFLINE: '1' }, local: ['offline = false'] }).read().offline).toBe(true);
    expect(place({ env: { BLOBS_OFFLINE: '' }, local: ['offline = true'] }).read().offline).toBe(true);
    expect(place({ local: ['offline = false'], global: ['offline = true'] }).read().offline).toBe(false);
    expect(place({ global: ['offline = true'] }).read().offline).toBe(true);
  });

  it.each(['maybe', '2', 'tru', 'true false', '-1'])(
    'cannot be "%s": that names the variable',
    async (value) => {
      const error = await caught(place({ env: { BLOBS_OFFLINE: value } }).read);
      expect(error.code).toBe('BLOBS_BAD_CONFIG');
      expect(error.message).toContain('BLOBS_OFFLINE');
      expect(error.message).toContain(value);
    },
  );

  it('cannot be something else in a file either: that names option and file', async () => {
    const { topdir, read } = place({ local: ['offline = maybe'] });
    const error = await caught(read);
    expect(error.code).toBe('BLOBS_BAD_CONFIG');
    expect(error.message).toContain('blobs.offline');
    expect(error.message).toContain(join(topdir, '.west', 'config'));

    const system = place({ system: ['offline = maybe'] });
    expect((await caught(system.read)).message).toContain(system.systemFile);
  });

  it('is not looked at in a file that does not count', () => {
    const { read } = place({ env: { BLOBS_OFFLINE: 'true' }, local: ['offline = maybe'] });
    expect(read().offline).toBe(true);
  });
});

describe("west's caches", () => {
  it('are directories parted by semicolons, in their order, with ~ and relative ones', () => {
    const { home, topdir, read } = place({ local: ['cache-dirs = /a; ~/b ;;c;/d e/;'] });
    expect(read().caches.cacheDirectories).toEqual(['/a', join(home, 'b'), join(topdir, 'sub', 'c'), '/d e']);
  });

  it('come from the first level that names them', () => {
    const { read } = place({ local: ['cache-dirs = /l'], global: ['cache-dirs = /g', 'auto-cache = /ga'] });
    expect(read().caches).toMatchObject({ cacheDirectories: ['/l'], autoCache: '/ga' });
  });

  it('may be named empty, to have none of those of another level', () => {
    const { read } = place({
      local: ['cache-dirs =', 'auto-cache ='],
      global: ['cache-dirs = /g', 'auto-cache = /g'],
    });
    expect(read().caches.cacheDirectories).toEqual([]);
    expect(read().caches).not.toHaveProperty('autoCache');
  });

  it('may be filled in the home directory, or relative to here', () => {
    const { home, read } = place({ local: ['auto-cache = ~/auto'] });
    expect(read().caches.autoCache).toBe(join(home, 'auto'));
    const relative = place({ local: ['auto-cache = auto'] });
    expect(relative.read().caches.autoCache).toBe(join(relative.topdir, 'sub', 'auto'));
  });

  it('do not come from the environment', () => {
    const { read } = place({ env: { BLOBS_CACHE_DIRS: '/a', BLOBS_AUTO_CACHE: '/b' } });
    expect(read().caches.cacheDirectories).toEqual([]);
    expect(read().caches).not.toHaveProperty('autoCache');
  });
});

describe('a directory', () => {
  it.each([
    ['~', '/h'],
    ['~/x', '/h/x'],
    ['~\\x', '/h\\x'],
    ['~user/x', '/cwd/~user/x'],
    ['x/~', '/cwd/x/~'],
    ['/a/~/b', '/a/~/b'],
    ['x', '/cwd/x'],
    ['./x/../y/', '/cwd/y'],
    ['/x', '/x'],
  ])('%s is %s', (value, expected) => {
    expect(resolveDirectory(value, '/h', '/cwd')).toBe(expected);
  });

  it('may be in a home whose name would mean something to a replacement', () => {
    expect(resolveDirectory('~/x', "/$&/$'", '/cwd')).toBe("/$&/$'/x");
  });

  it.each<[string, readonly string[]]>([
    ['', []],
    [';;  ;', []],
    ['a;b', ['a', 'b']],
    [' a b ; c:d ', ['a b', 'c:d']],
  ])('list "%s" is %j', (text, expected) => {
    expect(parseDirectories(text)).toEqual(expected);
  });
});
