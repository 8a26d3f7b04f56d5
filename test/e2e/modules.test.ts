// SPDX-License-Identifier: Apache-2.0
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeModule, makeWorkspace } from '../support/modules.ts';
import { runCli } from '../support/run-cli.ts';
import { tempDir } from '../support/temp.ts';

/** The names of the modules that `blobs` finds, in its order. */
async function modulesFound(
  options: Parameters<typeof runCli>[1],
  args: readonly string[] = [],
): Promise<string[]> {
  const { stdout, stderr, code } = await runCli(['list', '-f', '{module}', ...args], options);
  expect(code, stderr).toBe(0);
  return stdout.split('\n').filter((line) => line !== '');
}

const BLOBS = [{ path: 'a.bin' }];

describe('modules come from', () => {
  test('-m alone when it is given', async () => {
    const topdir = tempDir();
    makeWorkspace(topdir, [{ name: 'in_workspace', blobs: BLOBS }]);
    const [a, b] = [
      makeModule(tempDir(), { name: 'b_first', blobs: BLOBS }),
      makeModule(tempDir(), { name: 'a_second', blobs: BLOBS }),
    ];

    const args = ['-m', a.directory, '-m', b.directory];
    expect(await modulesFound({ cwd: topdir, env: { ZEPHYR_MODULES: topdir } }, args)).toEqual([
      'b_first',
      'a_second',
    ]);
  });

  test('the workspace around the current directory, wherever that is', async () => {
    const topdir = tempDir();
    const [module] = makeWorkspace(topdir, [
      { name: 'hal_a', blobs: BLOBS },
      { name: 'hal_b', blobs: BLOBS },
    ]);
    const deep = join(module?.directory ?? '', 'src', 'deep');
    mkdirSync(deep, { recursive: true });

    for (const cwd of [topdir, deep, join(topdir, 'manifest')]) {
      expect(await modulesFound({ cwd })).toEqual(['hal_a', 'hal_b']);
    }
    expect(await modulesFound({}, ['-C', deep])).toEqual(['hal_a', 'hal_b']);
  });

  test('the workspace that holds ZEPHYR_BASE, without the Zephyr repository itself', async () => {
    const topdir = tempDir();
    makeWorkspace(topdir, [
      { name: 'zephyr', path: 'zephyr', blobs: BLOBS },
      { name: 'hal_a', blobs: BLOBS },
    ]);

    const env = { ZEPHYR_BASE: join(topdir, 'zephyr') };
    expect(await modulesFound({ cwd: tempDir(), env })).toEqual(['hal_a']);
  });

  test('ZEPHYR_MODULES without a workspace, a directory named twice counting once', async () => {
    const a = makeModule(tempDir(), { name: 'hal_a', blobs: BLOBS });
    const b = makeModule(tempDir(), { name: 'hal_b', blobs: BLOBS });

    const env = { ZEPHYR_MODULES: `${b.directory};;${a.directory};${b.directory}` };
    expect(await modulesFound({ cwd: tempDir(), env })).toEqual(['hal_b', 'hal_a']);
  });

  test('the nearest parent that is a module', async () => {
    const module = makeModule(tempDir(), { name: 'hal_a', blobs: BLOBS });
    const deep = join(module.directory, 'src', 'deep');
    mkdirSync(deep, { recursive: true });

    expect(await modulesFound({ cwd: deep })).toEqual(['hal_a']);
  });

  test.for(['EXTRA_ZEPHYR_MODULES', 'ZEPHYR_EXTRA_MODULES'])('%s as well, or alone', async (variable) => {
    const topdir = tempDir();
    makeWorkspace(topdir, [{ name: 'hal_a', blobs: BLOBS }]);
    makeModule(join(topdir, 'extra'), { name: 'hal_extra', blobs: BLOBS });

    expect(await modulesFound({ cwd: topdir, env: { [variable]: 'extra' } })).toEqual(['hal_a', 'hal_extra']);
    expect(await modulesFound({ cwd: tempDir(), env: { [variable]: join(topdir, 'extra') } })).toEqual([
      'hal_extra',
    ]);
  });
});

test('modules come after those that they depend on', async () => {
  const topdir = tempDir();
  makeWorkspace(topdir, [
    { name: 'a', blobs: BLOBS, depends: ['c'] },
    { name: 'b', blobs: BLOBS },
    { name: 'c', blobs: BLOBS, depends: ['b', 'b'] },
    { name: 'd', blobs: BLOBS },
  ]);

  expect(await modulesFound({ cwd: topdir })).toEqual(['b', 'd', 'c', 'a']);
});

test('an unmet dependency is an error in modules and a warning in list', async () => {
  const topdir = tempDir();
  makeWorkspace(topdir, [
    { name: 'a', blobs: BLOBS, depends: ['nowhere'] },
    { name: 'b', blobs: BLOBS },
  ]);

  const listed = await runCli(['list', '-f', '{module}'], { cwd: topdir });
  const modules = await runCli(['modules'], { cwd: topdir });

  expect(listed.stdout).toBe('b\na\n');
  expect(listed.stderr).toMatch(/warning: .*\[BLOBS_UNMET_DEPENDENCY\]/);
  expect(listed.code).toBe(0);
  expect(modules.stderr).toMatch(/error: .*\[BLOBS_UNMET_DEPENDENCY\]/);
  expect(modules.code).toBe(65);
});

test('a workspace without modules is no error: stderr says so', async () => {
  const topdir = tempDir();
  makeWorkspace(topdir, []);

  for (const command of ['list', 'fetch', 'verify', 'clean', 'modules']) {
    const { stderr, code } = await runCli([command], { cwd: topdir });
    expect(stderr).toMatch(/no module/i);
    expect(code).toBe(0);
  }
});

test('a malformed manifest is exit 65 with its position', async () => {
  const topdir = tempDir();
  makeWorkspace(topdir, []);
  makeModule(join(topdir, 'manifest'), { files: { 'west.yml': 'manifest:\n  projects: 7\n' } });

  const { stderr, code } = await runCli(['list'], { cwd: topdir });

  expect(stderr).toContain('[BLOBS_MALFORMED_MANIFEST]');
  expect(stderr).toMatch(/west\.yml:2:\d+/);
  expect(code).toBe(65);
});
