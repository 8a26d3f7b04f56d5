// SPDX-License-Identifier: Apache-2.0
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { writeModuleFile } from '../../../src/module/write-module-file.ts';
import { MAX_YAML_BYTES } from '../../../src/yaml/limits.ts';
import { makeModule } from '../../support/modules.ts';
import { filesBelow, tempDir } from '../../support/temp.ts';

// A full disk needs a mount, and nothing is forbidden to root; what the system answers then does not.
const failing = vi.hoisted(() => ({ code: '', file: '' }));

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs')>();
  const failWith = (code: string): never => {
    throw Object.assign(new Error(`${code}: the system says no`), { code });
  };
  return {
    ...real,
    writeSync: (fd: number, data: Uint8Array, at: number) =>
      failing.code === '' ? real.writeSync(fd, data, at) : failWith(failing.code),
    accessSync: (path: string, mode: number) =>
      mode === real.constants.W_OK && failing.file !== '' && path.endsWith(failing.file)
        ? failWith('EACCES')
        : real.accessSync(path, mode),
  };
});

const BEFORE = 'name: a\n';
const AFTER = 'name: b\n';

function someModule() {
  const { directory } = makeModule(join(tempDir(), 'm'), { yaml: BEFORE });
  return { directory, file: join(directory, 'zephyr/module.yml') };
}

function write(module: { directory: string; file: string }, before = BEFORE, after: string | Buffer = AFTER) {
  return writeModuleFile({ ...module, before: Buffer.from(before), after: Buffer.from(after) });
}

it('replaces the file whole, keeps its mode, and leaves nothing beside it', () => {
  const module = someModule();
  chmodSync(module.file, 0o640);
  const inode = statSync(module.file).ino;
  write(module);
  const { ino, mode } = statSync(module.file);
  expect([readFileSync(module.file, 'utf8'), mode & 0o777, ino === inode]).toEqual([AFTER, 0o640, false]);
  expect(filesBelow(module.directory)).toEqual(['LICENSE', 'zephyr/module.yml']);
});

it('refuses a file that is not what was read', () => {
  const module = someModule();
  expect(() => write(module, 'name: x\n')).toThrow(expect.objectContaining({ code: 'BLOBS_CANNOT_EDIT' }));
  expect(readFileSync(module.file, 'utf8')).toBe(BEFORE);
  expect(filesBelow(module.directory)).toEqual(['LICENSE', 'zephyr/module.yml']);
});

it('refuses what nobody could read again', () => {
  const module = someModule();
  const large = Buffer.alloc(MAX_YAML_BYTES + 1, 0x20);
  expect(() => write(module, BEFORE, large)).toThrow(expect.objectContaining({ code: 'BLOBS_CANNOT_EDIT' }));
  expect(readFileSync(module.file, 'utf8')).toBe(BEFORE);
});

it('follows a link in the module, which stays one, and none out of it', () => {
  const module = someModule();
  const real = join(module.directory, 'real.yml');
  renameSync(module.file, real);
  symlinkSync('../real.yml', module.file);
  write(module);
  expect(lstatSync(module.file).isSymbolicLink()).toBe(true);
  expect(readFileSync(real, 'utf8')).toBe(AFTER);

  const outside = join(tempDir(), 'theirs.yml');
  writeFileSync(outside, BEFORE);
  const other = someModule();
  renameSync(other.file, join(tempDir(), 'gone'));
  symlinkSync(outside, other.file);
  expect(() => write(other)).toThrow(expect.objectContaining({ code: 'BLOBS_UNSAFE_PATH' }));
  expect(readFileSync(outside, 'utf8')).toBe(BEFORE);
});

it('says so where the file is gone or is no file', () => {
  const module = someModule();
  renameSync(module.file, join(module.directory, 'old'));
  expect(() => write(module)).toThrow(expect.objectContaining({ code: 'BLOBS_FILE_ACCESS' }));
  mkdirSync(module.file);
  expect(() => write(module)).toThrow(expect.objectContaining({ code: 'BLOBS_NOT_A_FILE' }));
});

it.each([
  ['ENOSPC', 'BLOBS_NO_SPACE', /^make room on the file system of .*\/zephyr$/],
  ['EACCES', 'BLOBS_FILE_ACCESS', /permissions/],
])('says what to do about %s, and leaves the file alone', (code, expected, hint) => {
  const module = someModule();
  failing.code = code;
  expect(() => write(module)).toThrow(
    expect.objectContaining({
      code: expected,
      message: expect.stringMatching(/^cannot write .*module\.yml: /),
      details: expect.objectContaining({ hint: expect.stringMatching(hint), file: module.file }),
    }),
  );
  failing.code = '';
  expect(readFileSync(module.file, 'utf8')).toBe(BEFORE);
  expect(filesBelow(module.directory)).toEqual(['LICENSE', 'zephyr/module.yml']);
});

it('asks whether the file may be written to, and refuses one that may not', () => {
  const module = someModule();
  failing.file = 'module.yml';
  expect(() => write(module)).toThrow(expect.objectContaining({ code: 'BLOBS_FILE_ACCESS' }));
  failing.file = '';
  expect(readFileSync(module.file, 'utf8')).toBe(BEFORE);
});
