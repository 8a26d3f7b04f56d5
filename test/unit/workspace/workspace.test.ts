// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { WestProject } from '../../../src/core/modules.ts';
import { loadWestConfig, westConfigFiles } from '../../../src/workspace/west-config/west-config.ts';
import { loadWorkspace } from '../../../src/workspace/workspace.ts';
import { makeRepository, manifestText, project } from '../../support/west-workspace.ts';
import { caught } from '../samples.ts';
import { temporaryTree } from './temporary.ts';

type Keys = Readonly<Record<string, unknown>>;
type Loaded = Awaited<ReturnType<typeof loadWorkspace>>;

/** A workspace whose configuration has these lines in `[manifest]` beside the path of its manifest, `app/west.yml`. */
function makeWorkspace(
  manifest: Keys,
  rest: { readonly config?: readonly string[]; readonly files?: Readonly<Record<string, string>> } = {},
): string {
  const lines = ['[manifest]', 'path = app', ...(rest.config ?? [])];
  const config = `${lines.join('\n')}\n`;
  return temporaryTree({ '.west/config': config, 'app/west.yml': manifestText(manifest), ...rest.files });
}

/** Loads the workspace at `topdir`; `named` is the value of WEST_CONFIG_LOCAL. */
function load(
  topdir: string,
  rest: { readonly named?: string; readonly global?: string } = {},
): Promise<Loaded> {
  const { named, global } = rest;
  const locations = { system: [], ...(named !== undefined && { local: named }), ...(global && { global }) };
  return loadWorkspace(topdir, loadWestConfig(westConfigFiles(locations, topdir)), {
    environment: process.env,
  });
}

async function findProject(topdir: string, name: string): Promise<WestProject | undefined> {
  return (await load(topdir)).workspace.projects.find((one) => one.name === name);
}

async function isActive(topdir: string, name = 'x'): Promise<boolean | undefined> {
  return (await findProject(topdir, name))?.active;
}

describe('group filters', () => {
  // What weighs more stands before what weighs less.
  const LAYERS = [
    'the configuration',
    'what the first self import imports itself',
    'the first self import',
    'the second self import',
    'the manifest',
    'the first project',
    'what the first project imports',
    'the second project',
  ] as const;
  type Layer = (typeof LAYERS)[number];

  /** A workspace with the project `x` of group `g`, and in each layer these items of a group filter. */
  function makeLayers(items: Partial<Record<Layer, string>>): string {
    const filter = (layer: Layer): Keys => {
      const item = items[layer];
      return item === undefined ? {} : { 'group-filter': [item] };
    };
    const configured = items['the configuration'];
    const root = makeWorkspace(
      {
        self: { import: ['first.yml', 'second.yml'] },
        projects: [
          project('one', { import: true }),
          project('two', { import: true }),
          project('x', { groups: ['g'] }),
        ],
        ...filter('the manifest'),
      },
      {
        config: configured === undefined ? [] : [`group-filter = ${configured}`],
        files: {
          'app/first.yml': manifestText({
            self: { import: 'inner.yml' },
            ...filter('the first self import'),
          }),
          'app/inner.yml': manifestText(filter('what the first self import imports itself')),
          'app/second.yml': manifestText(filter('the second self import')),
        },
      },
    );
    const commit = (name: string, keys: Keys): void => {
      makeRepository(path.join(root, name), { 'west.yml': manifestText(keys) });
    };
    commit('one', { projects: [project('deep', { import: true })], ...filter('the first project') });
    commit('two', filter('the second project'));
    commit('deep', filter('what the first project imports'));
    return root;
  }

  const pairs = LAYERS.slice(1).map((weaker, index) => [LAYERS[index] as Layer, weaker] as const);

  it.each(pairs)('of %s weigh more than those of %s', async (stronger, weaker) => {
    expect(await isActive(makeLayers({ [stronger]: '+g', [weaker]: '-g' }))).toBe(true);
    expect(await isActive(makeLayers({ [stronger]: '-g', [weaker]: '+g' }))).toBe(false);
  });

  it.each(LAYERS)('of %s count alone', async (layer) => {
    expect(await isActive(makeLayers({ [layer]: '-g' }))).toBe(false);
    expect(await isActive(makeLayers({ [layer]: '+g' }))).toBe(true);
  });

  it('of the configuration count in the file of the workspace alone', async () => {
    const root = makeWorkspace(
      { projects: [project('x', { groups: ['g'] })] },
      { files: { global: '[manifest]\ngroup-filter = -g\n' } },
    );
    const { workspace } = await load(root, { global: path.join(root, 'global') });
    expect(workspace.projects.map(({ active }) => active)).toEqual([true, true]);
  });

  it('of the configuration that are no items are left out with a warning', async () => {
    const root = makeWorkspace(
      { projects: [project('x', { groups: ['g'] })] },
      { config: ['group-filter = g, -g'] },
    );
    const { issues } = await load(root);
    expect(issues).toMatchObject([
      { severity: 'warning', code: 'BLOBS_BAD_CONFIG', file: path.join(root, '.west', 'config'), line: 3 },
    ]);
    expect(await isActive(root)).toBe(false);
  });

  it.each([
    ['+group after -group enables it', ['-g', '+g'], true],
    ['-group after +group disables it', ['+g', '-g'], false],
    ['the last of several items decides', ['-g', '+g', '-g'], false],
    ['another group changes nothing', ['-h'], true],
  ])('in one list: %s', async (_rule, filter, active) => {
    const manifest = { 'group-filter': filter, projects: [project('x', { groups: ['g'] })] };
    expect(await isActive(makeWorkspace(manifest))).toBe(active);
  });
});

