// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/core/errors.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { tempDir } from '../support/temp.ts';
import {
  makeImportingTopdir,
  makeRepository,
  makeTopdir,
  manifestText,
  project,
} from '../support/west-workspace.ts';

const FULL = process.env['BLOBS_TEST_FULL'] === '1';

// Many times what any of these takes; without the limits that they are about they take hours, or have no end.
const TIMEOUT_MS = 90_000;

function modules(topdir: string, ...args: string[]): Promise<CliResult> {
  return runCli(['modules', ...args], { cwd: topdir, timeoutMs: TIMEOUT_MS });
}

function expectRefused(result: CliResult, exitCode: number, code: ErrorCode, words: RegExp): void {
  expect({ code: result.code, stderr: result.stderr }).toEqual({
    code: exitCode,
    stderr: expect.stringMatching(words),
  });
  expect(result.stderr).toContain(code);
}

describe(
  'a workspace that asks for endless work',
  () => {
    test('by a project filter that backtracks', async () => {
      const topdir = makeTopdir({
        'app/west.yml': manifestText({ projects: [project('a'.repeat(50))] }),
        '.west/config': '[manifest]\npath = app\nproject-filter = +(a+)+b\n',
      });
      expectRefused(await modules(topdir), 2, 'BLOBS_BAD_CONFIG', /takes too long/);
    });

    test.each(
      [
        [
          'keys beside "manifest"',
          `${Array.from({ length: 60_000 }, (_, n) => `k${n}:\n`).join('')}manifest:\n  projects: [{name: a, url: x, groups: [${'1,'.repeat(200_000)}]}]\n`,
        ],
        [
          'merged maps',
          `manifest:\n  projects: [{name: a, url: x, <<: [${'{},'.repeat(100_000)}{groups: [${'1,'.repeat(200_000)}]}]}]\n`,
        ],
        [
          'warnings on one line',
          `{manifest: {self: {userdata: [${'0,'.repeat(100_000)}]}, projects: [${Array.from({ length: 9000 }, (_, n) => `{name: a${n},url: x,submodules: on}`).join(',')}]}}\n`,
        ],
        [
          'equal warnings',
          `{manifest: {self: {userdata: [${'0,'.repeat(220_000)}]}, projects: [&a {name: a,submodules: on},${'*a ,'.repeat(140_000)}]}}\n`,
        ],
      ].slice(0, FULL ? undefined : 1),
    )('by %s', async (_what, text) => {
      const topdir = makeTopdir({ 'app/west.yml': text });
      const result = await modules(topdir, '-q');
      expect([0, 65]).toContain(result.code);
      expect(result.stderr).not.toContain('BLOBS_INTERNAL');
    });

    test('by a long pattern for a long path', async () => {
      const topdir = makeTopdir({
        'app/west.yml': manifestText({
          self: { import: { file: 's.yml', 'path-blocklist': `*${'a'.repeat(400_000)}b` } },
        }),
        'app/s.yml': manifestText({ projects: [project('x', { path: 'a'.repeat(500_000) })] }),
      });
      expectRefused(await modules(topdir), 65, 'BLOBS_MALFORMED_MANIFEST', /longer than 4096 characters/);
    });

    test.runIf(FULL)('by one large file that is imported again and again', async () => {
      const userdata = `manifest:\n  self:\n    userdata: [${'0,'.repeat(500_000)}]\n`;
      const topdir = makeTopdir({
        'app/west.yml': manifestText({ self: { import: Array.from({ length: 999 }, () => 'h.yml') } }),
        'app/h.yml': userdata,
      });
      expectRefused(await modules(topdir), 65, 'BLOBS_IMPORT_FAILED', /more than 2097152 bytes/);
    });

    test.runIf(FULL)('by one file of a project that is imported again and again', async () => {
      const topdir = makeTopdir({
        'app/west.yml': manifestText({
          projects: [project('sdk', { import: Array.from({ length: 60_000 }, () => 'west.yml') })],
        }),
      });
      mkdirSync(join(topdir, 'sdk'));
      makeRepository(join(topdir, 'sdk'), { 'west.yml': `# ${'x'.repeat(1_000_000)}\nmanifest: {}\n` });
      expectRefused(await modules(topdir), 65, 'BLOBS_IMPORT_FAILED', /more than 2097152 bytes/);
    });

    test.runIf(FULL)('by many empty directories of one repository', async () => {
      const topdir = makeTopdir({
        'app/west.yml': manifestText({
          projects: Array.from({ length: 5000 }, (_, n) =>
            project(`a${n}`, { path: `${n}/../p`, import: 'd' }),
          ),
        }),
      });
      mkdirSync(join(topdir, 'p'));
      makeRepository(join(topdir, 'p'), { 'd/x': '' });
      expectRefused(
        await modules(topdir),
        65,
        'BLOBS_IMPORT_FAILED',
        /more than 1000 files|git takes too long/,
      );
    });

    test.runIf(FULL)('by thousands of rows in a table', async () => {
      const topdir = makeTopdir({
        'app/west.yml': manifestText({
          projects: Array.from({ length: 10_000 }, (_, n) => project(`p${n}`)),
        }),
      });
      const result = await modules(topdir, '--all');
      expect(result.code).toBe(0);
      expect(result.stdout.split('\n')).toHaveLength(10_003);
    });
  },
  TIMEOUT_MS,
);

describe('a workspace that leads to files of others', () => {
  const SECRET = 'API_KEY: hunter2';

  function secretFile(): string {
    const file = join(tempDir(), 'secret.yml');
    writeFileSync(file, `${SECRET}\n`);
    return file;
  }

  test.each([
    [
      'as its manifest',
      (topdir: string, file: string) => symlinkSync(file, join(topdir, 'app', 'linked.yml')),
    ],
    [
      'by the name in its configuration',
      (topdir: string, file: string) => {
        writeFileSync(join(topdir, '.west', 'config'), `[manifest]\npath = app\nfile = ${file}\n`);
      },
    ],
  ])('shows nothing of them: %s', async (_how, prepare) => {
    const topdir = makeTopdir({ 'app/x': '', '.west/config': '[manifest]\npath = app\nfile = linked.yml\n' });
    prepare(topdir, secretFile());
    const { code, stderr, stdout } = await modules(topdir);
    expect(code).toBe(65);
    expect(stderr + stdout).not.toContain('hunter2');
  });

  test.each(['packed-refs', 'config', 'refs/heads/manifest-rev'])(
    'is not imported from: %s',
    async (name) => {
      const { topdir, git } = makeImportingTopdir({ 'west.yml': manifestText({}) });
      execFileSync('rm', ['-f', join(git, name)]);
      symlinkSync(secretFile(), join(git, name));
      const result = await modules(topdir);
      expectRefused(result, 65, 'BLOBS_IMPORT_FAILED', /leads out of the workspace/);
      expect(result.stderr).not.toContain('hunter2');
    },
  );

  test.each(['objects/info/alternates', 'shallow', 'packed-refs', 'config'])(
    'does not wait at a FIFO: %s',
    async (name) => {
      const { topdir, git } = makeImportingTopdir({ 'west.yml': manifestText({}) });
      mkdirSync(join(git, 'objects', 'info'), { recursive: true });
      execFileSync('rm', ['-f', join(git, name)]);
      execFileSync('mkfifo', [join(git, name)]);
      expectRefused(await modules(topdir), 65, 'BLOBS_IMPORT_FAILED', /is no file/);
    },
  );
});
