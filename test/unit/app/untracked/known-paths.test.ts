// SPDX-License-Identifier: Apache-2.0
import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KnownPaths } from '../../../../src/app/untracked/known-paths.ts';
import { tempDir } from '../../../support/temp.ts';

describe('a known path', () => {
  it.each([
    ['lib/fw.bin', 'LIB/FW.bin'],
    ['lib/é', 'lib/e\u0301'],
    ['lib/fw', 'lib/fw. '],
  ])('%j is known as %j too where the file system takes both for one', (known, other) => {
    const root = tempDir();
    for (const path of [known, other]) mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, known), '');
    const paths = new KnownPaths(root);
    paths.add(Buffer.from(known));
    writeFileSync(join(root, 'unlike'), '');
    expect(paths.has(Buffer.from(known))).toBe(true);
    expect(paths.has(Buffer.from(other))).toBe(false);
    expect(paths.has(Buffer.from('unlike'))).toBe(false);
    // A hard link looks as the same file does that has two spellings.
    linkSync(join(root, known), join(root, other));
    expect(paths.has(Buffer.from(other))).toBe(true);
  });
});
