// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { trackedBlob } from '../../../src/lint/rules/tracked-blob.ts';
import { unignoredBlob } from '../../../src/lint/rules/unignored-blob.ts';
import { type ModuleSpec, makeModule } from '../../support/modules.ts';
import { tempDir, withDirectory } from '../../support/temp.ts';
import { findIn } from './findings.ts';

function git(directory: string, ...args: readonly string[]): void {
  const env = { PATH: process.env['PATH'], HOME: directory, GIT_CONFIG_NOSYSTEM: '1' };
  execFileSync('git', ['-C', directory, ...args], { env, stdio: 'pipe' });
}

/** A module that is a git repository. */
function makeRepository(spec: ModuleSpec, top = tempDir()): string {
  const { directory } = makeModule(top, spec);
  git(top, 'init', '-q');
  return directory;
}

async function blobsIn(directory: string, rule: typeof trackedBlob): Promise<unknown[]> {
  return (await findIn(directory, rule)).map(({ blob }) => blob);
}

const BLOBS = ['lib/a.a', 'lib/ü b.a', 'img/c'].map((path) => ({ path }));

describe('tracked-blob', () => {
  it('finds what is committed, whether it is there or not', async () => {
    const directory = makeRepository({
      blobs: BLOBS,
      files: { 'zephyr/blobs/lib/ü b.a': 'x', 'zephyr/blobs/other': 'x', 'img/c': 'x' },
    });
    git(directory, 'add', '.');
    execFileSync('rm', [join(directory, 'zephyr', 'blobs', 'lib', 'ü b.a')]);
    writeFileSync(withDirectory(join(directory, 'zephyr', 'blobs', 'lib', 'a.a')), 'not added');
    expect(await blobsIn(directory, trackedBlob)).toEqual(['lib/ü b.a']);
  });

  it('finds it in a repository around the module', async () => {
    const top = tempDir();
    git(top, 'init', '-q');
    const { directory } = makeModule(join(top, 'modules', 'hal_x'), {
      blobs: BLOBS,
      files: { 'zephyr/blobs/img/c': 'x' },
    });
    git(top, 'add', '.');
    expect(await blobsIn(directory, trackedBlob)).toEqual(['img/c']);
  });

  it('has nothing to say where there is no repository', async () => {
    const { directory } = makeModule(tempDir(), { blobs: BLOBS });
    expect(await findIn(directory, trackedBlob)).toEqual([]);
    expect(await findIn(directory, unignoredBlob)).toEqual([]);
  });

  it('says so where git cannot say', async () => {
    const { directory } = makeModule(tempDir(), { blobs: BLOBS });
    mkdirSync(join(directory, '.git'));
    const [found] = await findIn(directory, trackedBlob);
    expect(found).toMatchObject({ severity: 'warning', code: 'BLOBS_GIT_FAILED' });
  });
});

describe('unignored-blob', () => {
  it('finds what no .gitignore of the repository covers', async () => {
    const directory = makeRepository({
      blobs: BLOBS,
      files: { '.gitignore': 'zephyr/blobs/*\n!zephyr/blobs/img\n', 'zephyr/blobs/img/.gitignore': '*.a\n' },
    });
    expect(await blobsIn(directory, unignoredBlob)).toEqual(['img/c']);
  });

  it('finds all where there is none, and nothing where one covers them', async () => {
    const bare = makeRepository({ blobs: BLOBS });
    expect(await blobsIn(bare, unignoredBlob)).toEqual(BLOBS.map(({ path }) => path));
    const covered = makeRepository({
      blobs: BLOBS,
      files: { '.gitignore': 'zephyr/blobs/*\n!zephyr/blobs/*.txt\n' },
    });
    expect(await blobsIn(covered, unignoredBlob)).toEqual([]);
  });

  it('does not take what the user ignores everywhere for a rule of the repository', async () => {
    const directory = makeRepository({ blobs: BLOBS });
    const own = join(tempDir(), 'ignore');
    writeFileSync(own, '*\n');
    git(directory, 'config', 'core.excludesFile', own);
    expect(await blobsIn(directory, unignoredBlob)).toHaveLength(3);
  });

  it('runs nothing that the repository names', async () => {
    const directory = makeRepository({ blobs: BLOBS });
    const mark = join(tempDir(), 'ran');
    git(directory, 'config', 'core.fsmonitor', `touch ${mark}; false`);
    git(directory, 'config', 'core.pager', `touch ${mark}`);
    expect(await blobsIn(directory, unignoredBlob)).toHaveLength(3);
    expect(await blobsIn(directory, trackedBlob)).toEqual([]);
    expect(() => execFileSync('ls', [mark], { stdio: 'pipe' })).toThrow();
  });

  it('asks nothing about a place behind a link, where git would refuse to say anything', async () => {
    const directory = makeRepository({
      blobs: [...BLOBS, { path: 'linked/x' }],
      files: { 'zephyr/blobs/real/y': '' },
    });
    symlinkSync('real', join(directory, 'zephyr', 'blobs', 'linked'));
    expect(await blobsIn(directory, unignoredBlob)).toEqual(BLOBS.map(({ path }) => path));
  });
});
