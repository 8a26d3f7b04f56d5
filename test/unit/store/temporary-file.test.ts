// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { TemporaryFile } from '../../../src/store/temporary-file.ts';
import { removeStaleTemporaryFiles, removeTemporaryFilesNow } from '../../../src/store/temporary-names.ts';
import { filesBelow, tempDir } from '../../support/temp.ts';

async function write(directory: string, content: string): Promise<TemporaryFile> {
  const file = await TemporaryFile.create(directory);
  await file.handle.write(content);
  return file;
}

/** The id of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ['--version']).pid;
}

describe('TemporaryFile', () => {
  it('is named after the process, in a directory that is made', async () => {
    const directory = join(tempDir(), 'a', 'b');
    const file = await write(directory, 'x');
    expect(filesBelow(directory)).toEqual([
      expect.stringMatching(new RegExp(`^\\.blobs-${process.pid}-(n\\d+-)?[0-9a-f]+$`)),
    ]);
    await file.discard();
    expect(filesBelow(directory)).toEqual([]);
  });

  it('is moved to its place, which may be below directories that are missing', async () => {
    const directory = tempDir();
    const file = await write(directory, 'new');
    await file.moveTo(join(directory, 'lib', 'deep', 'fw.bin'));
    await file.discard();
    expect(filesBelow(directory)).toEqual(['lib/deep/fw.bin']);
    expect(readFileSync(join(directory, 'lib/deep/fw.bin'), 'utf8')).toBe('new');
  });

  it('replaces a file, a read-only one and a link, without writing through it', async () => {
    const directory = tempDir();
    writeFileSync(join(directory, 'precious'), 'precious');
    writeFileSync(join(directory, 'old'), 'old');
    chmodSync(join(directory, 'old'), 0o444);
    symlinkSync('precious', join(directory, 'link'));
    linkSync(join(directory, 'precious'), join(directory, 'hard'));
    for (const name of ['old', 'link', 'hard']) {
      const file = await write(directory, 'new');
      await file.moveTo(join(directory, name));
      expect(readFileSync(join(directory, name), 'utf8')).toBe('new');
    }
    expect(readFileSync(join(directory, 'precious'), 'utf8')).toBe('precious');
  });

  it('is copied as often as wanted, and still there', async () => {
    const directory = tempDir();
    const file = await write(directory, 'content');
    await file.copyTo(join(directory, 'one', 'a'), directory);
    await file.copyTo(join(directory, 'two', 'b'), join(directory, 'staging'));
    await file.moveTo(join(directory, 'c'));
    expect(filesBelow(directory)).toEqual(['c', 'one/a', 'two/b']);
    for (const path of ['c', 'one/a', 'two/b'])
      expect(readFileSync(join(directory, path), 'utf8')).toBe('content');
  });

  it('gives copies that are files of their own', async () => {
    const directory = tempDir();
    const file = await write(directory, 'content');
    await file.copyTo(join(directory, 'copy'), directory);
    await file.moveTo(join(directory, 'original'));
    writeFileSync(join(directory, 'copy'), 'changed');
    expect(readFileSync(join(directory, 'original'), 'utf8')).toBe('content');
    expect(statSync(join(directory, 'copy')).nlink).toBe(1);
  });

  it.skipIf(process.platform === 'win32')('has mode 0666 less the umask, moved or copied', async () => {
    const directory = tempDir();
    const probe = join(directory, 'probe');
    writeFileSync(probe, '');
    const usual = statSync(probe).mode & 0o777;
    const file = await write(directory, 'content');
    await file.copyTo(join(directory, 'copy'), directory);
    await file.moveTo(join(directory, 'moved'));
    for (const name of ['copy', 'moved']) expect(statSync(join(directory, name)).mode & 0o777).toBe(usual);
  });

  it('is gone after it could not be placed, and what was in the way stays', async () => {
    const directory = tempDir();
    mkdirSync(join(directory, 'place', 'full'), { recursive: true });
    writeFileSync(join(directory, 'place', 'full', 'mine'), 'mine');
    const file = await write(directory, 'content');
    await expect(file.copyTo(join(directory, 'place'), directory)).rejects.toThrow();
    expect(filesBelow(directory)).toHaveLength(2);
    await expect(file.moveTo(join(directory, 'place'))).rejects.toThrow();
    await file.discard();
    expect(filesBelow(directory)).toEqual(['place/full/mine']);
  });

  it('may be discarded twice, and after it vanished', async () => {
    const file = await write(tempDir(), 'x');
    await file.discard();
    await expect(file.discard()).resolves.toBeUndefined();
  });
});

describe('removeTemporaryFilesNow', () => {
  it('removes what is being written, and nothing that was placed', async () => {
    const directory = tempDir();
    const [placed, open] = [await write(directory, 'placed'), await write(directory, 'open')];
    await placed.moveTo(join(directory, 'fw.bin'));
    removeTemporaryFilesNow();
    expect(filesBelow(directory)).toEqual(['fw.bin']);
    await open.discard();
  });
});

describe('removeStaleTemporaryFiles', () => {
  it('removes those whose process is gone, and nothing else', () => {
    const directory = tempDir();
    const dead = deadProcess();
    const kept = [
      `.blobs-${process.ppid}-aa`,
      '.blobs-x-aa',
      '.blobs-',
      `.blobs-${dead}`,
      `x.blobs-${dead}-aa`,
      `.blobs2-${dead}-aa`,
      'fw.bin',
    ];
    for (const name of [...kept, `.blobs-${dead}-aa`, `.blobs-${dead}-bb`, '.blobs-99999999999999999999-aa'])
      writeFileSync(join(directory, name), '');
    mkdirSync(join(directory, 'lib'));
    writeFileSync(join(directory, 'lib', `.blobs-${dead}-aa`), '');
    removeStaleTemporaryFiles(directory);
    expect(filesBelow(directory)).toEqual([...kept, `lib/.blobs-${dead}-aa`].sort());
  });

  it('leaves a directory with such a name alone, and removes a link without following it', () => {
    const directory = tempDir();
    const dead = deadProcess();
    writeFileSync(join(directory, 'precious'), '');
    mkdirSync(join(directory, `.blobs-${dead}-dir`));
    symlinkSync('precious', join(directory, `.blobs-${dead}-link`));
    removeStaleTemporaryFiles(directory);
    expect(existsSync(join(directory, `.blobs-${dead}-dir`))).toBe(true);
    expect(filesBelow(directory)).toEqual(['precious']);
  });

  it("keeps what belongs to another user's process, to another pid namespace, or is declared", () => {
    const directory = tempDir();
    const dead = deadProcess();
    const kept = ['.blobs-1-aa', `.blobs-${dead}-n1-aa`, `.blobs-${dead}-fw.bin`];
    for (const name of kept) writeFileSync(join(directory, name), '');
    const kill = vi.spyOn(process, 'kill').mockImplementation((pid) => {
      throw Object.assign(new Error('no'), { code: pid === 1 ? 'EPERM' : 'ESRCH' });
    });
    onTestFinished(() => kill.mockRestore());
    removeStaleTemporaryFiles(directory, (path) => path.endsWith('fw.bin'));
    expect(filesBelow(directory)).toEqual([...kept].sort());
  });

  it('has nothing to do in a directory that is missing', () => {
    expect(() => removeStaleTemporaryFiles(join(tempDir(), 'missing'))).not.toThrow();
  });
});
