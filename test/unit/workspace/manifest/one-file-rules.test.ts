// SPDX-License-Identifier: Apache-2.0
import { chownSync, mkdirSync, readdirSync } from 'node:fs';
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

type Files = Readonly<Record<string, string>>;

/** A workspace whose manifest is `app/west.yml` with these lines; `files` lie in it. */
function makeTopdir(lines: readonly string[], files: Files = {}): string {
  return temporaryTree({ 'app/west.yml': `${lines.join('\n')}\n`, ...files });
}

async function resolve(
  topdir: string,
  rest: {
    readonly repositoryPath?: string;
    readonly environment?: Readonly<Record<string, string | undefined>>;
  } = {},
): Promise<ResolvedManifest> {
  const { repositoryPath = 'app', environment = process.env } = rest;
  const observations = new Observations();
  return resolveManifest(
    readManifestFile(path.resolve(topdir, repositoryPath, 'west.yml'), 'a test', observations),
    {
      topdir,
      observations,
      repositoryPath,
      projectFilter: await readProjectFilter(undefined),
      git: { environment },
    },
  );
}

/** The names of the projects, each with its path where that is another. */
async function names(topdir: string, repositoryPath = 'app'): Promise<string[]> {
  const { projects } = await resolve(topdir, { repositoryPath });
  return projects.map(({ name, path: place }) => (name === place ? name : `${name} ${place}`));
}

/** Lines of a manifest with these projects, given by their fields. */
function projects(...fields: readonly string[]): string[] {
  return ['manifest:', '  projects:', ...fields.map((text) => `    - {${text}}`)];
}

/** The text of a manifest with one project. */
function manifestOf(name: string, rest = ''): string {
  return `manifest: {projects: [{name: "${name}", url: u${rest}}]}\n`;
}

describe('a project name', () => {
  it('may not stand twice in one file, and is blamed at the second place', async () => {
    const root = makeTopdir(projects('name: a, url: u', 'name: b, url: u', 'url: u, path: x, name: a'));
    const error = await caught(() => resolve(root));
    expect(error.code).toBe('BLOBS_MALFORMED_MANIFEST');
    expect(error.message).toBe('malformed manifest: the project name "a" is used twice');
    expect(error.details).toMatchObject({
      file: path.join(root, 'app', 'west.yml'),
      line: 5,
      column: 31,
      sourceLine: '    - {url: u, path: x, name: a}',
    });
  });

  it('may not stand twice in one file that is imported', async () => {
    const lines = ['manifest: {self: {import: more.yml}}'];
    const more = projects('name: a, url: u', 'name: a, url: u').join('\n');
    const root = makeTopdir(lines, { 'app/more.yml': more });
    const error = await caught(() => resolve(root));
    expect(error.message).toContain('"a" is used twice');
    expect(error.details).toMatchObject({ file: path.join(root, 'app', 'more.yml'), line: 4 });
  });

  it('may not stand twice in one file, though an import has it already', async () => {
    const lines = [...projects('name: a, url: u', 'name: a, url: u, path: x'), '  self: {import: more.yml}'];
    const root = makeTopdir(lines, { 'app/more.yml': manifestOf('a', ', path: first') });
    expect((await caught(() => resolve(root))).message).toContain('"a" is used twice');
  });

  it('may stand in several files, of which the first that is read counts', async () => {
    const lines = [...projects('name: a, url: u, path: own'), '  self: {import: [one.yml, two.yml]}'];
    const root = makeTopdir(lines, {
      'app/one.yml': manifestOf('a', ', path: one'),
      'app/two.yml': manifestOf('a', ', path: two'),
    });
    expect(await names(root)).toEqual(['a one']);
  });

  it('counts by the file itself before a project that it imports from', async () => {
    const root = makeTopdir(
      projects('name: sdk, url: u, import: true', 'name: a, url: u, path: own, groups: [g]'),
    );
    makeRepository(path.join(root, 'sdk'), { 'west.yml': manifestOf('a', ', path: theirs') });
    expect(await names(root)).toEqual(['sdk', 'a own']);
    expect((await resolve(root)).projects[1]?.groups).toEqual(['g']);
  });

  it('may stand twice in one file where the import lets neither through', async () => {
    const lines = ['manifest: {self: {import: {file: more.yml, name-blocklist: a}}}'];
    const more = projects('name: a, url: u', 'name: a, url: u', 'name: b, url: u').join('\n');
    expect(await names(makeTopdir(lines, { 'app/more.yml': more }))).toEqual(['b']);
  });

  it('is told apart by upper and lower case', async () => {
    expect(await names(makeTopdir(projects('name: a, url: u', 'name: A, url: u')))).toEqual(['a', 'A']);
  });
});

