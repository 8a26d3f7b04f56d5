// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cleanBlobs } from '../../../src/app/clean-blobs.ts';
import type { CleanReport } from '../../../src/core/report.ts';
import { type BlobSpec, type MadeModule, makeModule } from '../../support/modules.ts';
import { filesBelow, tempDir, withDirectory } from '../../support/temp.ts';
import { NEVER, queryFor } from '../samples.ts';

function makeHal(...blobs: (string | BlobSpec)[]): MadeModule {
  return makeModule(join(tempDir(), 'hal_x'), {
    name: 'hal_x',
    blobs: blobs.map((blob) => (typeof blob === 'string' ? { path: blob } : blob)),
  });
}

function clean(module: MadeModule, changes: { dryRun?: boolean; allow?: RegExp } = {}): Promise<CleanReport> {
  const { dryRun = false, ...selection } = changes;
  return cleanBlobs({ ...queryFor([module.directory], selection), dryRun }, NEVER);
}

function rowsOf({ rows }: CleanReport): unknown[] {
  return rows.map(({ blob, status, removed, freedBytes }) => [blob.path, status, removed, freedBytes]);
}

describe('clean', () => {
  it('removes declared files whatever their status, then empty directories, and counts the bytes', async () => {
    const module = makeHal('a/b/right', 'a/wrong', 'gone');
    writeFileSync(withDirectory(module.blobFile('a/b/right')), 'a/b/right');
    writeFileSync(module.blobFile('a/wrong'), 'other');
    const report = await clean(module);
    expect(rowsOf(report)).toEqual([
      ['a/b/right', 'D', true, 9],
      ['a/wrong', 'D', true, 5],
      ['gone', 'D', false, 0],
    ]);
    expect(report.issues).toEqual([]);
    expect(readdirSync(join(module.directory, 'zephyr', 'blobs'))).toEqual([]);
  });

  it('removes nothing the second time', async () => {
    const module = makeHal('a/b');
    writeFileSync(withDirectory(module.blobFile('a/b')), '');
    await clean(module);
    const again = await clean(module);
    expect([rowsOf(again), again.issues]).toEqual([[['a/b', 'D', false, 0]], []]);
  });

  it('leaves what is not declared, and what is not selected', async () => {
    const module = makeHal('lib/a', 'img/b');
    for (const path of ['lib/a', 'lib/untracked', 'img/b'])
      writeFileSync(withDirectory(module.blobFile(path)), path);
    await clean(module, { allow: /lib/y });
    expect(filesBelow(join(module.directory, 'zephyr', 'blobs'))).toEqual(['img/b', 'lib/untracked']);
  });

  it('changes nothing in a dry run, and says what it would', async () => {
    const module = makeHal('a/right', 'a/wrong', 'gone');
    writeFileSync(withDirectory(module.blobFile('a/right')), 'a/right');
    writeFileSync(module.blobFile('a/wrong'), 'other');
    mkdirSync(module.blobFile('empty'));
    const before = filesBelow(module.directory);
    expect(rowsOf(await clean(module, { dryRun: true }))).toEqual([
      ['a/right', 'A', true, 7],
      ['a/wrong', 'M', true, 5],
      ['gone', 'D', false, 0],
    ]);
    expect(filesBelow(module.directory)).toEqual(before);
    expect(existsSync(module.blobFile('empty'))).toBe(true);
  });

  it('leaves a directory at a place, with what is in it', async () => {
    const module = makeHal('fw.bin');
    writeFileSync(withDirectory(join(module.blobFile('fw.bin'), 'mine')), 'mine');
    const report = await clean(module);
    expect([rowsOf(report), report.issues]).toEqual([[['fw.bin', 'M', false, 0]], []]);
    expect(existsSync(join(module.blobFile('fw.bin'), 'mine'))).toBe(true);
  });

  it('removes a link at a place, dangling or not, and never what it leads to', async () => {
    const module = makeHal('one', 'two');
    writeFileSync(withDirectory(module.blobFile('kept')), 'kept');
    symlinkSync('kept', module.blobFile('one'));
    symlinkSync('nothing', module.blobFile('two'));
    expect(rowsOf(await clean(module))).toEqual([
      ['one', 'D', true, 0],
      ['two', 'D', true, 0],
    ]);
    expect(filesBelow(join(module.directory, 'zephyr', 'blobs'))).toEqual(['kept']);
  });

  it('touches nothing that a link leads to outside, and no empty directory there', async () => {
    const module = makeHal('lib/fw.bin', 'ok');
    const outside = join(module.directory, 'outside');
    writeFileSync(withDirectory(join(outside, 'fw.bin')), 'lib/fw.bin');
    mkdirSync(join(outside, 'empty'));
    writeFileSync(withDirectory(module.blobFile('ok')), 'ok');
    symlinkSync('../../outside', module.blobFile('lib'));
    const report = await clean(module);
    expect(report.issues).toMatchObject([{ severity: 'error', code: 'BLOBS_UNSAFE_PATH' }]);
    expect(rowsOf(report)).toEqual([['ok', 'D', true, 2]]);
    expect(filesBelow(outside)).toEqual(['fw.bin']);
    expect(existsSync(join(outside, 'empty'))).toBe(true);
  });

  it.each([
    ['a file stands where its directory would', 'a/b'],
    ['no file can have its name', `${'x'.repeat(300)}/b`],
  ])('takes a blob for absent where %s', async (_what, path) => {
    const module = makeHal(path);
    writeFileSync(withDirectory(module.blobFile('a')), 'untracked');
    const report = await clean(module);
    expect([report.issues, rowsOf(report)]).toEqual([[], [[path, 'D', false, 0]]]);
  });

  it('removes temporary files of processes that are gone', async () => {
    const module = makeHal('fw.bin');
    const { pid } = spawnSync(process.execPath, ['--version']);
    for (const name of [`.blobs-${pid}-aa`, `.blobs-${process.ppid}-aa`])
      writeFileSync(withDirectory(module.blobFile(name)), '');
    await clean(module);
    expect(filesBelow(join(module.directory, 'zephyr', 'blobs'))).toEqual([`.blobs-${process.ppid}-aa`]);
  });

  it('ends with the reason of its signal', async () => {
    const module = makeHal('fw.bin');
    writeFileSync(withDirectory(module.blobFile('fw.bin')), '');
    const reason = new Error('enough');
    await expect(
      cleanBlobs({ ...queryFor([module.directory]), dryRun: false }, AbortSignal.abort(reason)),
    ).rejects.toBe(reason);
    expect(existsSync(module.blobFile('fw.bin'))).toBe(true);
  });
});