describe('a project', () => {
  it.each([
    ['with groups is active while all of them are enabled', ['-c'], true],
    ['with groups is active while the first of them alone is enabled', ['-b'], true],
    ['with groups is active while the last of them alone is enabled', ['-a'], true],
    ['with groups is not active when all of them are disabled', ['-b', '-a'], false],
  ])('%s', async (_rule, filter, active) => {
    const manifest = { 'group-filter': filter, projects: [project('x', { groups: ['a', 'b'] })] };
    expect(await isActive(makeWorkspace(manifest))).toBe(active);
  });

  it('without groups is always active', async () => {
    const projects = [project('x'), project('empty', { groups: [] })];
    const { workspace } = await load(makeWorkspace({ 'group-filter': ['-a'], projects }));
    expect(workspace.projects.map(({ active }) => active)).toEqual([true, true, true]);
  });
});

describe('manifest.project-filter', () => {
  const projects = [project('x', { groups: ['g'] }), project('y')];

  it.each([
    ['with + overrules disabled groups', '+x', ['-g'], ['manifest', 'x', 'y']],
    ['with - overrules enabled groups', '-x', ['+g'], ['manifest', 'y']],
    ['with - takes out a project without groups', '-y', ['+g'], ['manifest', 'x']],
    ['is silent on what it does not match, so that groups decide', '+y', ['-g'], ['manifest', 'y']],
    ['matches whole names', '-x.', ['+g'], ['manifest', 'x', 'y']],
    ['is decided by its last item that matches', '-.*, +x', ['-g'], ['manifest', 'x']],
    ['never takes out the manifest repository', '-.*, -manifest', ['+g'], ['manifest']],
  ])('%s', async (_rule, filter, groups, active) => {
    const config = [`project-filter = ${filter}`];
    const { workspace } = await load(makeWorkspace({ 'group-filter': groups, projects }, { config }));
    expect(workspace.projects.filter((one) => one.active).map(({ name }) => name)).toEqual(active);
  });

  it('counts from the other levels of the configuration too', async () => {
    const root = makeWorkspace({ projects }, { files: { global: '[manifest]\nproject-filter = -y\n' } });
    const { workspace } = await load(root, { global: path.join(root, 'global') });
    expect(workspace.projects.map(({ active }) => active)).toEqual([true, true, false]);
  });
});

