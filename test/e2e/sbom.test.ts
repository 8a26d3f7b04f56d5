// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commitFiles } from '../support/commits.ts';
import { CORPUS, corpusModules, needCorpus } from '../support/corpus.ts';
import { startFaultServer } from '../support/fault-server.ts';
import { type BlobSpec, type MadeModule, makeModule } from '../support/modules.ts';
import { cyclonedxValidator, needPublishedSchemas, spdxValidator } from '../support/published-schemas.ts';
import { type CliOptions, type CliResult, runCli } from '../support/run-cli.ts';
import {
  type CyclonedxDocument,
  cyclonedxProblems,
  type SpdxDocument,
  type SpdxPackage,
  spdxProblems,
} from '../support/sbom-problems.ts';
import { sha256, tempDir, withDirectory } from '../support/temp.ts';

const EPOCH = { SOURCE_DATE_EPOCH: '1700000000' };

function moduleWith(blobs: readonly BlobSpec[], files: Record<string, string> = {}): MadeModule {
  return makeModule(join(tempDir(), 'hal_x'), { name: 'hal_x', blobs, files });
}

/** Puts the bytes that a blob declares, or others, into their place. */
function place(module: MadeModule, path: string, bytes = path): void {
  writeFileSync(withDirectory(module.blobFile(path)), bytes);
}

function sbom(
  module: MadeModule,
  args: readonly string[] = [],
  options: CliOptions = {},
): Promise<CliResult> {
  return runCli(['sbom', '-m', module.directory, ...args], options);
}

async function spdx(module: MadeModule, args: readonly string[] = [], env = {}): Promise<SpdxDocument> {
  const document = JSON.parse((await sbom(module, args, { env })).stdout) as SpdxDocument;
  expect(spdxProblems(document)).toEqual([]);
  return document;
}

async function cyclonedx(module: MadeModule, args: readonly string[] = []): Promise<CyclonedxDocument> {
  const { stdout } = await sbom(module, ['--format', 'cyclonedx-json', ...args]);
  const document = JSON.parse(stdout) as CyclonedxDocument;
  expect(cyclonedxProblems(document)).toEqual([]);
  return document;
}

