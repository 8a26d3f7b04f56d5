// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  EITHER,
  expectRefused,
  makePipe,
  NOT_IMPORTED,
  run,
  WITH_BROUGHT,
  withSdk,
} from '../support/hostile-workspace.ts';
import { type RunningCli, runCli } from '../support/run-cli.ts';
import { tempDir } from '../support/temp.ts';
import { makeRepository, manifestText, project, setTraps } from '../support/west-workspace.ts';

const FULL = process.env['BLOBS_TEST_FULL'] === '1';

describe('a git repository', () => {
  it('with hooks, helpers and a file system monitor runs none of them', async () => {
    const { topdir, git } = withSdk();
    const marker = setTraps(git);
    const result = await run(topdir);
    expect([result.code, result.names, existsSync(marker)]).toEqual([0, WITH_BROUGHT, false]);
  });

  it.each(['refs/heads/manifest-rev:west.yml', 'refs/heads/manifest-rev^{tree}', 'refs/heads/manifest-rev'])(
    'that lacks the object %s does not fetch it',
    async (name) => {
      const { topdir, sdk, git } = withSdk();
      const marker = setTraps(git, [name]);
      // The trap is one: git alone would fetch.
      const env = { PATH: process.env['PATH'], HOME: tempDir() };
      spawnSync('git', ['cat-file', '-p', 'refs/heads/manifest-rev:west.yml'], { cwd: sdk, env });
      expect(existsSync(marker)).toBe(true);
      rmSync(marker);

      const result = await run(topdir);
      expectRefused(result, NOT_IMPORTED);
      expect(existsSync(marker)).toBe(false);
    },
  );

  it.each<[string, (reference: string) => void]>([
    ['is missing', (reference) => rmSync(reference)],
    ['is no reference', (reference) => writeFileSync(reference, 'no reference\n')],
    ['is empty', (reference) => writeFileSync(reference, '')],
    ['leads to itself', (reference) => writeFileSync(reference, 'ref: refs/heads/manifest-rev\n')],
    ['leads out of the repository', (reference) => writeFileSync(reference, 'ref: ../../app/west.yml\n')],
    ['names no object', (reference) => writeFileSync(reference, `${'0123456789'.repeat(4)}\n`)],
  ])('whose manifest-rev %s is not imported from', async (_, damage) => {
    const { topdir, git } = withSdk();
    damage(join(git, 'refs/heads/manifest-rev'));
    const result = await run(topdir);
    expectRefused(result, NOT_IMPORTED);
    expect(result.errors[0]?.message).toContain('sdk');
  });

  it.each([
    'west.yml\nrefs/heads/manifest-rev:west.yml',
    'west.yml\r',
    'west.yml\0',
    '--batch-check',
    ':(top)west.yml',
    '../sdk/west.yml',
    'west.yml^{blob}',
    'x'.repeat(20_000),
    `${'x/'.repeat(5000)}west.yml`,
  ])('is asked for the file that an import names, however odd, and for nothing else (%#)', async (file) => {
    const { topdir } = withSdk();
    const projects = [project('sdk', { import: [file, 'west.yml'] })];
    writeFileSync(join(topdir, 'app/west.yml'), manifestText({ projects }));
    expectRefused(await run(topdir), EITHER);
  });

  it('in a directory that looks like an option is read', async () => {
    const { topdir, sdk } = withSdk();
    const path = '--exec-path=x';
    renameSync(sdk, join(topdir, path));
    const projects = [project('sdk', { path, import: true })];
    writeFileSync(join(topdir, 'app/west.yml'), manifestText({ projects }));
    expect((await run(topdir)).names).toEqual(WITH_BROUGHT);
  });

  it('elsewhere, behind a link or a file that names it, is read', async () => {
    const { topdir, git } = withSdk();
    const elsewhere = join(tempDir(), 'git');
    renameSync(git, elsewhere);
    symlinkSync(elsewhere, git);
    expect((await run(topdir)).names).toEqual(WITH_BROUGHT);
    rmSync(git);
    writeFileSync(git, `gitdir: ${elsewhere}\n`);
    expect((await run(topdir)).names).toEqual(WITH_BROUGHT);
  });

  it('is the one in its place, whatever the environment says', async () => {
    const { topdir } = withSdk();
    const other = tempDir();
    makeRepository(other, { 'west.yml': manifestText({ projects: [project('other')] }) });
    const marker = setTraps(join(other, '.git'));
    const env = {
      GIT_DIR: join(other, '.git'),
      GIT_COMMON_DIR: join(other, '.git'),
      GIT_WORK_TREE: other,
      GIT_OBJECT_DIRECTORY: join(other, '.git/objects'),
      GIT_INDEX_FILE: join(other, 'index'),
      GIT_NAMESPACE: 'x',
      GIT_CONFIG_PARAMETERS: "'core.bare'='true'",
    };
    const result = await run(topdir, { env });
    expect([result.names, existsSync(marker)]).toEqual([WITH_BROUGHT, false]);
  });

  it('around the one that is named is not asked', async () => {
    const { topdir, git } = withSdk();
    makeRepository(topdir, { 'west.yml': manifestText({ projects: [project('around')] }) });
    for (const head of ['ref: nowhere\n', 'x']) {
      writeFileSync(join(git, 'HEAD'), head);
      expectRefused(await run(topdir), NOT_IMPORTED);
    }
  });

  it.each(['HEAD', 'config', 'packed-refs', 'refs/heads', 'refs/heads/manifest-rev'])(
    'with a pipe for its %s is not imported from',
    async (name) => {
      const { topdir, git } = withSdk();
      rmSync(join(git, name), { recursive: true, force: true });
      makePipe(join(git, name));
      expectRefused(await run(topdir), NOT_IMPORTED);
    },
  );

  /** A directory for PATH with a git that opens the pipe, and then does nothing. */
  function hangingGit(): { readonly env: { readonly PATH: string }; readonly pipe: string } {
    const directory = tempDir();
    const pipe = join(directory, 'pipe');
    makePipe(pipe);
    writeFileSync(join(directory, 'git'), `#!/bin/sh\nexec 3>${pipe}\nexec /bin/sleep 100\n`, {
      mode: 0o755,
    });
    return { env: { PATH: directory }, pipe };
  }

  it('on which git hangs can be interrupted, and git ends too', async () => {
    const { env, pipe } = hangingGit();
    const opened = open(pipe, 'r');
    const onStart = async (cli: RunningCli) => {
      await opened;
      cli.kill('SIGINT');
    };
    const result = await runCli(['modules'], { cwd: withSdk().topdir, env, onStart });
    expect(result.code).toBe(130);
    const handle = await opened;
    expect((await handle.read(Buffer.alloc(1))).bytesRead).toBe(0); // as soon as nobody has it open for writing
    await handle.close();
  });

  it('on which git does not end behind its answers is read all the same', async () => {
    const directory = tempDir();
    const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
    writeFileSync(join(directory, 'git'), `#!/bin/sh\n${git} "$@"\nexec /bin/sleep 100\n`, { mode: 0o755 });
    const env = { PATH: directory };
    const { topdir } = withSdk();
    const usual = await runCli(['modules', '--all', '--json'], { cwd: topdir });
    // Without a word, it would have ended with 0.
    for (let times = 0; times < 3; times++) {
      const result = await runCli(['modules', '--all', '--json'], { cwd: topdir, env });
      expect(result.json()).toEqual(usual.json());
      expect(result.code).toBe(usual.code);
    }
  });

  it.runIf(FULL)('on which git hangs is given up', { timeout: 90_000 }, async () => {
    const { env, pipe } = hangingGit();
    const handle = await open(pipe, 'r+');
    const result = await runCli(['modules', '--json'], { cwd: withSdk().topdir, env, timeoutMs: 60_000 });
    expect([result.code, result.json().issues[0]?.code]).toEqual([65, 'BLOBS_IMPORT_FAILED']);
    await handle.close();
  });
});
