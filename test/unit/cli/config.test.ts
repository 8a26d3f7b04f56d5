// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type GlobalOptions, resolveConfig, type Terminals } from '../../../src/cli/config.ts';
import { readEnvironment } from '../../../src/cli/environment.ts';
import { makeWorkspace } from '../../support/modules.ts';
import { tempDir, withDirectory } from '../../support/temp.ts';
import { caught } from '../samples.ts';

const NO_TERMINAL: Terminals = { stdin: false, stdout: false, stderr: false };
const TERMINAL: Terminals = { stdin: true, stdout: true, stderr: true };

function resolve(
  options: GlobalOptions = {},
  env: NodeJS.ProcessEnv = {},
  terminals = NO_TERMINAL,
  cwd = tempDir(),
) {
  return resolveConfig(options, { env: { HOME: '/nonexistent/home', ...env }, cwd, terminals });
}

describe('colours', () => {
  it.each<[GlobalOptions['color'], NodeJS.ProcessEnv, boolean, boolean]>([
    [undefined, {}, true, true],
    [undefined, {}, false, false],
    ['auto', {}, true, true],
    ['always', {}, false, true],
    ['never', {}, true, false],
    [undefined, { NO_COLOR: '1' }, true, false],
    [undefined, { NO_COLOR: '' }, true, true],
    [undefined, { FORCE_COLOR: '1' }, false, true],
    [undefined, { FORCE_COLOR: '' }, false, true],
    [undefined, { FORCE_COLOR: '0' }, true, false],
    [undefined, { FORCE_COLOR: 'false' }, true, false],
    [undefined, { NO_COLOR: '1', FORCE_COLOR: '1' }, false, true],
    [undefined, { TERM: 'dumb' }, true, false],
    [undefined, { TERM: 'dumb', FORCE_COLOR: '1' }, true, true],
    ['always', { NO_COLOR: '1' }, false, true],
    ['never', { FORCE_COLOR: '1' }, true, false],
  ])('with --color %s and %j, on a terminal: %s, are %s', (color, env, isTerminal, expected) => {
    const config = resolve(color === undefined ? {} : { color }, env, { ...NO_TERMINAL, stdout: isTerminal });
    expect(config.colorStdout).toBe(expected);
  });

  it('are decided for each stream alone', () => {
    const { colorStdout, colorStderr } = resolve({}, {}, { stdin: true, stdout: false, stderr: true });
    expect([colorStdout, colorStderr]).toEqual([false, true]);
  });
});

describe('progress', () => {
  it.each<[GlobalOptions, NodeJS.ProcessEnv, Terminals, boolean]>([
    [{}, {}, TERMINAL, true],
    [{}, {}, { ...TERMINAL, stdout: false }, true],
    [{}, {}, { ...TERMINAL, stderr: false }, false],
    [{ progress: false }, {}, TERMINAL, false],
    [{ quiet: true }, {}, TERMINAL, false],
    [{}, { TERM: 'dumb' }, TERMINAL, false],
  ])('%j %j %j: %s', (options, env, terminals, expected) => {
    expect(resolve(options, env, terminals).showProgress).toBe(expected);
  });
});

describe('the other options', () => {
  it('have their defaults', () => {
    expect(resolve()).toMatchObject({ verbosity: 'normal', json: false, debug: false });
  });

  it('are as they were given', () => {
    expect(resolve({ verbose: true, json: true, debug: true })).toMatchObject({
      verbosity: 'verbose',
      json: true,
      debug: true,
    });
    expect(resolve({ quiet: true, verbose: true }).verbosity).toBe('quiet');
  });

  it('count directories from --directory, and refuse one that is none', async () => {
    const cwd = tempDir();
    mkdirSync(join(cwd, 'sub'));
    const { search, ...config } = resolve(
      { directory: 'sub', moduleDir: ['a', '/b'], zephyrBase: 'z' },
      {},
      NO_TERMINAL,
      cwd,
    );
    expect(config.cwd).toBe(join(cwd, 'sub'));
    expect(search).toMatchObject({
      cwd: join(cwd, 'sub'),
      moduleDirectories: [join(cwd, 'sub', 'a'), '/b'],
      zephyrBase: join(cwd, 'sub', 'z'),
    });
    expect((await caught(() => resolve({ directory: 'gone' }))).code).toBe('BLOBS_USAGE');
  });
});

