// SPDX-License-Identifier: Apache-2.0
import { readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import parse from 'spdx-expression-parse';
import { describe, expect, it } from 'vitest';
import { findLicenses } from '../../../src/app/find-licenses.ts';
import { loadModule } from '../../../src/module/load-module.ts';
import { findModuleFile } from '../../../src/workspace/modules/is-module.ts';
import { type BlobSpec, LICENSE_TEXT, makeModule } from '../../support/modules.ts';
import { sha256, tempDir } from '../../support/temp.ts';
import { NEVER } from '../samples.ts';

const TAG = 'SPDX-License-Identifier';
const OWN = `LicenseRef-hal-x-LICENSE-${sha256(LICENSE_TEXT).slice(0, 16)}`;
const ISC = `Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is
hereby granted, provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.
`;

type Files = Readonly<Record<string, string | Uint8Array>>;

function reuse(path: string, license: string, precedence = 'closest'): string {
  return `version = 1\n[[annotations]]\npath = "${path}"\nprecedence = "${precedence}"\n${TAG} = ${license}\n`;
}

/** The licences of a module's blobs, in short: expression, source, file; then the texts of its references. */
async function find(blobs: readonly Partial<BlobSpec>[], files: Files = {}, name = 'hal_x') {
  const { directory } = makeModule(join(tempDir(), 'm'), {
    name,
    files,
    blobs: blobs.map((blob, index) => ({ path: `b${index}`, ...blob })),
  });
  return findIn(directory);
}

async function findIn(directory: string) {
  const place = { directory, defaultName: basename(directory) };
  const { module } = await loadModule(place, findModuleFile(directory));
  const { licenses, issues } = await findLicenses(module.blobs, NEVER);
  const found = module.blobs.map((blob) => licenses.get(blob));
  const short = (file: string | undefined): string => file?.slice(directory.length + 1) ?? '-';
  return {
    found: found.map((one) => `${one?.expression} ${one?.source} ${short(one?.file)}`),
    refs: found.map((one) => one?.refs.map(({ id, text, file }) => [id, text, short(file)])),
    isDoubtful: found.map((one) => one?.isDoubtful),
    issues,
  };
}

/** That of one blob with these files. */
async function findOne(files: Files, blob: Partial<BlobSpec> = {}): Promise<string | undefined> {
  const { found, refs } = await find([blob], files);
  const [expression = ''] = found[0]?.split(/ (?=[a-z0-9-]+ \S+$)/) ?? [];
  if (expression !== 'NOASSERTION') expect(() => parse(expression)).not.toThrow();
  // Each reference of the expression, once.
  const ids = new Set(expression.match(/LicenseRef-[A-Za-z0-9.-]+/g) ?? []);
  expect(refs[0]?.map(([id]) => id)).toEqual([...ids]);
  return found[0];
}

describe('the licence of a blob', () => {
  it('is what module.yml says, before all else', async () => {
    const files = { LICENSE: `${TAG}: Zlib`, 'zephyr/blobs/b0.license': `${TAG}: ISC` };
    expect(await findOne(files, { license: 'mit or (Apache-2.0)' })).toBe(
      'MIT OR Apache-2.0 module-yml zephyr/module.yml',
    );
    expect(await findOne({}, { license: 'MIT', 'license-path': 'none' })).toBe(
      'MIT module-yml zephyr/module.yml',
    );
  });

  it('is what the module says of the blob, before what it says of its licence file', async () => {
    const tagged = { LICENSE: `${TAG}: Zlib` };
    expect(await findOne({ ...tagged, 'zephyr/blobs/b0.license': `${TAG}: ISC` })).toBe(
      'ISC side-file zephyr/blobs/b0.license',
    );
    expect(await findOne({ ...tagged, 'REUSE.toml': reuse('zephyr/blobs/**', '"ISC"') })).toBe(
      'ISC reuse-toml REUSE.toml',
    );
    expect(await findOne({ ...tagged, '.reuse/dep5': 'Files: zephyr/*\nLicense: ISC\n' })).toBe(
      'ISC dep5 .reuse/dep5',
    );
  });

  it('is what the module says of its licence file', async () => {
    expect(await findOne({ LICENSE: `// ${TAG}: Zlib` })).toBe('Zlib tag LICENSE');
    expect(await findOne({ 'LICENSE.license': `${TAG}: Zlib` })).toBe('Zlib side-file LICENSE.license');
    expect(await findOne({ 'REUSE.toml': reuse('LICENSE', '"Zlib"') })).toBe('Zlib reuse-toml REUSE.toml');
    expect(await findOne({ 'LICENSES/Zlib.txt': 'x' }, { 'license-path': './LICENSES/Zlib.txt' })).toBe(
      'Zlib licenses-directory LICENSES/Zlib.txt',
    );
  });

  it('is all that holds together', async () => {
    expect(await findOne({ LICENSE: `${TAG}: MIT OR ISC\n${TAG}: Zlib\n${TAG}: MIT OR ISC` })).toBe(
      '(MIT OR ISC) AND Zlib tag LICENSE',
    );
    const files = { LICENSE: `${TAG}: MIT`, 'REUSE.toml': reuse('LICENSE', '["Zlib", "mit"]', 'aggregate') };
    expect(await findOne(files)).toBe('MIT AND Zlib tag LICENSE');
  });

  it('is the listed one whose text the licence file is', async () => {
    expect(await findOne({ LICENSE: `Copyright (c) 2014 Somebody\n\n${ISC.toUpperCase()}` })).toBe(
      'ISC text LICENSE',
    );
    expect(await findOne({ LICENSE: `${ISC}\nNot on Sundays.\n` })).toMatch(
      /^LicenseRef-hal-x-LICENSE-[0-9a-f]{16} license-file LICENSE$/,
    );
  });

  it('has a name of its own where nobody named it', async () => {
    const { found, refs, issues } = await find([{}, { 'license-path': './LICENSE' }]);
    expect(found).toEqual([`${OWN} license-file LICENSE`, `${OWN} license-file LICENSE`]);
    expect(refs[1]).toEqual([[OWN, LICENSE_TEXT, 'LICENSE']]);
    expect(issues).toEqual([]);
  });

  it.each([
    ['is missing', {}, 'none'],
    ['leads outside', {}, '../LICENSE'],
    ['is empty', { x: '' }, 'x'],
    ['is blank', { x: ' \n\t\n' }, 'x'],
    ['says that one is to come', { x: '\nTODO: figure out\n' }, 'x'],
    ['is binary', { x: Buffer.from('ELF\0\0') }, 'x'],
    ['is too large', { x: Buffer.alloc(1024 * 1024 + 1, 'x') }, 'x'],
    ['is a directory', { 'x/y': 'MIT' }, 'x'],
  ] as const)('is unknown where the licence file %s', async (_, files, path) => {
    expect(await findOne(files, { 'license-path': path })).toBe('NOASSERTION none -');
    // What is said of a file that is none says nothing of the blob.
    const said = {
      'REUSE.toml': reuse('x', '"MIT"'),
      'x.license': `${TAG}: MIT`,
      'none.license': `${TAG}: MIT`,
    };
    expect(await findOne({ ...files, ...said }, { 'license-path': path })).toBe('NOASSERTION none -');
  });

  it('is unknown where the licence file is a link out of the module', async () => {
    const directory = join(tempDir(), 'm');
    makeModule(directory, { blobs: [{ path: 'a', 'license-path': 'link' }] });
    writeFileSync(join(directory, '..', 'outside'), `${TAG}: MIT`);
    symlinkSync('../outside', join(directory, 'link'));
    expect((await findIn(directory)).found).toEqual(['NOASSERTION none -']);
  });
});

describe('what is said and not understood', () => {
  const many = (count: number, make: (n: number) => string) =>
    Array.from({ length: count }, (_, n) => make(n));
  const next = (lines: string) => `${reuse('**', '"MIT"')}[[annotations]]\n${lines}`;

  it.each([
    ['a licence too many', { 'REUSE.toml': reuse('**', JSON.stringify(many(101, () => 'MIT'))) }],
    ['a part that is a list', { 'REUSE.toml': reuse('**', '["MIT", ["LicenseRef-Evil"]]') }],
    ['a precedence', { 'REUSE.toml': next(`path = "**"\nprecedence = "Override"\n${TAG} = "ISC"\n`) }],
    ['a path', { 'REUSE.toml': next(`path = 5\n${TAG} = "ISC"\n`) }],
    ['what is no table', { 'REUSE.toml': `version = 1\nannotations = ["x"]\n` }],
    ['what is no TOML', { 'REUSE.toml': '[[' }],
    [
      'an annotation too many',
      {
        'REUSE.toml': `${reuse('**', '"MIT"')}${`[[annotations]]\npath = "x"\n${TAG} = "MIT"\n`.repeat(1_000)}`,
      },
    ],
    ['a stanza without a licence', { '.reuse/dep5': 'Files: zephyr/*\nLicense: MIT\n\nFiles: zephyr/b*\n' }],
    ['a field twice', { '.reuse/dep5': 'Files: *\nLicense: MIT\nFiles: zephyr/*\nLicense: ISC\n' }],
    ['a tag too many', { LICENSE: many(101, (n) => `${TAG}: LicenseRef-${n}\n`).join('') }],
    ['a tag with a slash', { LICENSE: `${TAG}: MIT/LicenseRef-Evil\n` }],
    ['a REUSE.toml that is no file', { 'REUSE.toml/x': 'x' }],
  ] as const)('is a doubt, with a warning: %s', async (_, files) => {
    const { found, issues, isDoubtful } = await find([{}], files);
    expect([found[0], isDoubtful]).toEqual([expect.stringMatching(/ license-file LICENSE$/), [true]]);
    expect(issues.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'warning BLOBS_BAD_LICENSE_EXPRESSION',
    ]);
  });

  it('is no doubt where something before it counts, or where nothing is said', async () => {
    const bad = { 'REUSE.toml': '[[' };
    expect((await find([{ license: 'MIT' }], bad)).isDoubtful).toEqual([undefined]);
    expect((await find([{ license: 'NOASSERTION' }])).isDoubtful).toEqual([undefined]);
    expect((await find([{ license: 'Proprietary' }])).isDoubtful).toEqual([true]);
  });
});