describe('version: 0.9', () => {
  const projects = [project('x', { groups: ['g'] })];

  it('makes the group filters of manifests count for nothing, with a warning', async () => {
    const root = makeWorkspace({ version: '0.9', 'group-filter': ['-g'], projects });
    const { issues } = await load(root);
    expect(issues).toMatchObject([
      {
        severity: 'warning',
        code: 'BLOBS_DEPRECATED_MANIFEST',
        file: path.join(root, 'app', 'west.yml'),
        line: 1,
      },
    ]);
    expect(await isActive(root)).toBe(true);
  });

  it('leaves the group filter of the configuration as it is', async () => {
    const config = ['group-filter = -g'];
    const root = makeWorkspace({ version: '0.9', 'group-filter': ['+g'], projects }, { config });
    expect(await isActive(root)).toBe(false);
  });

  it('is nothing to warn of where there are no group filters', async () => {
    expect((await load(makeWorkspace({ version: '0.9', projects }))).issues).toEqual([]);
  });

  it('makes the group filters of what is imported count for nothing too', async () => {
    const root = makeWorkspace(
      { version: '0.9', self: { import: 'more.yml' }, projects },
      { files: { 'app/more.yml': manifestText({ 'group-filter': ['-g'] }) } },
    );
    expect((await load(root)).issues.map(({ code }) => code)).toEqual(['BLOBS_DEPRECATED_MANIFEST']);
    expect(await isActive(root)).toBe(true);
  });

  it('of an imported file alone changes nothing', async () => {
    const root = makeWorkspace(
      { self: { import: 'more.yml' }, 'group-filter': ['-g'], projects },
      { files: { 'app/more.yml': manifestText({ version: '0.9' }) } },
    );
    expect((await load(root)).issues).toEqual([]);
    expect(await isActive(root)).toBe(false);
  });

  it.each(['0.8', '0.10', '1.2'])('is the only one of its kind: %s is not', async (version) => {
    expect(await isActive(makeWorkspace({ version, 'group-filter': ['-g'], projects }))).toBe(false);
  });
});

describe('a project that is not active', () => {
  it.each([
    [
      'for one group: names it',
      ['a'],
      { because: 'its group a is disabled', hint: 'run "west config manifest.group-filter -- +a"' },
    ],
    [
      'for several groups: names them, and enables the first',
      ['b', 'a'],
      { because: 'its groups b, a are disabled', hint: 'run "west config manifest.group-filter -- +b"' },
    ],
  ])('%s', async (_rule, groups, inactive) => {
    const manifest = { 'group-filter': ['-a', '-b'], projects: [project('x', { groups })] };
    expect(await findProject(makeWorkspace(manifest), 'x')).toMatchObject({ active: false, inactive });
  });

  it.each([
    ['without groups', {}],
    ['whose groups are disabled as well', { groups: ['a'] }],
  ])('for the project filter: names that, also for one %s', async (_what, keys) => {
    const manifest = { 'group-filter': ['-a'], projects: [project('x', keys)] };
    const root = makeWorkspace(manifest, { config: ['project-filter = -x'] });
    expect(await findProject(root, 'x')).toMatchObject({
      active: false,
      inactive: {
        because: 'manifest.project-filter takes it out',
        hint: 'see "west config manifest.project-filter"',
      },
    });
  });

  it('has a reason, which an active one has not', async () => {
    const projects = [project('x', { groups: ['a', 'b'] }), project('y', { groups: ['a'] }), project('z')];
    const { workspace } = await load(makeWorkspace({ 'group-filter': ['-a'], projects }));
    const withReason = workspace.projects.filter((one) => 'inactive' in one);
    expect(withReason.map(({ name }) => name)).toEqual(['y']);
  });
});

describe('the projects of a workspace', () => {
  it('begin with the manifest repository, by its path in the configuration', async () => {
    const root = temporaryTree({
      '.west/config': '[manifest]\npath = ./some//where/\n',
      'some/where/west.yml': manifestText({
        self: { path: 'other' },
        projects: [project('x', { path: 'y/x' })],
      }),
    });
    const { workspace, issues } = await load(root);
    expect(workspace.topdir).toBe(root);
    expect(workspace.manifestPath).toBe(path.join(root, 'some', 'where', 'west.yml'));
    expect(
      workspace.projects.map(({ name, path: place, abspath, active }) => [name, place, abspath, active]),
    ).toEqual([
      ['manifest', 'some/where', path.join(root, 'some', 'where'), true],
      ['x', 'y/x', path.join(root, 'y', 'x'), true],
    ]);
    expect(issues).toEqual([]);
  });

  it('are those of the file that manifest.file names', async () => {
    const root = makeWorkspace(
      { projects: [project('x')] },
      {
        config: ['file = sub/other.yml'],
        files: { 'app/sub/other.yml': manifestText({ projects: [project('y')] }) },
      },
    );
    const { workspace } = await load(root);
    expect(workspace.manifestPath).toBe(path.join(root, 'app', 'sub', 'other.yml'));
    expect(workspace.projects.map(({ name }) => name)).toEqual(['manifest', 'y']);
  });

  it('are cloned where a git repository is at their place, which is looked up when it is asked for', async () => {
    const names = ['repository', 'directory', 'file', 'absent'];
    const root = makeWorkspace({ projects: names.map((name) => project(name)) }, { files: { file: '' } });
    makeRepository(path.join(root, 'repository'), {});
    mkdirSync(path.join(root, 'directory'));
    const { projects } = (await load(root)).workspace;
    const cloned = () => projects.filter((one) => one.cloned).map(({ name }) => name);
    expect(cloned()).toEqual(['repository']);
    makeRepository(path.join(root, 'absent'), {});
    expect(cloned()).toEqual(['repository', 'absent']);
  });
});

