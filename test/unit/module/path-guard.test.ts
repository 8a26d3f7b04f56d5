// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { assertInsideBlobs, BLOBS_DIRECTORY, PathGuard } from '../../../src/module/blob-path.ts';
import { tempDir } from '../../support/temp.ts';
import { caught, entryText, readModuleText } from '../samples.ts';

/** A module with `zephyr/blobs/lib`, beside a directory `outside`. */
function makeTree(): { module: string; outside: string; blobs: string } {
  const root = tempDir();
  const [module, outside] = [join(root, 'hal_x'), join(root, 'outside')];
  const blobs = join(module, 'zephyr', 'blobs');
  mkdirSync(join(blobs, 'lib'), { recursive: true });
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), 'secret');
  return { module, outside, blobs };
}

function isInside(module: string, path: string): boolean {
  return new PathGuard(module).staysInside(BLOBS_DIRECTORY, path);
}

describe('PathGuard', () => {
  it('lets pass what does not exist yet', () => {
    const { module } = makeTree();
    expect(isInside(module, 'fw.bin')).toBe(true);
    expect(isInside(module, 'new/deep/fw.bin')).toBe(true);
    expect(new PathGuard(tempDir()).staysInside(BLOBS_DIRECTORY, 'x')).toBe(true);
  });

  it('lets links pass that stay inside, relative and absolute', () => {
    const { module, blobs } = makeTree();
    symlinkSync('lib', join(blobs, 'relative'));
    symlinkSync(join(blobs, 'lib'), join(blobs, 'absolute'));
    symlinkSync('../blobs/lib/../lib/fw.bin', join(blobs, 'file'));
    for (const path of ['relative/fw.bin', 'absolute/fw.bin', 'file'])
      expect(isInside(module, path)).toBe(true);
  });

  it.each([
    ['relative', '../../../outside'],
    ['dangling', '../../../outside/nothing'],
    ['to the root', '/'],
    ['to zephyr', '..'],
    ['to zephyr/blobs itself, at the end', '.'],
    ['into a directory whose name begins alike', '../blobs-of-another'],
    ['to itself', 'link'],
    ['in a loop of two', 'lib/back'],
  ])('refuses a link at the place: %s', (_what, target) => {
    const { module, blobs } = makeTree();
    symlinkSync(target, join(blobs, 'link'));
    symlinkSync('../link', join(blobs, 'lib', 'back'));
    expect(isInside(module, 'link')).toBe(false);
  });

  it('refuses an absolute link outside, also a dangling one', () => {
    const { module, outside, blobs } = makeTree();
    symlinkSync(join(outside, 'secret'), join(blobs, 'one'));
    symlinkSync(join(outside, 'nothing', 'there'), join(blobs, 'two'));
    for (const path of ['one', 'two', 'two/more']) expect(isInside(module, path)).toBe(false);
  });

  it('refuses a directory on the way that leads outside', () => {
    const { module, outside, blobs } = makeTree();
    symlinkSync(outside, join(blobs, 'lib', 'out'));
    expect(isInside(module, 'lib/out/fw.bin')).toBe(false);
    expect(isInside(module, 'lib/out/secret/below')).toBe(false);
    expect(isInside(module, 'lib/fw.bin')).toBe(true);
  });

  it('follows links to links', () => {
    const { module, outside, blobs } = makeTree();
    symlinkSync(outside, join(blobs, 'c'));
    symlinkSync('c', join(blobs, 'b'));
    symlinkSync('b', join(blobs, 'a'));
    expect(isInside(module, 'a/fw.bin')).toBe(false);
  });

  it.each(['inside the module', 'outside the module'])('refuses zephyr/blobs that is a link %s', (where) => {
    const root = tempDir();
    const module = join(root, 'hal_x');
    mkdirSync(join(module, 'zephyr'), { recursive: true });
    mkdirSync(join(module, 'other'));
    const target = where.startsWith('inside') ? '../other' : '../..';
    symlinkSync(target, join(module, 'zephyr', 'blobs'));
    expect(isInside(module, 'fw.bin')).toBe(false);
  });

  it('refuses zephyr that is a link outside', () => {
    const { outside } = makeTree();
    const module = join(tempDir(), 'hal_x');
    mkdirSync(module);
    mkdirSync(join(outside, 'blobs'));
    symlinkSync(outside, join(module, 'zephyr'));
    expect(isInside(module, 'fw.bin')).toBe(false);
  });

  it('accepts a module that is reached through a link', () => {
    const { module, outside } = makeTree();
    symlinkSync(module, join(outside, 'link-to-module'));
    expect(isInside(join(outside, 'link-to-module'), 'lib/fw.bin')).toBe(true);
  });

  it('refuses more links than any system follows, without end or not', () => {
    const { module, blobs } = makeTree();
    for (let i = 0; i < 60; i++) symlinkSync(i === 0 ? 'lib' : `l${i - 1}`, join(blobs, `l${i}`));
    expect(isInside(module, 'l10/fw.bin')).toBe(true);
    expect(isInside(module, 'l59/fw.bin')).toBe(false);
  });

  it('takes a file on the way for what it is', () => {
    const { module, blobs } = makeTree();
    writeFileSync(join(blobs, 'file'), '');
    expect(isInside(module, 'file/below')).toBe(true);
  });
});

describe('assertInsideBlobs', () => {
  it('sees a link that was made a moment ago', async () => {
    const { module, outside, blobs } = makeTree();
    expect(() => assertInsideBlobs(module, 'new/fw.bin', 'hal_x')).not.toThrow();
    symlinkSync(outside, join(blobs, 'new'));
    const error = await caught(() => assertInsideBlobs(module, 'new/fw.bin', 'hal_x'));
    expect(error).toMatchObject({
      code: 'BLOBS_UNSAFE_PATH',
      message: 'a symbolic link leads "new/fw.bin" outside zephyr/blobs',
      details: { module: 'hal_x', path: 'new/fw.bin' },
    });
  });
});

describe('readModule', () => {
  it('leaves out an entry whose place a link leads outside, and keeps the others', () => {
    const { module, issues } = readModuleText(
      `blobs:\n${entryText({ path: 'link/fw.bin' })}${entryText({ path: 'good' })}`,
      (directory) => {
        mkdirSync(join(directory, 'zephyr', 'blobs'));
        symlinkSync('/', join(directory, 'zephyr', 'blobs', 'link'));
      },
    );
    expect(module.blobs.map((blob) => blob.path)).toEqual(['good']);
    expect(issues).toMatchObject([{ code: 'BLOBS_UNSAFE_PATH', path: 'link/fw.bin', line: 2, column: 11 }]);
  });
});