describe('the source of a project', () => {
  const DEFAULT = ['  remotes: [{name: r, url-base: b}, {name: s, url-base: b}]', '  defaults: {remote: r}'];

  it.each([
    ['its remote', 'remote: s', DEFAULT],
    ['the default remote where it has none', 'revision: main', DEFAULT],
    ['the default remote where its own is empty', 'remote: ""', DEFAULT],
    ['the default remote where its own is null', 'remote: ~', DEFAULT],
    ['the default remote where its url is empty', 'url: ""', DEFAULT],
    ['the default remote with a path in it', 'repo-path: x', DEFAULT],
    ['its remote where its url is empty', 'url: "", remote: s', DEFAULT],
    ['its url where its remote is empty', 'url: u, remote: ""', []],
    ['its url where its path in a remote is empty', 'url: u, repo-path: ""', []],
    ['its url though there is a default remote', 'url: u', DEFAULT],
  ])('may be %s', async (_what, fields, rest) => {
    expect(await names(makeTopdir([...projects(`name: a, ${fields}`), ...rest]))).toEqual(['a']);
  });

  it.each([
    ['missing', 'revision: main', [], 'no remote or url, and no default remote is set', 7],
    ['an empty remote without a default one', 'remote: ""', [], 'no remote or url', 7],
    [
      'missing where the default remote is empty',
      'path: x',
      ['  defaults: {remote: ""}'],
      'no remote or url',
      7,
    ],
    [
      'a remote that is not defined',
      'remote: t',
      DEFAULT,
      'the remote "t" of project "a" is not defined',
      25,
    ],
    ['a remote beside a url', 'remote: r, url: u', DEFAULT, 'both "remote: r" and "url: u"', 33],
    [
      'a path in a remote beside a url',
      'url: u, repo-path: x',
      DEFAULT,
      'both "repo-path: x" and "url: u"',
      36,
    ],
  ])('must not be %s', async (_what, fields, rest, message, column) => {
    const root = makeTopdir([...projects(`name: a, ${fields}`), ...rest]);
    const error = await caught(() => resolve(root));
    expect(error.code).toBe('BLOBS_MALFORMED_MANIFEST');
    expect(error.message).toContain(message);
    expect(error.details).toMatchObject({ line: 3, column });
  });

  it('must not be a default remote that is not defined, though nothing uses it', async () => {
    const root = makeTopdir([...projects('name: a, url: u'), '  defaults: {remote: t}']);
    const error = await caught(() => resolve(root));
    expect(error.message).toContain('the default remote "t" is not defined');
    expect(error.details).toMatchObject({ line: 4, column: 22 });
  });

  it('is not looked for among the remotes of another file', async () => {
    const root = makeTopdir(['manifest:', ...DEFAULT, '  self: {import: more.yml}'], {
      'app/more.yml': 'manifest: {projects: [{name: a, remote: r}]}\n',
    });
    const error = await caught(() => resolve(root));
    expect(error.message).toContain('the remote "r" of project "a" is not defined');
    expect(error.details.file).toBe(path.join(root, 'app', 'more.yml'));
  });
});

describe('the path of the manifest repository', () => {
  it.each(['app', './app/', 'app//', './/app/.'])(
    'as "%s" is taken for a project at "app"',
    async (place) => {
      const root = makeTopdir(projects('name: a, url: u', 'name: b, url: u, path: ./app//'));
      const error = await caught(() => resolve(root, { repositoryPath: place }));
      expect(error.code).toBe('BLOBS_MALFORMED_MANIFEST');
      expect(error.message).toContain('the path "app" of project "b" is taken by the manifest repository');
      expect(error.details).toMatchObject({ line: 4, column: 31 });
    },
  );

  it('is the one of the configuration, and not the one that "self: path:" has', async () => {
    const root = makeTopdir([...projects('name: a, url: u, path: other'), '  self: {path: other}']);
    expect(await names(root)).toEqual(['a other']);
  });
});