describe('manifest.path', () => {
  it('may be absolute, with a warning', async () => {
    const root = temporaryTree({ 'app/west.yml': manifestText({ projects: [project('x')] }) });
    const place = path.join(root, 'app');
    const topdir = temporaryTree({ '.west/config': `[manifest]\n\npath = ${place}\n` });
    const { workspace, issues } = await load(topdir);
    expect(issues).toEqual([
      {
        severity: 'warning',
        code: 'BLOBS_BAD_CONFIG',
        message: `manifest.path should not be absolute: ${place}`,
        file: path.join(topdir, '.west', 'config'),
        line: 3,
      },
    ]);
    expect(workspace.projects[0]).toMatchObject({ name: 'manifest', path: place, abspath: place });
    expect(workspace.manifestPath).toBe(path.join(place, 'west.yml'));
  });

  it('is warned of nothing where it is relative, wherever it leads', async () => {
    const root = temporaryTree({
      'ws/.west/config': '[manifest]\npath = ../app\n',
      'app/west.yml': manifestText({}),
    });
    const { workspace, issues } = await load(path.join(root, 'ws'));
    expect(issues).toEqual([]);
    expect(workspace.projects).toMatchObject([{ path: '../app', abspath: path.join(root, 'app') }]);
  });
});

describe('a configuration that names no manifest', () => {
  const USUAL = path.join('.west', 'config');
  const SET_PATH = 'run "west init", or set it with "west config manifest.path"';
  const UNSET = 'correct WEST_CONFIG_LOCAL, or unset it';

  it('is named where it is not there', async () => {
    const root = temporaryTree();
    const error = await caught(() => load(root));
    expect(error.code).toBe('BLOBS_BAD_CONFIG');
    expect(error.message).toBe(`there is no file with the configuration of the workspace ${root}`);
    expect(error.details).toEqual({ facts: [path.join(root, USUAL)], hint: SET_PATH });
  });

  it.each([
    [
      'the files of WEST_CONFIG_LOCAL',
      ['one', 'sub/two'],
      (root: string) => `${path.join(root, 'one')}, ${path.join(root, 'sub', 'two')}`,
    ],
    ['the one file of WEST_CONFIG_LOCAL', ['one'], (root: string) => path.join(root, 'one')],
    ['no file where WEST_CONFIG_LOCAL is empty', [''], () => 'no file'],
  ])('is not there: names %s, with another hint', async (_what, names, shown) => {
    const root = temporaryTree({ [USUAL]: '[manifest]\npath = app\n' });
    const error = await caught(() => load(root, { named: names.join(path.delimiter) }));
    expect(error.code).toBe('BLOBS_BAD_CONFIG');
    expect(error.message).toContain('there is no file with the configuration');
    expect(error.details).toEqual({ facts: [`WEST_CONFIG_LOCAL names ${shown(root)}`], hint: UNSET });
  });

  it.each([
    ['has no such option', '[manifest]\nfile = west.yml\n'],
    ['has no such section', '[other]\npath = app\n'],
    ['is empty', ''],
  ])('is named where it %s', async (_what, config) => {
    const root = temporaryTree({ [USUAL]: config, 'app/west.yml': manifestText({}) });
    const error = await caught(() => load(root));
    expect(error.code).toBe('BLOBS_BAD_CONFIG');
    expect(error.message).toBe(`the configuration of the workspace ${root} has no manifest.path`);
    expect(error.details).toEqual({ facts: [path.join(root, USUAL)], hint: SET_PATH });
  });

  it('is named with WEST_CONFIG_LOCAL where that names it', async () => {
    const root = temporaryTree({ [USUAL]: '[manifest]\npath = app\n', one: '' });
    const error = await caught(() => load(root, { named: ['one', 'two'].join(path.delimiter) }));
    const names = `${path.join(root, 'one')}, ${path.join(root, 'two')}`;
    expect(error.message).toContain('has no manifest.path');
    expect(error.details).toEqual({ facts: [`WEST_CONFIG_LOCAL names ${names}`], hint: SET_PATH });
  });

  it('is the usual one also where WEST_CONFIG_LOCAL names just that', async () => {
    const root = temporaryTree({ [USUAL]: '' });
    const error = await caught(() => load(root, { named: USUAL }));
    expect(error.details.facts).toEqual([path.join(root, USUAL)]);
  });

  it('is not made up for by the other levels', async () => {
    const root = makeWorkspace({}, { files: { [USUAL]: '', global: '[manifest]\npath = app\n' } });
    const error = await caught(() => load(root, { global: path.join(root, 'global') }));
    expect(error.message).toContain('has no manifest.path');
  });

  it.each([
    ['manifest.path', [], 'gone', 'west.yml', 'path = gone'],
    ['manifest.file', ['file = gone.yml'], 'app', 'gone.yml', 'path = app'],
  ])('but a file that is not there, by %s, is told from it', async (_option, config, place, file, first) => {
    const root = makeWorkspace({}, { files: { [USUAL]: ['[manifest]', first, ...config, ''].join('\n') } });
    const error = await caught(() => load(root));
    const manifest = path.join(root, place, file);
    expect(error.code).toBe('BLOBS_BAD_CONFIG');
    expect(error.message).toBe(`cannot read the manifest file ${manifest}`);
    expect(error.details).toMatchObject({
      file: manifest,
      facts: ['it is not there', `named by manifest.path="${place}", manifest.file="${file}"`],
    });
  });
});

