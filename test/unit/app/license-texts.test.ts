// SPDX-License-Identifier: Apache-2.0
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import listed from 'spdx-license-list/full.js';
import { describe, expect, it } from 'vitest';
import { listLicenses } from '../../../src/app/list-licenses.ts';
import { noticeText } from '../../../src/output/notice-text.ts';
import { type BlobSpec, LICENSE_TEXT, makeModule } from '../../support/modules.ts';
import { tempDir, withDirectory } from '../../support/temp.ts';
import { NEVER, queryFor } from '../samples.ts';

const TAG = 'SPDX-License-Identifier';
const HEADER = `// Copyright (c) 2024 Vendor\n// ${TAG}: Zlib\n#pragma once\nint blob_start(void);\n`;
const TAGGED = { 'license-path': 'L.h' };

/** The report on a module, and its texts in short: what they are called, file, and blobs; then who has none. */
async function texts(
  blobs: readonly Partial<BlobSpec>[],
  files: Readonly<Record<string, string>> = {},
  arrange: (directory: string) => void = () => undefined,
) {
  const { directory } = makeModule(join(tempDir(), 'm'), {
    name: 'm',
    blobs: blobs.map((blob, index) => ({ path: `b${index}`, ...blob })),
    files,
  });
  arrange(directory);
  const report = await listLicenses(
    { ...queryFor([directory]), answersFile: join(directory, 'none.json') },
    NEVER,
  );
  const found = report.texts.map(({ licenses, files: places, rows }) => {
    const paths = places.map(({ path }) => path).join(' ');
    return `${licenses.join(', ') || '-'} | ${paths} | ${rows.map(({ blob }) => blob.path).join(' ')}`;
  });
  return { report, found, without: [...report.withoutText].map(({ path }) => path) };
}

describe('the text of a licence that a tag names', () => {
  it('is that in LICENSES/', async () => {
    const { found, without } = await texts([TAGGED], { 'L.h': HEADER, 'LICENSES/Zlib.txt': 'Zlib terms.\n' });
    expect(found).toEqual(['Zlib | L.h | b0', 'Zlib | LICENSES/Zlib.txt | b0']);
    expect(without).toEqual([]);
  });

  it('is not there where the file has nothing but the tag and who has the copyright', async () => {
    const { report, without } = await texts([TAGGED, {}], { 'L.h': HEADER });
    expect(without).toEqual(['b0']);
    expect(noticeText(report)).toContain('No licence text in the module of:\nBlob: m: b0 (Zlib)\n---');
    expect((await texts([TAGGED], { 'L.h': `/* ${TAG}: Zlib */\n` })).without).toEqual(['b0']);
    expect((await texts([TAGGED], { 'L.h': `SPDX-FileCopyrightText: V\n${TAG}: Zlib\n` })).without).toEqual([
      'b0',
    ]);
  });

  it('is the file itself, where that says more', async () => {
    const { found, without } = await texts([TAGGED], {
      'L.h': `${HEADER.replace('//', '// Free to use.\n//')}`,
    });
    expect([found, without]).toEqual([['Zlib | L.h | b0'], []]);
  });

  it('is looked for in linear time', async () => {
    const { without } = await texts([{ license: 'Zlib' }], { LICENSE: 'SPDX-'.repeat(200_000) });
    expect(without).toEqual([]);
  });

  it('is needed for each licence and exception of the expression', async () => {
    const license = '(GPL-2.0-only WITH GCC-exception-2.0 OR LicenseRef-V) AND Zlib+';
    const files = {
      'L.h': `// ${TAG}: Zlib\n`,
      'LICENSES/GPL-2.0-only.txt': 'G',
      'LICENSES/GCC-exception-2.0.md': 'E',
      'LICENSES/LicenseRef-V.txt': 'V',
    };
    const blob = { ...TAGGED, license };
    expect(await texts([blob], { ...files, 'LICENSES/Zlib.txt': 'Z' })).toMatchObject({
      found: [
        '- | L.h | b0',
        'GPL-2.0-only | LICENSES/GPL-2.0-only.txt | b0',
        'GCC-exception-2.0 | LICENSES/GCC-exception-2.0.md | b0',
        'LicenseRef-V | LICENSES/LicenseRef-V.txt | b0',
        'Zlib | LICENSES/Zlib.txt | b0',
      ],
      without: [],
    });
    for (const path of Object.keys(files).slice(1)) {
      const fewer = { ...files, [path]: '', 'LICENSES/Zlib+.txt': 'Z' };
      const { found, without } = await texts([blob], fewer);
      expect(without).toEqual(path.includes('LicenseRef-') ? [] : ['b0']);
      expect(found).toContain('Zlib+ | LICENSES/Zlib+.txt | b0');
    }
    expect((await texts([blob], files)).without).toEqual(['b0']);
  });

  it('is never read through a link', async () => {
    const { found, without } = await texts([TAGGED], { 'L.h': HEADER }, (directory) => {
      const outside = withDirectory(join(tempDir(), 'Zlib.txt'));
      symlinkSync(outside, withDirectory(join(directory, 'LICENSES', 'Zlib.txt')));
    });
    expect([found, without]).toEqual([['Zlib | L.h | b0'], ['b0']]);
  });

  it('is there where the licence file is gone, but LICENSES/ has it', async () => {
    const { found, without } = await texts(
      [{ license: 'Zlib' }, { license: 'MIT' }],
      { 'LICENSES/Zlib.txt': 'Z' },
      (directory) => rmSync(join(directory, 'LICENSE')),
    );
    expect([found, without]).toEqual([['Zlib | LICENSES/Zlib.txt | b0'], ['b1']]);
  });
});

describe('what a text is called', () => {
  it('is not what a blob with it is under', async () => {
    const { report, found } = await texts([{ license: 'MIT' }, { license: 'Apache-2.0' }]);
    expect(found).toEqual(['- | LICENSE | b0 b1']);
    const notice = noticeText(report);
    expect(notice).not.toContain('Licence:');
    expect(notice).toContain(
      `File: m: LICENSE\nBlob: m: b0 (MIT)\nBlob: m: b1 (Apache-2.0)\n${'-'.repeat(80)}\n\n${LICENSE_TEXT}`,
    );
  });

  it('is what SPDX calls it', async () => {
    const { found } = await texts([{ license: 'Apache-2.0' }, { license: 'LicenseRef-V' }], {
      LICENSE: listed['MIT']?.licenseText ?? '',
    });
    expect(found).toEqual(['MIT | LICENSE | b0 b1']);
  });

  it('is what it says itself, whatever module.yml says', async () => {
    const { found } = await texts([{ license: 'MIT' }, {}], { LICENSE: `${TAG}: Zlib\nTerms of Zlib.\n` });
    expect(found).toEqual(['Zlib | LICENSE | b0 b1']);
  });
});
