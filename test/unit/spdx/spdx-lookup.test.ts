// SPDX-License-Identifier: Apache-2.0
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModuleFiles } from '../../../src/module/module-files.ts';
import { SpdxLookup } from '../../../src/spdx/spdx-lookup.ts';
import { makeModule } from '../../support/modules.ts';
import { tempDir } from '../../support/temp.ts';

const TAG = 'SPDX-License-Identifier';

function annotation(path: string | readonly string[], license: string, precedence?: string): string {
  const lines = [`[[annotations]]`, `path = ${JSON.stringify(path)}`, `${TAG} = ${JSON.stringify(license)}`];
  return [...lines, ...(precedence === undefined ? [] : [`precedence = "${precedence}"`]), ''].join('\n');
}

function toml(...annotations: readonly string[]): string {
  return ['version = 1', ...annotations].join('\n');
}

async function lookUp(
  files: Readonly<Record<string, string>>,
  ...paths: readonly string[]
): Promise<string[]> {
  const { directory } = makeModule(tempDir(), { files });
  const lookup = new SpdxLookup(new ModuleFiles(directory));
  const answers: string[] = [];
  for (const path of paths) {
    const found = await lookup.find(path, { tagBytes: 4096 });
    answers.push(found.map(({ expressions, source, file }) => `${expressions} ${source} ${file}`).join('; '));
  }
  return answers;
}

describe('SpdxLookup', () => {
  it('lets a file beside it speak for a file', async () => {
    const files = {
      a: `${TAG}: MIT`,
      b: `${TAG}: MIT`,
      'b.license': `${TAG}: Zlib`,
      c: `${TAG}: MIT`,
      'c.license': '',
    };
    expect(await lookUp(files, 'a', './b', 'c')).toEqual(['MIT tag a', 'Zlib side-file b.license', '']);
  });

  it('asks the REUSE.toml that is closest, and of that the last annotation', async () => {
    const files = {
      'REUSE.toml': toml(annotation('**', 'MIT'), annotation('d/**', 'Zlib'), annotation('d/e/none', 'ISC')),
      'd/e/REUSE.toml': toml(annotation('x', 'Apache-2.0')),
      'd/tagged': `${TAG}: BSD-3-Clause`,
    };
    expect(await lookUp(files, 'a', 'd/a', 'd/e/x', 'd/e/y', 'd/tagged')).toEqual([
      'MIT reuse-toml REUSE.toml',
      'Zlib reuse-toml REUSE.toml',
      'Apache-2.0 reuse-toml d/e/REUSE.toml',
      'Zlib reuse-toml REUSE.toml',
      'BSD-3-Clause tag d/tagged',
    ]);
  });

  it('adds what is aggregated, and lets the outermost override', async () => {
    const files = {
      'REUSE.toml': toml(annotation('d/sum*', 'MIT', 'aggregate'), annotation('d/over', 'Zlib', 'override')),
      'd/REUSE.toml': toml(annotation('over', 'ISC', 'override'), annotation('sum2', 'ISC')),
      'd/sum1': `${TAG}: BSD-3-Clause`,
      'd/sum2': 'x',
      'd/over': `${TAG}: BSD-3-Clause`,
    };
    expect(await lookUp(files, 'd/sum1', 'd/sum2', 'd/over')).toEqual([
      'BSD-3-Clause tag d/sum1; MIT reuse-toml REUSE.toml',
      'ISC reuse-toml d/REUSE.toml; MIT reuse-toml REUSE.toml',
      'Zlib reuse-toml REUSE.toml',
    ]);
  });

  it('reads .reuse/dep5 where there is no REUSE.toml', async () => {
    const dep5 = [
      'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/',
      '',
      'Files: *',
      'Copyright: x',
      'License: MIT',
      '',
      'Files: lib/?.a',
      ' img/*',
      'License: LicenseRef-X',
      ' with its text',
      '',
    ].join('\r\n');
    const files = { '.reuse/dep5': dep5 };
    expect(await lookUp(files, 'x/y', 'lib/a.a', 'img/a/b', 'lib/ab.a')).toEqual([
      'MIT dep5 .reuse/dep5',
      'LicenseRef-X dep5 .reuse/dep5',
      'LicenseRef-X dep5 .reuse/dep5',
      'MIT dep5 .reuse/dep5',
    ]);
    expect(await lookUp({ ...files, 'REUSE.toml': toml() }, 'x/y')).toEqual(['']);
  });

  it('knows the texts in LICENSES by their names', async () => {
    const files = { 'LICENSES/Apache-2.0.txt': '', 'LICENSES/MIT': '', 'licenses/MIT.txt': '' };
    expect(await lookUp(files, 'LICENSES/Apache-2.0.txt', 'LICENSES/MIT', 'licenses/MIT.txt')).toEqual([
      'Apache-2.0 licenses-directory LICENSES/Apache-2.0.txt',
      'MIT licenses-directory LICENSES/MIT',
      '',
    ]);
  });

  it.each([
    ['', 'no version'],
    ['version = 2\n[[annotations]]\npath = "**"\nSPDX-License-Identifier = "MIT"', 'another version'],
    ['version = 1\n[[annotations', 'no TOML'],
    ['version = 1\nannotations = "x"', 'no list'],
    [toml('[[annotations]]\npath = 5\nSPDX-License-Identifier = "MIT"'), 'no path'],
    [toml(annotation('**', 'MIT', 'never')), 'an unknown precedence'],
    [toml('[[annotations]]\npath = "**"'), 'no licence'],
    [`version = 1\nx = ${'['.repeat(50_000)}`, 'a deep nest'],
  ])('takes nothing from malformed text, %#', async (text) => {
    expect(await lookUp({ 'REUSE.toml': text }, 'a')).toEqual(['']);
  });

  it('follows no link out of the module', async () => {
    const outside = tempDir();
    writeFileSync(join(outside, 'REUSE.toml'), toml(annotation('**', 'MIT')));
    writeFileSync(join(outside, 'tagged'), `${TAG}: MIT`);
    const { directory } = makeModule(tempDir());
    symlinkSync(join(outside, 'REUSE.toml'), join(directory, 'REUSE.toml'));
    symlinkSync(outside, join(directory, 'linked'));
    const lookup = new SpdxLookup(new ModuleFiles(directory));
    expect(await lookup.find('a', { tagBytes: 10 })).toEqual([]);
    expect(await lookup.find('linked/tagged', { tagBytes: 1000 })).toEqual([]);
    expect(await lookup.find('../x', { tagBytes: 1000 })).toEqual([]);
  });

  it('gives up on patterns that take for ever', async () => {
    const costly = Array.from({ length: 500 }, (_, i) => `${'*a'.repeat(100)}${i}`);
    const text = toml(annotation('**', 'MIT'), annotation(costly, 'ISC'));
    expect(await lookUp({ 'REUSE.toml': text }, 'short', 'a'.repeat(4_000))).toEqual([
      'MIT reuse-toml REUSE.toml',
      '',
    ]);
  });
});