describe('the line that an error or a warning shows', () => {
  const BROKEN = 'manifest: {secret: 1}\n';
  const WARNED = 'manifest: {projects: [{name: a b, url: u}]}\n';

  /** A tree with the workspace `ws`, whose manifest repository is at `place`, and `outside` beside it. */
  function makeOutside(place: string, content: string): string {
    return temporaryTree({
      'ws/.west/config': `[manifest]\npath = ${place}\n`,
      'ws/inside/west.yml': content,
      'outside/west.yml': content,
    });
  }

  it.each([
    ['inside', BROKEN.trimEnd()],
    ['../outside', undefined],
    ['../ws/inside', BROKEN.trimEnd()],
  ])('is shown of a manifest in the workspace, and of no other: %s', async (place, sourceLine) => {
    const topdir = path.join(makeOutside(place, BROKEN), 'ws');
    const error = await caught(() => load(topdir));
    expect(error.code).toBe('BLOBS_MALFORMED_MANIFEST');
    expect(error.message).toContain('unknown key "secret"');
    expect(error.details).toMatchObject({
      file: path.resolve(topdir, place, 'west.yml'),
      line: 1,
      column: 12,
    });
    expect(error.details.sourceLine).toBe(sourceLine);
    expect('sourceLine' in error.details).toBe(sourceLine !== undefined);
  });

  it.each([
    ['inside', WARNED.trimEnd()],
    ['../outside', undefined],
  ])('is shown with a warning by the same rule: %s', async (place, sourceLine) => {
    const topdir = path.join(makeOutside(place, WARNED), 'ws');
    const { issues } = await load(topdir);
    expect(issues.map(({ code }) => code)).toEqual(['BLOBS_DEPRECATED_MANIFEST']);
    expect(issues[0]).toMatchObject({ file: path.resolve(topdir, place, 'west.yml'), line: 1 });
    expect(issues[0]?.sourceLine).toBe(sourceLine);
  });

  it.skipIf(process.platform === 'win32')('is hidden where a link leads out of the workspace', async () => {
    const root = makeOutside('link', BROKEN);
    symlinkSync(path.join(root, 'outside'), path.join(root, 'ws', 'link'));
    const error = await caught(() => load(path.join(root, 'ws')));
    expect(error.details).toMatchObject({ file: path.join(root, 'ws', 'link', 'west.yml'), line: 1 });
    expect(error.details).not.toHaveProperty('sourceLine');
  });

  it.skipIf(process.platform === 'win32')(
    'is shown where the workspace itself is named by a link',
    async () => {
      const root = makeOutside('inside', BROKEN);
      symlinkSync(path.join(root, 'ws'), path.join(root, 'link'));
      const error = await caught(() => load(path.join(root, 'link')));
      expect(error.details.sourceLine).toBe(BROKEN.trimEnd());
    },
  );
});