describe('the environment', () => {
  it('names modules in lists parted by ";", relative to here, without empty parts', () => {
    const { search } = resolve(
      {},
      { ZEPHYR_MODULES: ';a;;/b;', EXTRA_ZEPHYR_MODULES: 'c', ZEPHYR_EXTRA_MODULES: 'd e;f:g' },
    );
    const at = (name: string) => join(search.cwd, name);
    expect(search.zephyrModules).toEqual([at('a'), '/b']);
    expect(search.extraModules).toEqual([
      { variable: 'EXTRA_ZEPHYR_MODULES', directory: at('c') },
      { variable: 'ZEPHYR_EXTRA_MODULES', directory: at('d e') },
      { variable: 'ZEPHYR_EXTRA_MODULES', directory: at('f:g') },
    ]);
  });

  it('names the Zephyr repository, unless an option does, or it is empty', () => {
    expect(resolve({}, { ZEPHYR_BASE: '/z' }).search.zephyrBase).toBe('/z');
    expect(resolve({ zephyrBase: '/o' }, { ZEPHYR_BASE: '/z' }).search.zephyrBase).toBe('/o');
    expect(resolve({}, { ZEPHYR_BASE: '' }).search).not.toHaveProperty('zephyrBase');
  });

  it("names west's configuration files", () => {
    const { search } = resolve(
      {},
      { WEST_CONFIG_LOCAL: '/l', WEST_CONFIG_GLOBAL: 'g', WEST_CONFIG_SYSTEM: '/s' },
    );
    expect(search.westConfig).toEqual({ local: '/l', global: join(search.cwd, 'g'), system: ['/s'] });
  });

  it.each<[NodeJS.Platform, NodeJS.ProcessEnv, string, string]>([
    ['linux', {}, '/h/.westconfig', '/etc/westconfig'],
    ['linux', { XDG_CONFIG_HOME: '/x' }, '/x/west/config', '/etc/westconfig'],
    ['darwin', { XDG_CONFIG_HOME: '/x' }, '/h/.westconfig', '/usr/local/etc/westconfig'],
  ])('on %s with %j finds them at %s and %s', (platform, env, global, system) => {
    const { westConfig } = readEnvironment({ HOME: '/h', ...env }, platform).search('/cwd');
    expect(westConfig).toEqual({ global, system: [system] });
  });

  it('says where accepted licences are remembered', () => {
    expect(resolve({}, { HOME: '/h' }).licenseAnswersFile).toBe('/h/.local/state/zephyr-blobs/licenses.json');
    expect(resolve({}, { HOME: '/h', XDG_STATE_HOME: '/s' }).licenseAnswersFile).toBe(
      '/s/zephyr-blobs/licenses.json',
    );
  });
});

describe('the number of downloads', () => {
  /** A workspace whose configuration wants 3, below a home whose configuration wants 4. */
  function makeTree(local = '3'): { cwd: string; home: string } {
    const root = tempDir();
    const [cwd, home] = [join(root, 'ws'), join(root, 'home')];
    makeWorkspace(cwd, []);
    writeFileSync(join(cwd, '.west', 'config'), `[manifest]\npath = manifest\n[blobs]\njobs = ${local}\n`);
    writeFileSync(withDirectory(join(home, '.westconfig')), '[blobs]\njobs = 4\n');
    return { cwd, home };
  }

  it('comes from the environment, else from west, the workspace first', () => {
    const { cwd, home } = makeTree();
    expect(resolve({}, { HOME: home, BLOBS_JOBS: '2' }, NO_TERMINAL, cwd).blobs().jobs).toBe(2);
    expect(resolve({}, { HOME: home, BLOBS_JOBS: '' }, NO_TERMINAL, cwd).blobs().jobs).toBe(3);
    expect(resolve({}, { HOME: home }, NO_TERMINAL, home).blobs().jobs).toBe(4);
    expect(resolve().blobs().jobs).toBeUndefined();
  });

  it.each(['0', '-1', 'many', '1.5', '10000', '0x2'])('of "%s" is wrong, whoever says so', async (value) => {
    expect((await caught(() => resolve({}, { BLOBS_JOBS: value }).blobs().jobs)).code).toBe(
      'BLOBS_BAD_CONFIG',
    );
    const { cwd } = makeTree(value);
    const error = await caught(() => resolve({}, {}, NO_TERMINAL, cwd).blobs().jobs);
    expect(error.code).toBe('BLOBS_BAD_CONFIG');
    expect(error.message).toContain(join(cwd, '.west', 'config'));
  });
});