function packageOf(document: SpdxDocument, name: string): SpdxPackage {
  const found = document.packages.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no package ${name}: ${document.packages.map((one) => one.name)}`);
  return found;
}

function factsOf({ annotations = [] }: SpdxPackage): string[] {
  return annotations.flatMap(({ comment }) => comment.split('\n'));
}

describe('the blobs of a document', () => {
  const blobs = [{ path: 'lib/a.a' }, { path: 'img/b.bin', type: 'img' }, { path: 'lib/c.a' }];

  it('are those that are there, and with --declared all', async () => {
    const module = moduleWith(blobs);
    place(module, 'lib/a.a');
    const there = await spdx(module);
    expect(there.packages.map(({ name }) => name)).toEqual(['hal_x', 'hal_x/lib/a.a']);
    const all = await spdx(module, ['--declared']);
    expect(all.packages.map(({ name }) => name)).toEqual([
      'hal_x',
      'hal_x/lib/a.a',
      'hal_x/img/b.bin',
      'hal_x/lib/c.a',
    ]);
    expect(factsOf(packageOf(all, 'hal_x/lib/a.a'))).toContain('blobs:taint=fetched');
    expect(factsOf(packageOf(all, 'hal_x/lib/c.a'))).toContain('blobs:taint=declared');
  });

  it('have no declared licence where what module.yml says of it is not understood', async () => {
    const module = moduleWith([{ path: 'lib/a.a', license: 'MIT AND ACME-Proprietary' }]);
    writeFileSync(join(module.directory, 'LICENSE'), 'SPDX-License-Identifier: MIT\n');
    place(module, 'lib/a.a');
    const blob = packageOf(await spdx(module), 'hal_x/lib/a.a');
    expect(blob.licenseDeclared).toBe('NOASSERTION');
    expect(factsOf(blob)).toContain('blobs:license-doubtful=MIT');
  });

  it('are described without the credentials of URLs in their texts', async () => {
    const secret = 'https://user:hunter3@host.example/?pw=hunter4&jwt=hunter5';
    const module = moduleWith([{ path: 'lib/a.a', version: secret, description: `x\n${secret}` }]);
    place(module, 'lib/a.a');
    for (const format of ['spdx-json', 'cyclonedx-json']) {
      const { stdout } = await runCli(['sbom', '-m', module.directory, '--format', format]);
      expect(stdout).toContain('host.example');
      expect(stdout).not.toMatch(/hunter\d/);
    }
  });

  it('have what module.yml says of them, and depend on nobody but their module', async () => {
    const url = ['https://user:secret@host.example/b.bin?x=1', 'https://two.example/b.bin'];
    const module = moduleWith([
      { path: 'img/b.bin', type: 'img', version: '2.1', url, size: 9, license: 'Zlib' },
    ]);
    place(module, 'img/b.bin');
    const document = await spdx(module);
    const blob = packageOf(document, 'hal_x/img/b.bin');
    expect(blob).toMatchObject({
      versionInfo: '2.1',
      downloadLocation: 'https://host.example/b.bin?x=1',
      checksums: [{ algorithm: 'SHA256', checksumValue: sha256('img/b.bin') }],
      licenseDeclared: 'Zlib',
      licenseConcluded: 'NOASSERTION',
      supplier: 'NOASSERTION',
      primaryPackagePurpose: 'FIRMWARE',
      description: 'Test blob img/b.bin',
    });
    const refs = blob.externalRefs.map((one) => [one.referenceType, one.referenceLocator]);
    expect(refs.slice(1)).toEqual([
      ['distribution', 'https://two.example/b.bin'],
      ['documentation', 'https://blobs.invalid/doc'],
    ]);
    expect(refs[0]?.[1]).toContain('pkg:generic/hal_x/img/b.bin@2.1?checksum=sha256');
    expect(factsOf(blob)).toEqual(expect.arrayContaining(['blobs:status=A', 'blobs:size=9']));
    expect(factsOf(blob).join()).not.toContain('declared-size');
    expect(document.relationships).toContainEqual({
      spdxElementId: 'SPDXRef-Module-hal-x',
      relationshipType: 'DEPENDS_ON',
      relatedSpdxElement: 'SPDXRef-Blob-hal-x-img-b.bin',
    });
  });

  it('are components of CycloneDX at the top level, with the same facts', async () => {
    const module = moduleWith([{ path: 'img/b.bin', type: 'img', license: 'LicenseRef-x AND Zlib' }], {
      'LICENSES/LicenseRef-x.txt': 'The text of x.\n',
    });
    place(module, 'img/b.bin');
    const document = await cyclonedx(module);
    expect(document.components.map(({ type, name }) => [type, name])).toEqual([
      ['library', 'hal_x'],
      ['firmware', 'img/b.bin'],
    ]);
    const [, blob] = document.components;
    expect(blob).toMatchObject({
      group: 'hal_x',
      version: '1.0',
      hashes: [{ alg: 'SHA-256', content: sha256('img/b.bin') }],
      licenses: [{ expression: 'LicenseRef-x AND Zlib' }],
      evidence: { licenses: [{ license: { name: 'LicenseRef-x', text: { content: 'The text of x.\n' } } }] },
    });
    expect(blob?.properties).toContainEqual({ name: 'blobs:taint', value: 'fetched' });
    expect(document.dependencies).toContainEqual({
      ref: 'Module-hal-x',
      dependsOn: ['Blob-hal-x-img-b.bin'],
    });
  });

  it('that are not the declared ones are described as they are, with a warning', async () => {
    const module = moduleWith([{ path: 'lib/a.a', version: '3', license: 'MIT', size: 7 }]);
    place(module, 'lib/a.a', 'older');
    const result = await sbom(module);
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(
      /^warning: not the declared bytes: hal_x: lib\/a\.a \[BLOBS_HASH_MISMATCH\]/m,
    );
    const blob = packageOf(JSON.parse(result.stdout) as SpdxDocument, 'hal_x/lib/a.a');
    expect(blob.checksums?.[0]?.checksumValue).toBe(sha256('older'));
    expect(blob).not.toHaveProperty('versionInfo');
    expect(blob).toMatchObject({ downloadLocation: 'NOASSERTION', licenseDeclared: 'NOASSERTION' });
    expect(factsOf(blob)).toEqual(
      expect.arrayContaining([
        'blobs:status=M',
        'blobs:size=5',
        'blobs:declared-size=7',
        'blobs:declared-version=3',
        `blobs:declared-sha256=${sha256('lib/a.a')}`,
        'blobs:declared-url=https://blobs.invalid/lib/a.a',
      ]),
    );
  });

  it('that are no files are an error, without a digest', async () => {
    const module = moduleWith([{ path: 'lib/a.a' }]);
    mkdirSync(module.blobFile('lib/a.a'), { recursive: true });
    const result = await sbom(module);
    expect(result.code).toBe(1);
    expect(result.stderr).toContain('[BLOBS_NOT_A_FILE]');
    const document = JSON.parse(result.stdout) as SpdxDocument;
    expect(document.comment).toContain('Incomplete');
    expect(packageOf(document, 'hal_x/lib/a.a')).not.toHaveProperty('checksums');
  });

  it('can be none, which is said', async () => {
    const result = await sbom(moduleWith([{ path: 'lib/a.a' }]));
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('no selected blob is there');
    const document = JSON.parse(result.stdout) as SpdxDocument;
    expect(spdxProblems(document)).toEqual([]);
    expect(document.packages).toEqual([]);
    expect(document.relationships).toEqual([
      { spdxElementId: 'SPDXRef-DOCUMENT', relationshipType: 'DESCRIBES', relatedSpdxElement: 'NONE' },
    ]);
  });

  it('name the mirror that they really came from', async () => {
    const server = await startFaultServer();
    const url = server.serve('/mirror/a.a', Buffer.from('lib/a.a'));
    const module = moduleWith([{ path: 'lib/a.a', url: 'https://host.invalid/a.a' }]);
    const mirror = `https://host.invalid/=${url.slice(0, -'a.a'.length)}`;
    const fetched = await runCli(['fetch', '-m', module.directory, '--mirror', mirror]);
    expect(fetched.code).toBe(0);
    const blob = packageOf(await spdx(module), 'hal_x/lib/a.a');
    expect(blob.downloadLocation).toBe('https://host.invalid/a.a');
    expect(blob.externalRefs).toContainEqual({
      referenceCategory: 'OTHER',
      referenceType: 'download-source',
      referenceLocator: url,
    });
    expect(factsOf(blob)).toContain('blobs:source=mirror');
  });

  it('name no source where they came from a declared URL', async () => {
    const server = await startFaultServer();
    const url = server.serve('/a.a', Buffer.from('lib/a.a'));
    const module = moduleWith([{ path: 'lib/a.a', url }]);
    expect((await runCli(['fetch', '-m', module.directory])).code).toBe(0);
    const blob = packageOf(await spdx(module), 'hal_x/lib/a.a');
    expect(blob.downloadLocation).toBe(url);
    expect(blob.externalRefs.map(({ referenceType }) => referenceType)).not.toContain('download-source');
    expect(factsOf(blob).join()).not.toContain('blobs:source');
  });
});

