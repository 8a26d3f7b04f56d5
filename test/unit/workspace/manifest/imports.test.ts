// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Observations } from '../../../../src/store/observations.ts';
import { readProjectFilter } from '../../../../src/workspace/manifest/project-filter.ts';
import { readManifestFile } from '../../../../src/workspace/manifest/read-manifest.ts';
import {
  type ResolvedManifest,
  resolveManifest,
} from '../../../../src/workspace/manifest/resolve-manifest.ts';
import { tempDir } from '../../../support/temp.ts';
import { makeRepository } from '../../../support/west-workspace.ts';
import { caught } from '../../samples.ts';
import { temporaryTree } from '../temporary.ts';

/** A workspace whose manifest is `app/west.yml`; `files` lie in it. */
function workspace(manifest: readonly string[], files: Readonly<Record<string, string>> = {}): string {
  return temporaryTree({ 'app/west.yml': `${manifest.join('\n')}\n`, ...files });
}

async function resolve(
  topdir: string,
  rest: { signal?: AbortSignal; projectFilter?: string } = {},
): Promise<ResolvedManifest> {
  const filter = rest.projectFilter;
  const observations = new Observations();
  return resolveManifest(readManifestFile(path.join(topdir, 'app', 'west.yml'), 'test', observations), {
    topdir,
    observations,
    repositoryPath: 'app',
    projectFilter: await readProjectFilter(
      filter === undefined ? undefined : { value: filter, file: 'config', line: 2 },
    ),
    git: { environment: process.env, ...(rest.signal && { signal: rest.signal }) },
  });
}

async function paths(topdir: string, projectFilter?: string): Promise<string[]> {
  const { projects } = await resolve(topdir, projectFilter === undefined ? {} : { projectFilter });
  return projects.map(({ name, path: place }) => (name === place ? name : `${name} ${place}`));
}

const project = (fields: string): string => `    - {url: u, ${fields}}`;
const manifest = (...projects: readonly string[]): string =>
  ['manifest:', '  projects:', ...projects, ''].join('\n');