describe('what is no SPDX expression', () => {
  it.each([
    ['Proprietary', 'unknown identifier "Proprietary"'],
    ['MIT/Zlib', 'a slash or bar is no operator: write OR'],
    ['NONE', 'unknown identifier "NONE"'],
    ['DocumentRef-x:LicenseRef-y', '"DocumentRef-" names another document'],
    ['MIT'.padEnd(2_001, ' '), 'it is longer than 2000 characters'],
    ['MIT OR Apache License 2.0', expect.any(String)],
    ['\u001b[31mevil', expect.any(String)],
  ])('in module.yml is passed over with a warning: %j', async (license, fact) => {
    const { found, issues } = await find([{ license }, { license }], { LICENSE: `${TAG}: Zlib` });
    expect(found).toEqual(['Zlib tag LICENSE', 'Zlib tag LICENSE']);
    expect(issues).toHaveLength(2);
    expect(issues[1]).toMatchObject({
      severity: 'warning',
      code: 'BLOBS_BAD_LICENSE_EXPRESSION',
      module: 'hal_x',
      path: 'b1',
      file: expect.stringMatching(/module\.yml$/),
      line: expect.any(Number),
      facts: [fact],
    });
  });

  it('is told of with what to do', async () => {
    const { issues } = await find([{ license: 'NONE' }, { license: 'Apache 2.0' }]);
    expect(issues.map(({ hint }) => hint)).toEqual([
      'NONE is no licence expression here: leave it out, or name the licence',
      'did you mean Apache-2.0?',
    ]);
  });

  it('is told of with where it stands', async () => {
    const { directory } = makeModule(join(tempDir(), 'm'), {
      blobs: [
        { path: 'a', license: 'MIT' },
        { path: 'b', license: 'Vendor terms' },
      ],
    });
    const { issues } = await findIn(directory);
    const lines = readFileSync(join(directory, 'zephyr/module.yml'), 'utf8').split('\n');
    const line = lines.findIndex((one) => one.includes('Vendor')) + 1;
    expect(issues).toMatchObject([{ path: 'b', line, column: 14, sourceLine: '    license: Vendor terms' }]);
  });

  it('is told of with where its entry stood, if module.yml changed meanwhile', async () => {
    const { directory } = makeModule(join(tempDir(), 'm'), {
      blobs: [{ path: 'a', license: 'Vendor terms' }],
    });
    const { module } = await loadModule({ directory, defaultName: 'm' }, findModuleFile(directory));
    for (const yaml of ['blobs: [', 'name: m\n', undefined]) {
      const file = join(directory, 'zephyr/module.yml');
      if (yaml === undefined) rmSync(file);
      else writeFileSync(file, yaml);
      const { issues } = await findLicenses(module.blobs, NEVER);
      expect(issues).toMatchObject([{ path: 'a', line: module.blobs[0]?.origin.line }]);
      expect(issues[0]).not.toHaveProperty('sourceLine');
    }
  });

  it('does not count in parts, and is told of once', async () => {
    const files = { LICENSE: `${TAG}: MIT\n${TAG}: Vendor terms` };
    const { found, issues } = await find([{}, {}], files);
    expect(found[0]).toMatch(/^LicenseRef-hal-x-LICENSE-\w+ license-file LICENSE$/);
    expect(found[1]).toBe(found[0]);
    expect(issues.map(({ message }) => message)).toEqual([
      'what it says of a licence is not an SPDX licence expression, and does not count: "Vendor terms"',
    ]);
  });

  it('is no warning where it says that it says nothing', async () => {
    const { found, issues } = await find([{ license: 'NOASSERTION' }]);
    expect([found, issues]).toEqual([[`${OWN} license-file LICENSE`], []]);
  });

  it('is no warning where something before it counts', async () => {
    const { issues } = await find([{ license: 'MIT' }], { LICENSE: `${TAG}: Vendor` });
    expect(issues).toEqual([]);
  });

  it('is more than one expression may hold', async () => {
    const tags = Array.from({ length: 90 }, (_, n) => `${TAG}: LicenseRef-${'x'.repeat(30)}${n}`);
    expect(await findOne({ LICENSE: tags.join('\n') })).toMatch(/^LicenseRef-hal-x-LICENSE-\w+ license-file/);
  });
});