describe('the module of a document', () => {
  const spec = { name: 'hal_x', blobs: [{ path: 'lib/a.a' }] };

  it('has the git commit that is checked out', async () => {
    const module = makeModule(join(tempDir(), 'hal_x'), spec);
    const commit = commitFiles(module.directory, {});
    const found = packageOf(await spdx(module, ['--declared']), 'hal_x');
    expect(found.versionInfo).toBe(commit);
    expect(factsOf(found)).toEqual([`blobs:git-commit=${commit}`]);
  });

  it('says so where module.yml is another than in the commit', async () => {
    const module = makeModule(join(tempDir(), 'hal_x'), spec);
    commitFiles(module.directory, {});
    makeModule(module.directory, { ...spec, blobs: [{ path: 'lib/b.a' }] });
    const found = packageOf(await spdx(module, ['--declared']), 'hal_x');
    expect(factsOf(found)).toContain('blobs:module-yml-modified=true');
  });

  it('is as it was where git checked module.yml out with other line ends', async () => {
    const module = makeModule(join(tempDir(), 'hal_x'), spec);
    commitFiles(module.directory, {});
    const file = join(module.directory, 'zephyr', 'module.yml');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('\n', '\r\n'));
    const found = packageOf(await spdx(module, ['--declared']), 'hal_x');
    expect(factsOf(found).join()).not.toContain('modified');
  });

  it('says once that git is missing', async () => {
    const modules = ['hal_x', 'hal_y'].map((name) =>
      makeModule(join(tempDir(), name), { name, blobs: [{ path: 'a' }] }),
    );
    for (const { directory } of modules) commitFiles(directory, {});
    const args = modules.flatMap(({ directory }) => ['-m', directory]);
    const { stderr } = await runCli(['sbom', '--declared', ...args], { env: { PATH: tempDir() } });
    expect(stderr.match(/BLOBS_GIT_FAILED/g)).toHaveLength(1);
  });

  it('has no commit of a repository that does not hold it, and none without git', async () => {
    const outer = tempDir();
    commitFiles(outer, { 'app.c': '' });
    const inner = makeModule(join(outer, 'hal_x'), spec);
    expect(packageOf(await spdx(inner, ['--declared']), 'hal_x')).not.toHaveProperty('versionInfo');

    const module = makeModule(join(tempDir(), 'hal_x'), spec);
    commitFiles(module.directory, {});
    const result = await sbom(module, ['--declared'], { env: { PATH: tempDir() } });
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('[BLOBS_GIT_FAILED]');
    const document = JSON.parse(result.stdout) as SpdxDocument;
    expect(packageOf(document, 'hal_x')).not.toHaveProperty('versionInfo');
  });
});