describe('imports', () => {
  it('bring first what self imports, then the own projects, then theirs, depth first', async () => {
    const root = workspace(
      [
        'manifest:',
        '  self: {import: more}',
        '  projects:',
        project('name: sdk, import: {path-prefix: v}'),
        project('name: own'),
      ],
      { 'app/more/b.yml': manifest(project('name: b')), 'app/more/a.yaml': manifest(project('name: a')) },
    );
    makeRepository(path.join(root, 'v', 'sdk'), {
      'west.yml': manifest(
        project('name: deep, import: true'),
        project('name: own, path: theirs'),
        project('name: last'),
      ),
    });
    makeRepository(path.join(root, 'v', 'deep'), { 'west.yml': manifest(project('name: deepest')) });
    expect(await paths(root)).toEqual([
      'a',
      'b',
      'sdk v/sdk',
      'own',
      'deep v/deep',
      'last v/last',
      'deepest v/deepest',
    ]);
  });

  it('are not followed from a project that the project filter makes inactive', async () => {
    const root = workspace(['manifest:', '  projects:', project('name: sdk, import: true')]);
    expect(await paths(root, '-sdk')).toEqual(['sdk']);
  });

  it('say in which file of which repository something is wrong, and by whom it was imported', async () => {
    const root = workspace([
      'manifest:',
      '  projects:',
      project('name: sdk, import: [fine.yml, sub/bad.yml]'),
    ]);
    makeRepository(path.join(root, 'sdk'), {
      'fine.yml': manifest(project('name: fine')),
      'sub/bad.yml': manifest(project('name: bad, path: ../x')),
    });
    const error = await caught(() => resolve(root));
    expect(error.code).toBe('BLOBS_MALFORMED_MANIFEST');
    expect(error.message).toContain('escapes the workspace');
    expect(error.details).toMatchObject({
      file: path.join(root, 'sdk', 'sub', 'bad.yml'),
      line: 3,
      facts: [`read at refs/heads/manifest-rev, imported at ${path.join(root, 'app', 'west.yml')}:3:46`],
    });
  });

  it.each([
    ['is not on disk', () => undefined],
    ['is no git repository', (directory: string) => mkdirSync(directory)],
    [
      'no refs/heads/manifest-rev',
      (directory: string) => makeRepository(directory, { 'west.yml': '' }, 'other'),
    ],
    ['no such file', (directory: string) => makeRepository(directory, { 'other.yml': '' })],
  ])('fail with a reason and the hint "west update": %s', async (reason, prepare) => {
    const root = workspace(['manifest:', '  projects:', project('name: sdk, import: true')]);
    prepare(path.join(root, 'sdk'));
    const error = await caught(() => resolve(root));
    expect(error.code).toBe('BLOBS_IMPORT_FAILED');
    expect(error.message).toContain(reason);
    expect(error.details).toMatchObject({
      file: path.join(root, 'app', 'west.yml'),
      line: 3,
      hint: 'run "west update"',
    });
  });

  it('end when the signal is aborted', async () => {
    const root = workspace(['manifest:', '  projects:', project('name: sdk, import: true')]);
    makeRepository(path.join(root, 'sdk'), { 'west.yml': manifest() });
    const reason = new Error('enough');
    await expect(resolve(root, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('name both places of two projects that want one path', async () => {
    const root = workspace([
      'manifest:',
      '  projects:',
      project('name: sdk, import: true'),
      project('name: hal'),
    ]);
    makeRepository(path.join(root, 'sdk'), { 'west.yml': manifest(project('name: other, path: hal')) });
    const error = await caught(() => resolve(root));
    expect(error.message).toContain(`taken by project "hal" (${path.join(root, 'app', 'west.yml')}:4)`);
    expect(error.details.file).toContain(path.join('sdk', 'west.yml'));
  });
});

describe('an import that asks for too much', () => {
  it('ends where a manifest imports itself, with a short list of importers', async () => {
    const error = await caught(() => resolve(workspace(['manifest: {self: {import: west.yml}}'])));
    expect(error.code).toBe('BLOBS_IMPORT_FAILED');
    expect(error.message).toContain('150 deep');
    expect(error.details.facts).toHaveLength(1);
  });

  it('ends after a thousand files, however few there are on disk', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [
        `app/n${n}.yml`,
        `manifest: {self: {import: [n${n + 1}.yml, n${n + 1}.yml]}}`,
      ]),
    );
    const root = workspace(['manifest: {self: {import: n0.yml}}'], {
      ...files,
      'app/n30.yml': 'manifest: {}',
    });
    expect((await caught(() => resolve(root))).message).toContain('more than 1000 files');
  });

  it('ends before a long blocklist has met many projects', async () => {
    const patterns = Array.from({ length: 4000 }, (_, n) => `"*/x${n}"`).join(', ');
    const root = workspace([`manifest: {self: {import: {file: many.yml, path-blocklist: [${patterns}]}}}`], {
      'app/many.yml': manifest(...Array.from({ length: 4000 }, (_, n) => project(`name: p${n}`))),
    });
    expect((await caught(() => resolve(root))).message).toContain('too long for this many projects');
  });
});

describe('self: import', () => {
  it('does not leave the repository and the workspace, by no kind of link', async () => {
    const outside = path.join(tempDir(), 'secret.yml');
    writeFileSync(outside, 'secret: 1\n');
    for (const file of [path.relative('/', outside).replace(/^/, '../'.repeat(20)), 'link.yml', 'dir']) {
      const root = workspace([`manifest: {self: {import: "${file}"}}`], { 'app/dir/x': '' });
      symlinkSync(outside, path.join(root, 'app', 'link.yml'));
      symlinkSync(outside, path.join(root, 'app', 'dir', 'link.yml'));
      const error = await caught(() => resolve(root));
      expect(error.message).toContain('outside of the repository and the workspace');
      expect(error.details.sourceLine).not.toContain('secret: 1');
    }
  });

  it('may read elsewhere in the workspace', async () => {
    const root = workspace(['manifest: {self: {import: ../shared/x.yml}}'], {
      'shared/x.yml': manifest(project('name: x')),
    });
    expect(await paths(root)).toEqual(['x']);
  });

  it.each([
    ['true', 'is a boolean'],
    ['7', 'invalid import 7'],
    ['[a.yml, ~]', 'invalid import null'],
    ['/west.yml', 'the path is absolute'],
    ['gone.yml', 'file not found'],
    ['{file: gone.yml}', 'file not found'],
    ['{file: 3}', '"file" of an import must be a text'],
    ['{path-prefix: 3}', '"path-prefix" of an import must be a text'],
    ['{name-blocklist: [a, 1]}', 'must be a text or a list of texts'],
    ['{filename: x}', 'unknown key "filename" in an import'],
  ])('%s is refused', async (value, message) => {
    const error = await caught(() => resolve(workspace([`manifest: {self: {import: ${value}}}`])));
    expect(error.code).toBe('BLOBS_MALFORMED_MANIFEST');
    expect(error.message).toContain(message);
    expect(error.details.line).toBe(1);
  });
});

describe('names and groups', () => {
  it('with white space only get a warning, unless there is a project filter', async () => {
    const root = workspace(['manifest:', '  projects:', project('name: "a b"')]);
    const { issues } = await resolve(root);
    expect(issues).toMatchObject([{ severity: 'warning', code: 'BLOBS_DEPRECATED_MANIFEST', line: 3 }]);
    expect((await caught(() => resolve(root, { projectFilter: '-x' }))).code).toBe('BLOBS_BAD_CONFIG');
  });

  it('groups do not go together with an import, but with one that is switched off', async () => {
    const error = await caught(() =>
      resolve(workspace([manifest(project('name: a, groups: [g], import: true'))])),
    );
    expect(error.message).toContain('cannot be combined');
    const root = workspace([manifest(project('name: a, groups: [g, 1.0, 010], import: no'))]);
    const { projects, issues } = await resolve(root);
    expect(projects[0]?.groups).toEqual(['g', '1.0', '8']);
    expect(issues.map(({ code }) => code)).toEqual(['BLOBS_YAML11_BOOLEAN']);
  });

  it.each(['""', '"a b"', '"-a"', '"a:b"', '~'])('a project is in no group %s', async (group) => {
    const error = await caught(() => resolve(workspace([manifest(project(`name: a, groups: [${group}]`))])));
    expect(error.message).toContain('is no group name');
  });
});