describe('a directory that self imports', () => {
  it('is read in the order of code points, which is not that of UTF-16 or of a language', async () => {
    // By UTF-16, U+1F600 begins with U+D83D and so comes before U+FF5E.
    const ordered = ['B', 'a', 'a10', 'a2', 'c', '\u00e4', '\uff5e', '\u{1f600}'];
    const reversed = [...ordered].reverse();
    const files = Object.fromEntries(reversed.map((name) => [`app/all/${name}.yml`, manifestOf(name)]));
    expect(await names(makeTopdir(['manifest: {self: {import: all}}'], files))).toEqual(ordered);
  });

  it.each([
    ['.yml', false],
    ['.yaml', false],
    ['x.yml', true],
    ['x.yaml', true],
    ['.x.yml', true],
    ['..yml', true],
    ['x.yml.yaml', true],
    ['x.YML', false],
    ['x.yml~', false],
    ['x.yml.orig', false],
    ['xyml', false],
    ['x.json', false],
    ['x.yaaml', false],
  ])('is read for its files by their names alone: %s is among them: %s', async (file, isRead) => {
    const files = { [`app/all/${file}`]: manifestOf('inner'), 'app/all/z.yml': manifestOf('z') };
    const root = makeTopdir(['manifest: {self: {import: all}}'], files);
    expect(await names(root)).toEqual(isRead ? ['inner', 'z'] : ['z']);
  });

  it('may hold nothing to read', async () => {
    expect(await names(makeTopdir(['manifest: {self: {import: all}}'], { 'app/all/readme': '' }))).toEqual(
      [],
    );
  });

  it.each(['.yml', 'x.txt', 'sub/a'])('is no rule for a file that is named itself: %s', async (file) => {
    const root = makeTopdir([`manifest: {self: {import: ${file}}}`], { [`app/${file}`]: manifestOf('a') });
    expect(await names(root)).toEqual(['a']);
  });
});

describe('a directory that is imported from a project', () => {
  it('is read in the order of code points, without .yml alone', async () => {
    const root = makeTopdir(projects('name: sdk, url: u, import: all'));
    const files = ['\u{1f600}.yml', '\uff5e.yaml', 'b.yml', 'B.yml', '.yml', '.yaml', 'x.txt'];
    const committed = files.map((name) => [`all/${name}`, manifestOf(path.parse(name).name)]);
    makeRepository(path.join(root, 'sdk'), Object.fromEntries(committed));
    expect(await names(root)).toEqual(['sdk', 'B', 'b', '\uff5e', '\u{1f600}']);
  });
});

describe('a manifest repository outside of the workspace, by an absolute manifest.path', () => {
  function makeOutside(file: string): {
    readonly root: string;
    readonly topdir: string;
    readonly app: string;
  } {
    const root = temporaryTree({
      'elsewhere/app/west.yml': `manifest: {self: {import: "${file}"}}\n`,
      'elsewhere/app/sub/more.yml': manifestOf('more'),
      'elsewhere/beside.yml': manifestOf('beside'),
      'ws/in/workspace.yml': manifestOf('inner'),
    });
    return { root, topdir: path.join(root, 'ws'), app: path.join(root, 'elsewhere', 'app') };
  }

  it.each([
    ['sub/more.yml', 'more'],
    ['./sub/../sub/more.yml', 'more'],
    ['sub', 'more'],
    ['../../ws/in/workspace.yml', 'inner'],
  ])('may import %s, which is in the repository or the workspace', async (file, name) => {
    const { topdir, app } = makeOutside(file);
    expect(await names(topdir, app)).toEqual([name]);
  });

  it.each(['../beside.yml', '..', '../../elsewhere/beside.yml'])(
    'may not import %s, which is in neither',
    async (file) => {
      const { topdir, app } = makeOutside(file);
      const error = await caught(() => resolve(topdir, { repositoryPath: app }));
      expect(error.code).toBe('BLOBS_MALFORMED_MANIFEST');
      expect(error.message).toBe(
        `malformed manifest: "self: import: ${file}": it lies outside of the repository and the workspace`,
      );
      expect(error.details).toMatchObject({ file: path.join(app, 'west.yml'), line: 1, column: 27 });
    },
  );
});