describe('two runs', () => {
  it.each(['spdx-json', 'cyclonedx-json'])('make the same bytes of %s for a source date', async (format) => {
    const module = moduleWith([{ path: 'lib/a.a' }, { path: 'lib/b.a' }]);
    place(module, 'lib/a.a');
    const args = ['--declared', '--format', format];
    const [one, two, other] = [
      await sbom(module, args, { env: { ...EPOCH, LANG: 'C' } }),
      await sbom(module, args, {
        env: { ...EPOCH, LANG: 'sv_SE.UTF-8', LC_ALL: 'sv_SE.UTF-8', TZ: 'Asia/Tokyo' },
      }),
      await sbom(module, [...args, '-l', 'lib/a'], { env: EPOCH }),
    ];
    expect(one.stdout).toContain('2023-11-14T22:13:20');
    expect(two.stdout).toBe(one.stdout);
    const idOf = ({ stdout }: CliResult) =>
      /(?:zephyr-blobs-|urn:uuid:)([0-9a-f]{8}-[0-9a-f-]{27})/.exec(stdout)?.[1];
    expect(idOf(one)).toBeDefined();
    expect(idOf(other)).not.toBe(idOf(one));
  });

  it('are told apart without one', async () => {
    const module = moduleWith([{ path: 'lib/a.a' }]);
    const [one, two] = [await spdx(module, ['--declared']), await spdx(module, ['--declared'])];
    expect(one.documentNamespace).not.toBe(two.documentNamespace);
  });

  it.each(['', '0'])('take SOURCE_DATE_EPOCH=%j as it is meant', async (text) => {
    const document = await spdx(moduleWith([{ path: 'a' }]), ['--declared'], { SOURCE_DATE_EPOCH: text });
    expect(document.creationInfo.created === '1970-01-01T00:00:00Z').toBe(text === '0');
  });

  it.each(['x', '-1', '1.5', '253402300800', ' 1'])('refuse SOURCE_DATE_EPOCH=%j', async (text) => {
    const result = await sbom(moduleWith([{ path: 'a' }]), [], { env: { SOURCE_DATE_EPOCH: text } });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('[BLOBS_BAD_CONFIG]');
    expect(result.stdout).toBe('');
  });
});

