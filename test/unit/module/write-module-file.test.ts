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
import { expect, it } from 'vitest';
import { writeModuleFile } from '../../../src/module/write-module-file.ts';
import { MAX_YAML_BYTES } from '../../../src/yaml/limits.ts';
import { makeModule } from '../../support/modules.ts';
import { filesBelow, tempDir } from '../../support/temp.ts';

const BEFORE = 'name: a\n';
const AFTER = 'name: b\n';

function someModule() {
  const { directory } = makeModule(join(tempDir(), 'm'), { yaml: BEFORE });
  return { directory, file: join(directory, 'zephyr/module.yml') };
}

function write(module: { directory: string; file: string }, before = BEFORE, after: string | Buffer = AFTER) {
  return writeModuleFile({ ...module, before: Buffer.from(before), after: Buffer.from(after) });
}

it('replaces the file whole, keeps its mode, and leaves nothing beside it', async () => {
  const module = someModule();
  chmodSync(module.file, 0o640);
  const inode = statSync(module.file).ino;
  await write(module);
  const { ino, mode } = statSync(module.file);
  expect([readFileSync(module.file, 'utf8'), mode & 0o777, ino === inode]).toEqual([AFTER, 0o640, false]);
  expect(filesBelow(module.directory)).toEqual(['LICENSE', 'zephyr/module.yml']);
});

it('refuses a file that is not what was read', async () => {
  const module = someModule();
  await expect(write(module, 'name: x\n')).rejects.toMatchObject({ code: 'BLOBS_CANNOT_EDIT' });
  expect(readFileSync(module.file, 'utf8')).toBe(BEFORE);
  expect(filesBelow(module.directory)).toEqual(['LICENSE', 'zephyr/module.yml']);
});

it('refuses what nobody could read again', async () => {
  const module = someModule();
  const large = Buffer.alloc(MAX_YAML_BYTES + 1, 0x20);
  await expect(write(module, BEFORE, large)).rejects.toMatchObject({ code: 'BLOBS_CANNOT_EDIT' });
  expect(readFileSync(module.file, 'utf8')).toBe(BEFORE);
});

it('follows a link in the module, which stays one, and none out of it', async () => {
  const module = someModule();
  const real = join(module.directory, 'real.yml');
  renameSync(module.file, real);
  symlinkSync('../real.yml', module.file);
  await write(module);
  expect(lstatSync(module.file).isSymbolicLink()).toBe(true);
  expect(readFileSync(real, 'utf8')).toBe(AFTER);

  const outside = join(tempDir(), 'theirs.yml');
  writeFileSync(outside, BEFORE);
  const other = someModule();
  renameSync(other.file, join(tempDir(), 'gone'));
  symlinkSync(outside, other.file);
  await expect(write(other)).rejects.toMatchObject({ code: 'BLOBS_UNSAFE_PATH' });
  expect(readFileSync(outside, 'utf8')).toBe(BEFORE);
});

it('says so where the file is gone or is no file', async () => {
  const module = someModule();
  renameSync(module.file, join(module.directory, 'old'));
  await expect(write(module)).rejects.toMatchObject({ code: 'BLOBS_FILE_ACCESS' });
  mkdirSync(module.file);
  await expect(write(module)).rejects.toMatchObject({ code: 'BLOBS_NOT_A_FILE' });
});
