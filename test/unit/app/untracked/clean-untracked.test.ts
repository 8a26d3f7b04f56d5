// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cleanUntracked } from '../../../../src/app/untracked/clean-untracked.ts';
import { listUntracked } from '../../../../src/app/untracked/list-untracked.ts';
import { type MadeModule, type ModuleSpec, makeModule } from '../../../support/modules.ts';
import { filesBelow, tempDir, withDirectory } from '../../../support/temp.ts';
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

function clean(module: MadeModule, dryRun = false, signal = NEVER) {
  return cleanUntracked({ ...queryFor([module.directory]), dryRun }, signal);
}

describe('clean --untracked', () => {
  it('removes what list --untracked shows, then empty directories, and nothing the second time', async () => {
    const module = makeHal(['lib/fw.bin', 'lib/old', 'a/b/old']);
    mkdirSync(module.blobFile('empty/deep'), { recursive: true });
    const { rows: listed } = await listUntracked(queryFor([module.directory]), NEVER);
    const { rows, issues } = await clean(module);
    expect(issues).toEqual([]);
    expect(rows).toEqual(listed.map((row) => ({ ...row, removed: true })));
    expect(readdirSync(module.blobFile('.'))).toEqual(['lib']);
    expect(filesBelow(module.blobFile('.'))).toEqual(['lib/fw.bin']);
    expect((await clean(module)).rows).toEqual([]);
  });

  it('changes nothing in a dry run, and says what it would', async () => {
    const module = makeHal(['old']);
    mkdirSync(module.blobFile('empty'));
    expect((await clean(module, true)).rows).toMatchObject([{ path: 'old', removed: true }]);
    expect(readdirSync(module.blobFile('.'))).toEqual(['empty', 'old']);
  });

  it("leaves the empty directory at a blob's place, and an empty submodule", async () => {
    const module = makeHal(['old']);
    for (const path of ['lib/fw.bin', 'sub']) mkdirSync(module.blobFile(path), { recursive: true });
    const git = (...args: string[]) => execFileSync('git', args, { cwd: module.directory, stdio: 'pipe' });
    git('init', '-q');
    git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},zephyr/blobs/sub`);
    const query = queryFor([module.directory]);
    const search = { ...query.search, gitEnvironment: { PATH: process.env['PATH'] } };
    await cleanUntracked({ ...query, search, dryRun: false }, NEVER);
    expect(existsSync(module.blobFile('lib/fw.bin'))).toBe(true);
    expect(readdirSync(module.blobFile('.'))).toEqual(['lib', 'sub']);
  });

  it('removes nothing of a module that is malformed', async () => {
    const module = makeHal(['old'], { blobs: [{ path: 'fw.bin', type: 'no' }] });
    expect((await clean(module)).rows).toEqual([]);
    expect(existsSync(module.blobFile('old'))).toBe(true);
  });

  it('removes nothing of a module whose repository cannot be asked', async () => {
    const module = makeHal(['old']);
    mkdirSync(join(module.directory, '.git'));
    const { rows, issues } = await clean(module);
    expect(rows).toEqual([]);
    expect(issues).toMatchObject([{ severity: 'error', code: 'BLOBS_GIT_FAILED' }]);
    expect(existsSync(module.blobFile('old'))).toBe(true);
  });

  onPosix('removes a link, never what it leads to, and names that are no text', async () => {
    const module = makeHal([]);
    const outside = join(module.directory, 'outside');
    writeFileSync(withDirectory(join(outside, 'file')), '');
    const odd = Buffer.concat([Buffer.from(`${module.blobFile('')}/`), Buffer.from([0x64, 0xff])]);
    mkdirSync(odd, { recursive: true });
    writeFileSync(Buffer.concat([odd, Buffer.from('/f\n')]), '');
    symlinkSync('../../outside', module.blobFile('link'));
    expect((await clean(module)).rows.map(({ path }) => path)).toEqual(['d\\xff/f\n', 'link']);
    expect(readdirSync(module.blobFile('.'))).toEqual([]);
    expect(readdirSync(outside)).toEqual(['file']);
  });

  onPosix(
    'removes nothing outside when a directory becomes a link between looking and removing',
    async () => {
      const module = makeHal(['lib/old', 'z']);
      const outside = join(module.directory, 'outside');
      writeFileSync(withDirectory(join(outside, 'old')), '');
      let looks = 0;
      // Asked once for each directory that is looked at, once before git, and then before each removal.
      const signal = Object.assign(new AbortController().signal, {
        throwIfAborted: () => {
          looks += 1;
          if (looks !== 3) return;
          renameSync(module.blobFile('lib'), module.blobFile('moved'));
          symlinkSync('../../outside', module.blobFile('lib'));
        },
      });
      const { rows, issues } = await clean(module, false, signal);
      expect(rows.map(({ path, removed }) => [path, removed])).toEqual([
        ['lib/old', false],
        ['z', true],
      ]);
      expect(issues).toMatchObject([{ severity: 'error', code: 'BLOBS_UNSAFE_PATH', path: 'lib/old' }]);
      expect(readdirSync(outside)).toEqual(['old']);
    },
  );

  it('ends with the reason of its signal', async () => {
    const module = makeHal(['old']);
    const reason = new Error('enough');
    await expect(clean(module, false, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(existsSync(module.blobFile('old'))).toBe(true);
  });

  it.each(['a directory', 'a file'])(
    'leaves a repository at zephyr/blobs itself alone, whose .git is %s',
    async (what) => {
      const module = makeHal(['tracked', 'old']);
      const blobs = module.blobFile('.');
      const git = (...args: string[]) => execFileSync('git', args, { cwd: blobs, stdio: 'pipe' });
      git('init', '-q', ...(what === 'a file' ? ['--separate-git-dir', join(tempDir(), 'git')] : []));
      git('add', 'tracked');
      const query = queryFor([module.directory]);
      const search = { ...query.search, gitEnvironment: { PATH: process.env['PATH'] } };
      const { rows } = await cleanUntracked({ ...query, search, dryRun: false }, NEVER);
      expect(rows.filter(({ path }) => path.startsWith('.git'))).toEqual([]);
      expect(git('ls-files').toString()).toBe('tracked\n');
      expect(existsSync(module.blobFile('tracked'))).toBe(true);
    },
  );
});
