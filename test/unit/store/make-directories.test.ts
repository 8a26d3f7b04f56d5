// SPDX-License-Identifier: Apache-2.0
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeDirectories } from '../../../src/store/make-directories.ts';
import { tempDir } from '../../support/temp.ts';

it('makes what is missing, with the mode that is asked for, and leaves what is there', () => {
  const root = tempDir();
  makeDirectories(join(root, 'a', 'b'), 0o700);
  makeDirectories(join(root, 'a', 'b', 'c'));
  expect([statSync(join(root, 'a')).mode & 0o777, statSync(join(root, 'a', 'b')).mode & 0o777]).toEqual([
    0o700, 0o700,
  ]);
  expect(statSync(join(root, 'a', 'b', 'c')).isDirectory()).toBe(true);
});

it.runIf(existsSync('/proc/self'))('gives up where nothing can be made, though the parent is there', () => {
  expect(() => makeDirectories('/proc/nothing/here')).toThrow(/ENOENT/);
});

it('does not make directories below a file', () => {
  const root = tempDir();
  writeFileSync(join(root, 'file'), '');
  expect(() => makeDirectories(join(root, 'file', 'below'))).toThrow(/ENOTDIR/);
});
