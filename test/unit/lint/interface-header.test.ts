// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noInterfaceHeader } from '../../../src/lint/rules/no-interface-header.ts';
import { makeModule } from '../../support/modules.ts';
import { tempDir } from '../../support/temp.ts';
import { findIn, findWith } from './findings.ts';

const TAG = 'SPDX-License-Identifier';
const LIB = [{ path: 'lib/a.a' }];

describe('no-interface-header', () => {
  it('is content with one header under a permissive licence, as the header or REUSE says it', async () => {
    const header = { 'a/b/c/api.h': `/* ${TAG}: BSD-3-Clause */` };
    expect(await findWith(noInterfaceHeader, { blobs: LIB, files: header })).toEqual([]);
    const annotated = {
      'include/api.hpp': '',
      'REUSE.toml': `version = 1\n[[annotations]]\npath = "include/**"\n${TAG} = "GPL-2.0-only OR MIT"\n`,
    };
    expect(await findWith(noInterfaceHeader, { blobs: LIB, files: annotated })).toEqual([]);
  });

  it('says what it looked at', async () => {
    const files = {
      'include/copyleft.h': `// ${TAG}: LGPL-2.1-only`,
      'include/proprietary.h': `// ${TAG}: LicenseRef-X`,
      'include/untagged.h': '',
      'include/late.h': `${' '.repeat(5_000)}${TAG}: MIT`,
      'src/code.c': `// ${TAG}: MIT`,
      '.git/x.h': `// ${TAG}: MIT`,
    };
    const [found] = await findWith(noInterfaceHeader, { blobs: LIB, files });
    expect(found?.facts?.[0]).toBe('looked at 4 headers in 4 directories');
    expect(found?.facts?.at(-1)).toMatch(/^theirs: .*LGPL-2\.1-only/);
    expect(found?.severity).toBeUndefined();
    expect(found?.blob).toBeUndefined();
  });

  it('asks nothing of a module that has images alone', async () => {
    expect(await findWith(noInterfaceHeader, { blobs: [{ path: 'fw.bin', type: 'img' }] })).toEqual([]);
  });

  it('follows no link', async () => {
    const outside = tempDir();
    writeFileSync(join(outside, 'api.h'), `// ${TAG}: MIT`);
    const { directory } = makeModule(tempDir(), { blobs: LIB });
    symlinkSync(outside, join(directory, 'include'));
    symlinkSync(join(outside, 'api.h'), join(directory, 'api.h'));
    symlinkSync('.', join(directory, 'loop'));
    expect(await findIn(directory, noInterfaceHeader)).toHaveLength(1);
  });

  it('gives up after some thousand headers, and then is less sure', async () => {
    const { directory } = makeModule(tempDir(), { blobs: LIB });
    mkdirSync(join(directory, 'include'));
    for (let i = 0; i < 3_001; i++) writeFileSync(join(directory, 'include', `${i}.h`), '');
    const [found] = await findIn(directory, noInterfaceHeader);
    expect(found?.severity).toBe('info');
    expect(found?.facts?.[0]).toContain('3000 headers');
  });
});