describe('an error in a file that is imported', () => {
  /** A chain of files that import each other, the last of which is malformed. */
  function makeChain(length: number): string {
    const files: Record<string, string> = {};
    for (let index = 1; index < length; index += 1) {
      files[`app/${index}.yml`] = `manifest: {self: {import: ${index + 1}.yml}}\n`;
    }
    return makeTopdir(['manifest: {self: {import: 1.yml}}'], { ...files, [`app/${length}.yml`]: 'wrong\n' });
  }

  it.each([
    [1, ['west']],
    [3, ['2', '1', 'west']],
    [5, ['4', '3', '2', '1', 'west']],
    [6, ['5', '4', '3', '2', '1']],
    [7, ['6', '5', '4', '3', '2']],
  ])(
    'at the end of %i imports lists the importers from the nearest on, five at most',
    async (length, importers) => {
      const root = makeChain(length);
      const error = await caught(() => resolve(root));
      expect(error.code).toBe('BLOBS_MALFORMED_MANIFEST');
      expect(error.details).toMatchObject({ file: path.join(root, 'app', `${length}.yml`), line: 1 });
      expect(error.details.facts).toEqual(
        importers.map((name) => `imported at ${path.join(root, 'app', `${name}.yml`)}:1:27`),
      );
    },
  );

  it('lists an importer once, however often it imports itself', async () => {
    const root = makeTopdir(['manifest: {self: {import: loop.yml}}'], {
      'app/loop.yml': 'manifest:\n  self: {import: loop.yml}\n',
    });
    const error = await caught(() => resolve(root));
    expect(error.code).toBe('BLOBS_IMPORT_FAILED');
    expect(error.details).toMatchObject({ file: path.join(root, 'app', 'loop.yml'), line: 2 });
    expect(error.details.facts).toEqual([
      `imported at ${path.join(root, 'app', 'loop.yml')}:2:18`,
      `imported at ${path.join(root, 'app', 'west.yml')}:1:27`,
    ]);
  });

  it('says of each importer where it stands, in one file too', async () => {
    const root = makeTopdir(
      ['manifest:', '  self:', '    import:', '      - fine.yml', '      - wrong.yml'],
      {
        'app/fine.yml': 'manifest: {}\n',
        'app/wrong.yml': 'wrong\n',
      },
    );
    const { facts } = (await caught(() => resolve(root))).details;
    expect(facts).toEqual([`imported at ${path.join(root, 'app', 'west.yml')}:5:9`]);
  });

  it('says at which revision the file was read where that is not the working tree', async () => {
    const root = makeTopdir(projects('name: sdk, url: u, import: a.yml'));
    makeRepository(path.join(root, 'sdk'), { 'a.yml': 'manifest: {projects: [{name: b}]}\n' });
    const { facts } = (await caught(() => resolve(root))).details;
    const importer = `${path.join(root, 'app', 'west.yml')}:3:35`;
    expect(facts).toEqual([`read at refs/heads/manifest-rev, imported at ${importer}`]);
  });
});

describe('an import from a project that git cannot read', () => {
  function makeImporting(): { readonly root: string; readonly sdk: string } {
    const root = makeTopdir(projects('name: sdk, url: u, import: true'));
    const sdk = path.join(root, 'sdk');
    makeRepository(sdk, { 'west.yml': manifestOf('a') });
    return { root, sdk };
  }

  it('says that git must be installed where there is none', async () => {
    const { root } = makeImporting();
    const error = await caught(() => resolve(root, { environment: { PATH: tempDir() } }));
    expect(error.code).toBe('BLOBS_IMPORT_FAILED');
    expect(error.message).toContain(
      'cannot import "west.yml" from project "sdk" (sdk): git is not on the PATH',
    );
    expect(error.details).toMatchObject({
      hint: 'install git: what a manifest imports from a project is read with it',
      file: path.join(root, 'app', 'west.yml'),
      line: 3,
      column: 35,
    });
  });

  it('needs no git where nothing is imported from a project', async () => {
    const root = makeTopdir([...projects('name: sdk, url: u, import: no'), '  self: {import: more.yml}'], {
      'app/more.yml': manifestOf('more'),
    });
    mkdirSync(path.join(root, 'sdk'));
    const { projects: found } = await resolve(root, { environment: { PATH: tempDir() } });
    expect(found.map(({ name }) => name)).toEqual(['more', 'sdk']);
  });

  // Only the superuser can give a file to somebody else.
  it.skipIf(process.getuid?.() !== 0)('says how to trust the repository of somebody else', async () => {
    const { root, sdk } = makeImporting();
    const below = readdirSync(sdk, { recursive: true, encoding: 'utf8' });
    for (const place of ['', ...below]) chownSync(path.join(sdk, place), 65_533, 65_533);
    const environment = { PATH: process.env['PATH'], HOME: tempDir(), GIT_CONFIG_NOSYSTEM: '1' };
    const error = await caught(() => resolve(root, { environment }));
    expect(error.code).toBe('BLOBS_IMPORT_FAILED');
    expect(error.message).toContain('git does not trust the repository');
    expect(error.details).toMatchObject({
      hint: 'make the repository yours, or list it in git\'s "safe.directory"',
      file: path.join(root, 'app', 'west.yml'),
      line: 3,
      column: 35,
    });
    const trusting = {
      ...environment,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: sdk,
    };
    const { projects: found } = await resolve(root, { environment: trusting });
    expect(found.map(({ name }) => name)).toEqual(['sdk', 'a']);
  });
});
