// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findLicenseText } from '../../../src/module/license-file.ts';
import { tempDir } from '../../support/temp.ts';
import { digestOf } from '../samples.ts';

const MIB = 1024 * 1024;

/** A module directory with LICENSE in it, beside a file SECRET. */
function makeModule(): string {
  const directory = join(tempDir(), 'hal_x');
  mkdirSync(join(directory, 'zephyr'), { recursive: true });
  writeFileSync(join(directory, 'LICENSE'), 'the text\n');
  writeFileSync(join(directory, '..', 'SECRET'), 'secret');
  return directory;
}

function textAt(moduleDirectory: string, licensePath: string): string | undefined {
  return findLicenseText({ moduleDirectory, licensePath })?.text;
}

describe('findLicenseText', () => {
  it('gives the text and its digest', () => {
    expect(findLicenseText({ moduleDirectory: makeModule(), licensePath: 'LICENSE' })).toEqual({
      text: 'the text\n',
      sha256: digestOf('the text\n'),
    });
  });

  it('passes over "." segments', () => {
    const module = makeModule();
    writeFileSync(join(module, 'zephyr', 'L'), 'other');
    expect(textAt(module, './LICENSE')).toBe('the text\n');
    expect(textAt(module, 'zephyr/././L')).toBe('other');
  });

  it.each([
    '../SECRET',
    './../SECRET',
    'zephyr/../../SECRET',
    'zephyr/../LICENSE',
    '',
    '.',
    'a\\b',
    'C:/x',
    'zephyr//L',
    'LICENSE/',
    'a\0',
  ])('has none for the path %j', (path) => {
    expect(textAt(makeModule(), path)).toBeUndefined();
  });

  it('has none for an absolute path, even one into the module', () => {
    const module = makeModule();
    expect(textAt(module, join(module, 'LICENSE'))).toBeUndefined();
    expect(textAt(module, join(module, '..', 'SECRET'))).toBeUndefined();
  });

  it('follows links inside the module, but none outside', () => {
    const module = makeModule();
    symlinkSync('LICENSE', join(module, 'inside'));
    symlinkSync('../SECRET', join(module, 'outside'));
    symlinkSync('..', join(module, 'parent'));
    symlinkSync('loop', join(module, 'loop'));
    expect(textAt(module, 'inside')).toBe('the text\n');
    for (const path of ['outside', 'parent/SECRET', 'loop']) expect(textAt(module, path)).toBeUndefined();
  });

  it('has none for a directory, a missing file, and a module that is gone', () => {
    const module = makeModule();
    expect(textAt(module, 'zephyr')).toBeUndefined();
    expect(textAt(module, 'missing')).toBeUndefined();
    expect(textAt(join(module, 'gone'), 'LICENSE')).toBeUndefined();
  });

  it('reads 1 MiB, and not a byte more', () => {
    const module = makeModule();
    writeFileSync(join(module, 'right'), 'x'.repeat(MIB));
    writeFileSync(join(module, 'large'), 'x'.repeat(MIB + 1));
    expect(textAt(module, 'right')).toHaveLength(MIB);
    expect(textAt(module, 'large')).toBeUndefined();
  });

  it('does not wait at a FIFO', (context) => {
    const module = makeModule();
    try {
      execFileSync('mkfifo', [join(module, 'fifo')], { stdio: 'ignore' });
    } catch {
      context.skip('mkfifo is not available, skipped');
    }
    expect(textAt(module, 'fifo')).toBeUndefined();
  });
});