describe('every real module', () => {
  it('makes valid SPDX and CycloneDX', async (context) => {
    needCorpus(context);
    needPublishedSchemas(context);
    const validators = [
      ['spdx-json', spdxValidator(), spdxProblems],
      ['cyclonedx-json', cyclonedxValidator(), cyclonedxProblems],
    ] as const;
    const directories = corpusModules().flatMap((module) => ['-m', join(CORPUS, module)]);
    for (const [format, validate, problems] of validators) {
      const { stdout } = await runCli([...directories, 'sbom', '--declared', '--format', format], {
        timeoutMs: 60_000,
      });
      const document = JSON.parse(stdout);
      expect(validate(document)).toEqual([]);
      expect(problems(document)).toEqual([]);
      expect((document.packages ?? document.components).length).toBeGreaterThan(500);
    }
  });
});

it('values that mean harm end in valid documents', async (context) => {
  needPublishedSchemas(context);
  const hostile = { version: '\u0000\ud800\u202e 1 <b>', description: '\u001b[2J\r\n\u2028', 'x-more': 1 };
  const module = makeModule(join(tempDir(), 'hal_x'), {
    name: 'hal x/../\u{1f98a} имя',
    blobs: [
      { path: 'a', ...hostile, license: '(((', url: ['javascript:alert(1)', 'https://h.example/a b|[c]%'] },
      { path: 'A', ...hostile, license: 'MIT OR LicenseRef-x', 'doc-url': 'no url at all' },
      { path: 'ü 名', ...hostile, 'license-path': 'HUGE', version: 'v'.repeat(10_000) },
      { path: 'b', ...hostile, 'license-path': '../../etc/passwd', fetcher: '\u0007' },
      { path: 'c', ...hostile, 'license-path': 'BINARY', license: 'DocumentRef-d:LicenseRef-x' },
    ],
    files: { HUGE: 'All rights reserved. '.repeat(40_000), BINARY: Buffer.from([0, 255, 254, 27, 10]) },
  });
  const validateSpdx = spdxValidator();
  const validateCyclonedx = cyclonedxValidator();
  const spdxResult = await spdx(module, ['--declared']);
  expect(validateSpdx(spdxResult)).toEqual([]);
  expect(spdxResult.packages).toHaveLength(6);
  expect(packageOf(spdxResult, 'hal x/../🦊 имя/c').licenseDeclared).not.toContain('DocumentRef-');
  const cyclonedxResult = await cyclonedx(module, ['--declared']);
  expect(validateCyclonedx(cyclonedxResult)).toEqual([]);
  expect(cyclonedxResult.components).toHaveLength(6);
});

it('a broken module does not hide another one', async () => {
  const module = moduleWith([{ path: 'lib/a.a' }]);
  const broken = makeModule(join(tempDir(), 'hal_y'), { yaml: 'blobs: [' });
  const result = await sbom(module, ['-m', broken.directory, '--declared']);
  expect(result.code).toBe(65);
  const document = JSON.parse(result.stdout) as SpdxDocument;
  expect(document.comment).toContain('Incomplete');
  expect(packageOf(document, 'hal_x/lib/a.a').licenseDeclared).toMatch(/^LicenseRef-/);
});