describe('the text of a LicenseRef-', () => {
  it('is the licence file that names it', async () => {
    const text = `${TAG}: LicenseRef-Vendor-5\n\nTerms.\n`;
    const { refs } = await find([{}], { LICENSE: text });
    expect(refs).toEqual([[['LicenseRef-Vendor-5', text, 'LICENSE']]]);
  });

  it('is that in LICENSES/, where there is one', async () => {
    const files = {
      'REUSE.toml': reuse('zephyr/blobs/**', '"LicenseRef-A.b"'),
      'LICENSES/LicenseRef-A.b.c.txt': 'another',
      'LICENSES/LicenseRef-A.b.md': 'marked up',
      'LICENSES/LicenseRef-A.b.txt': 'plain',
    };
    const { refs } = await find([{}], files);
    expect(refs).toEqual([[['LicenseRef-A.b', 'plain', 'LICENSES/LicenseRef-A.b.txt']]]);
  });

  it('is unknown where the licence file may be that of another', async () => {
    const expression = 'LicenseRef-A OR LicenseRef-B';
    const { refs } = await find([{ license: expression }]);
    expect(refs).toEqual([
      [
        ['LicenseRef-A', undefined, '-'],
        ['LicenseRef-B', undefined, '-'],
      ],
    ]);
    const files = { 'LICENSES/LicenseRef-A.txt': 'of A' };
    expect((await find([{ license: expression }], files)).refs[0]?.[1]).toEqual([
      'LicenseRef-B',
      LICENSE_TEXT,
      'LICENSE',
    ]);
    expect((await find([{ license: 'MIT OR LicenseRef-A' }], { LICENSE: ISC })).refs).toEqual([
      [['LicenseRef-A', undefined, '-']],
    ]);
  });

  it('goes with a name that depends on module, file name and text alone', async () => {
    const files = {
      'a/license.txt': 'One.',
      'b/license.txt': 'One.',
      'c/license.txt': 'Two.',
      'd/Other.h': 'One.',
    };
    const blobs = Object.keys(files).map((path) => ({ 'license-path': path }));
    const ids = (await find(blobs, files, 'ha_l/ü')).refs.map((refs) => refs?.[0]?.[0]);
    const [one, two] = [sha256('One.').slice(0, 16), sha256('Two.').slice(0, 16)];
    expect(ids).toEqual([
      `LicenseRef-ha-l-license-${one}`,
      `LicenseRef-ha-l-license-${one}`,
      `LicenseRef-ha-l-license-${two}`,
      `LicenseRef-ha-l-Other.h-${one}`,
    ]);
    const strange = await find([{}], {}, '模块');
    expect(strange.refs[0]?.[0]?.[0]).toBe(`LicenseRef-LICENSE-${sha256(LICENSE_TEXT).slice(0, 16)}`);
  });
});
