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
import { afterEach, describe, expect, it, vi } from 'vitest';
import { replaceFile } from '../../../src/store/replace-file.ts';
import { filesBelow, tempDir, withDirectory } from '../../support/temp.ts';

// What another process does while the new bytes are written.
const meanwhile = vi.hoisted(() => ({ act: (): void => undefined }));

vi.mock('node:fs', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs')>();
  return {
    ...real,
    fsyncSync: (fd: number) => {
      real.fsyncSync(fd);
      meanwhile.act();
    },
  };
});

afterEach(() => {
  meanwhile.act = () => undefined;
});

function makeFile(content: string): { readonly root: string; readonly file: string } {
  const root = tempDir();
  const file = withDirectory(join(root, 'zephyr', 'module.yml'));
  writeFileSync(file, content);
  return { root, file };
}

const bytes = (before: string, after: string) => ({ before: Buffer.from(before), after: Buffer.from(after) });

describe('replaceFile', () => {
  it('changes the content, keeps the mode and leaves nothing else behind', () => {
    const { root, file } = makeFile('old');
    chmodSync(file, 0o640);
    replaceFile({ file, root, ...bytes('old', 'something new') });
    expect(readFileSync(file, 'utf8')).toBe('something new');
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(filesBelow(root)).toEqual(['zephyr/module.yml']);
  });

  it.each(['other', 'old and more', 'ol', ''])('refuses where the file holds %j by now', (content) => {
    const { root, file } = makeFile(content);
    expect(() => replaceFile({ file, root, ...bytes('old', 'new') })).toThrow(
      expect.objectContaining({ code: 'BLOBS_CANNOT_EDIT' }),
    );
    expect(readFileSync(file, 'utf8')).toBe(content);
    expect(filesBelow(root)).toEqual(['zephyr/module.yml']);
  });

  it.each([
    ['its content', (file: string) => writeFileSync(file, 'mad')],
    ['its length', (file: string) => writeFileSync(file, 'old and more')],
    [
      'its place, by another file',
      (file: string) => {
        writeFileSync(`${file}.new`, 'other');
        renameSync(`${file}.new`, file);
      },
    ],
  ])('notices a change of %s while the new bytes are written', (_, change) => {
    const { root, file } = makeFile('old');
    meanwhile.act = () => change(file);
    expect(() => replaceFile({ file, root, ...bytes('old', 'new') })).toThrow(
      expect.objectContaining({ code: 'BLOBS_CANNOT_EDIT' }),
    );
    expect(['mad', 'old and more', 'other']).toContain(readFileSync(file, 'utf8'));
    expect(filesBelow(root)).toEqual(['zephyr/module.yml']);
  });

  it('follows a link that stays inside and keeps it, and no other', () => {
    const { root, file } = makeFile('old');
    const link = join(root, 'link.yml');
    symlinkSync(file, link);
    replaceFile({ file: link, root, ...bytes('old', 'new') });
    expect([readFileSync(file, 'utf8'), lstatSync(link).isSymbolicLink()]).toEqual(['new', true]);

    const inner = join(root, 'inner');
    mkdirSync(inner);
    const outward = join(inner, 'module.yml');
    symlinkSync(file, outward);
    expect(() => replaceFile({ file: outward, root: inner, ...bytes('new', 'x') })).toThrow(
      expect.objectContaining({ code: 'BLOBS_UNSAFE_PATH' }),
    );
    expect(readFileSync(file, 'utf8')).toBe('new');
  });

  it('refuses what is no regular file', () => {
    const { root } = makeFile('old');
    const file = join(root, 'zephyr');
    expect(() => replaceFile({ file, root, ...bytes('', 'x') })).toThrow(
      expect.objectContaining({ code: 'BLOBS_NOT_A_FILE' }),
    );
  });
});
