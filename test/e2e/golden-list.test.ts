// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  CORPUS,
  corpusBytes,
  corpusModules,
  goldenOutput,
  needCorpus,
  readGoldenCase,
  rebuildWorkspace,
} from '../support/corpus.ts';
import { runCli } from '../support/run-cli.ts';
import { tempDir, withDirectory } from '../support/temp.ts';

describe('list in a workspace of real modules', () => {
  test.for(['unique', 'no-name', 'status'])('prints what west prints, case %s', async (name, context) => {
    needCorpus(context);
    const golden = readGoldenCase(name);
    const topdir = tempDir();
    rebuildWorkspace(golden, topdir);
    for (const { module, path, sha256, keep } of golden.place ?? []) {
      const file = withDirectory(join(topdir, module, 'zephyr', 'blobs', path));
      writeFileSync(file, corpusBytes(sha256).subarray(0, keep));
    }

    const result = await runCli(['list'], { cwd: topdir });

    expect(result.stdout).toBe(goldenOutput(golden, topdir));
    expect(result.stderr).toBe('');
    expect(result.code).toBe(0);
  });

  test('keeps both modules of one name, in manifest order, and names both directories', async (context) => {
    needCorpus(context);
    const golden = readGoldenCase('main');
    const topdir = tempDir();
    rebuildWorkspace(golden, topdir);

    const result = await runCli(['list'], { cwd: topdir });

    const lines = linesOf(result.stdout);
    expect(lines).toHaveLength(306);
    expect(lines).toEqual(expect.arrayContaining(linesOf(goldenOutput(golden, topdir))));
    expect(moduleDirectories(lines)).toEqual(golden.modules.map(({ path }) => join(topdir, path)));
    const warnings = linesOf(result.stderr).join('\n');
    expect(warnings).toContain('BLOBS_DUPLICATE_MODULE');
    for (const path of [
      'modules/rtkconnectivity/hal_realtek_mainline',
      'modules/zephyrproject-rtos/hal_realtek',
      'modules/telink-semi/hal_telink',
      'modules/zephyrproject-rtos/hal_telink',
    ]) {
      expect(warnings).toContain(path);
    }
    expect(result.code).toBe(0);
  });

  test('lists the other modules when one has `blobs:` without a value, and warns', async (context) => {
    needCorpus(context);
    const golden = readGoldenCase('null-blobs');
    const topdir = tempDir();
    rebuildWorkspace(golden, topdir);

    const result = await runCli(['list'], { cwd: topdir });

    expect(linesOf(result.stdout)).toHaveLength(306);
    expect(result.stderr).toContain('BLOBS_NULL_BLOBS');
    expect(result.stderr).toContain(join('modules', 'nxp-zephyr-ear', 'hal_nxp', 'zephyr', 'module.yml'));
    expect(result.code).toBe(0);
  });
});

test('reads every real module.yml without an error', async (context) => {
  needCorpus(context);
  const modules = corpusModules();
  expect(modules).toHaveLength(47);

  const result = await runCli(['list', '--json', ...modules.flatMap((path) => ['-m', join(CORPUS, path)])]);

  const { blobs, issues, summary } = result.json();
  expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(blobs).toHaveLength(709);
  expect(summary['total']).toBe(709);
  expect(result.code).toBe(0);
});

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** The module directories that the listed files lie in, each run of equal ones once. */
function moduleDirectories(lines: readonly string[]): string[] {
  const directories = lines.map((line) =>
    line.replace(/^.*? (?=\/)/, '').replace(/\/zephyr\/blobs\/.*$/, ''),
  );
  return directories.filter((directory, i) => directory !== directories[i - 1]);
}
