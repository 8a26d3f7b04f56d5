// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, relative } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { WestProject } from '../../../src/core/modules.ts';
import { findModules } from '../../../src/workspace/modules/find-modules.ts';
import { withDirectory } from '../../support/temp.ts';
import { makeRepository } from '../../support/west-workspace.ts';

const FULL = process.env['BLOBS_TEST_FULL'] === '1';
const RUNS = FULL ? 1000 : 12;
// Also of shrinking what failed; after it, the smallest counterexample so far is printed with its seed.
const TIME_LIMIT_MS = FULL ? 900_000 : 45_000;

const LISTS = ['name-allowlist', 'name-blocklist', 'path-allowlist', 'path-blocklist'] as const;

type ImportMap = { readonly [list in (typeof LISTS)[number]]?: string | readonly string[] } & {
  readonly file?: string;
  readonly 'path-prefix'?: string;
};
type ImportValue = true | string | ImportMap | readonly ImportValue[];

interface Definition {
  readonly name: string;
  readonly path?: string;
  readonly import?: ImportValue;
}

interface Manifest {
  readonly self?: { readonly import: ImportValue };
  readonly projects: readonly Definition[];
}

type Tree = Readonly<Record<string, Manifest>>;

interface Repository {
  /** What manifest-rev holds: imports from a project are read from it. */
  readonly committed: Tree;
  /** What lies there: a `self: import:` is read from it, whosever it is. */
  readonly worktree: Tree;
}

/** Everything there is, whether it is imported or not. */
interface Universe {
  readonly top: Manifest;
  readonly own: Tree;
  readonly repositories: Readonly<Record<string, Repository>>;
}

const REPOSITORIES = ['ra', 'rb', 'rc', 'rd'];
const LEAVES = ['l0', 'l1', 'l2', 'l3', 'l4', 'l5'];
const NAMES = [...REPOSITORIES, ...LEAVES];
const GLOBS = [
  'lib/*',
  '*/l1',
  'l*',
  'hal/**',
  '*/deep/*',
  'r?',
  '/lib/*',
  '*',
  'lib/l0',
  'ra',
  'one/*/l?',
  '**',
];

const someNames = fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 });
const someGlobs = fc.uniqueArray(fc.constantFrom(...GLOBS), { minLength: 1, maxLength: 2 });
const oneOrMore = (list: fc.Arbitrary<string[]>) =>
  list.map((items) => (items.length === 1 ? (items[0] as string) : items));

function importMap(files: readonly string[], required: readonly string[]): fc.Arbitrary<ImportMap> {
  const fields = {
    file: fc.constantFrom(...files),
    'name-allowlist': oneOrMore(someNames),
    'name-blocklist': oneOrMore(someNames),
    'path-allowlist': oneOrMore(someGlobs),
    'path-blocklist': oneOrMore(someGlobs),
    'path-prefix': fc.constantFrom('one', 'two/deep', './lib//', 'hal'),
  };
  // One or two of them at a time, since three lists leave nothing over.
  return fc
    .tuple(fc.subarray(Object.keys(fields), { minLength: 1, maxLength: 2 }), fc.record(fields))
    .map(([keys, all]) =>
      Object.fromEntries(Object.entries(all).filter(([key]) => keys.includes(key) || required.includes(key))),
    );
}

/** An import of one of `files`; without a name, of west.yml where that is allowed. */
function importValue(files: readonly string[], unnamed: boolean): fc.Arbitrary<ImportValue> {
  const file = fc.constantFrom(...files);
  const map = importMap(files, unnamed ? [] : ['file']);
  const list = fc.array(fc.oneof(file, map), { minLength: 1, maxLength: 3 });
  return unnamed
    ? fc.oneof({ arbitrary: fc.constant(true as const), weight: 2 }, file, map, list)
    : fc.oneof(file, map, list);
}

const COMMITTED = ['west.yml', 'other.yml', 'parts'];
const LYING_THERE = ['more.yml', 'parts'];

function definition(name: string): fc.Arbitrary<Definition> {
  const path = fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 40 },
    { arbitrary: fc.constantFrom(`lib/${name}`, `hal/deep/${name}`, `./lib/${name}/`), weight: 40 },
    { arbitrary: fc.constantFrom('shared/place', 'app'), weight: 1 },
  );
  const imports = REPOSITORIES.includes(name)
    ? fc.option(importValue(COMMITTED, true), { nil: undefined, freq: 5 })
    : fc.constant(undefined);
  return fc.tuple(path, imports).map(([place, value]) => ({
    name,
    ...(place === undefined ? {} : { path: place }),
    ...(value === undefined ? {} : { import: value }),
  }));
}

function manifest(selfImport: fc.Arbitrary<ImportValue | undefined>, minLength = 0): fc.Arbitrary<Manifest> {
  const projects = fc
    .uniqueArray(fc.constantFrom(...NAMES), { minLength, maxLength: 4 })
    .chain((names) => fc.tuple(...names.map(definition)));
  return fc.tuple(selfImport, projects).map(([value, list]) => ({
    ...(value === undefined ? {} : { self: { import: value } }),
    projects: list,
  }));
}

const noSelfImport = fc.constant(undefined);
const anySelfImport = fc.option(importValue(LYING_THERE, false), { nil: undefined, freq: 2 });
const partsOnly = fc.option(importValue(['parts'], false), { nil: undefined, freq: 2 });

const worktree = fc.record({
  'more.yml': manifest(partsOnly),
  'parts/a.yml': manifest(noSelfImport),
  'parts/b.yaml': manifest(noSelfImport),
});
const repository = fc.record({
  committed: fc.record({
    'west.yml': manifest(anySelfImport, 1),
    'other.yml': manifest(noSelfImport),
    'parts/10.yml': manifest(noSelfImport),
    'parts/9.yaml': manifest(anySelfImport),
  }),
  worktree,
});
const universe: fc.Arbitrary<Universe> = fc.record({
  top: manifest(anySelfImport, 2),
  own: worktree,
  repositories: fc.record(Object.fromEntries(REPOSITORIES.map((name) => [name, repository]))),
});

/** What west makes of a universe, by a model that shares no code with the program. */
interface Model {
  /** In order. `under`: the path prefixes of the imports that led to the project. */
  readonly projects: ReadonlyMap<string, { readonly path: string; readonly under: string }>;
  /** Whether two projects, or one and the manifest repository, claim one place. */
  readonly hasClash: boolean;
  /** Repository → path, of all that are imported from. */
  readonly cloned: ReadonlyMap<string, string>;
  /** Names that some filter kept out wherever they are defined. */
  readonly keptOut: ReadonlySet<string>;
}

type Filter = (name: string, path: string) => boolean;

interface Context {
  readonly worktree: Tree;
  readonly filters: readonly Filter[];
  readonly prefix: string;
}

/** West's order: self imports, then a manifest's own projects, then imports from those, depth first. */
function resolve({ top, own, repositories }: Universe): Model {
  const projects = new Map<string, { path: string; under: string }>();
  const cloned = new Map<string, string>();
  const [blocked, passed] = [new Set<string>(), new Set<string>()];

  function load({ self, projects: definitions }: Manifest, context: Context): void {
    if (self !== undefined) follow(self.import, context.worktree, context);
    const importing: (() => void)[] = [];
    for (const { name, path = name, import: value } of definitions) {
      const prefix = isMap(value) ? (value['path-prefix'] ?? '') : '';
      const place = tidy(context.prefix, prefix, path);
      const isWanted = context.filters.every((allows) => allows(name, place));
      (isWanted ? passed : blocked).add(name);
      if (!isWanted || projects.has(name)) continue;
      projects.set(name, { path: place, under: context.prefix });
      const source = repositories[name];
      if (value === undefined || source === undefined) continue;
      importing.push(() => {
        cloned.set(name, place);
        follow(value, source.committed, { ...context, worktree: source.worktree });
      });
    }
    for (const start of importing) start();
  }

  function follow(value: ImportValue, tree: Tree, context: Context): void {
    if (isList(value)) {
      for (const item of value) follow(item, tree, context);
      return;
    }
    const map: ImportMap = value === true ? {} : typeof value === 'string' ? { file: value } : value;
    const { file = 'west.yml', 'path-prefix': prefix = '' } = map;
    const inside = {
      ...context,
      filters: [...context.filters, filterOf(map)],
      prefix: tidy(context.prefix, prefix),
    };
    const files = Object.keys(tree).filter((path) => path === file || path.startsWith(`${file}/`));
    for (const path of files.sort()) load(tree[path] as Manifest, inside);
  }

  load(top, { worktree: own, filters: [], prefix: '' });
  const paths = ['app', ...[...projects.values()].map(({ path }) => path)];
  return {
    projects,
    hasClash: hasTwice(paths),
    cloned,
    keptOut: new Set([...blocked].filter((name) => !passed.has(name))),
  };
}

function hasTwice(items: readonly string[]): boolean {
  return new Set(items).size < items.length;
}

function isList(value: ImportValue): value is readonly ImportValue[] {
  return Array.isArray(value);
}

function isMap(value: ImportValue | undefined): value is ImportMap {
  return typeof value === 'object' && !isList(value);
}

function tidy(...parts: readonly string[]): string {
  const path = posix.join(...parts).replace(/\/$/, '');
  return path === '.' ? '' : path;
}

function filterOf(map: ImportMap): Filter {
  const [names, notNames, paths, notPaths] = LISTS.map((list) => [map[list] ?? []].flat()) as [
    string[],
    string[],
    string[],
    string[],
  ];
  return (name, path) => {
    const allowed = names.includes(name) || paths.some((glob) => matches(path, glob));
    const isBlocked = notNames.includes(name) || notPaths.some((glob) => matches(path, glob));
    return allowed || (!isBlocked && names.length + paths.length === 0);
  };
}

/** As PurePath.match of Python 3.11, for the globs above: from the right, `**` as `*`, `/x` matches no relative path. */
function matches(path: string, glob: string): boolean {
  if (glob.startsWith('/')) return false;
  const [parts, patterns] = [path.split('/').reverse(), glob.split('/').reverse()];
  return patterns.every((pattern, index) => {
    const part = parts[index];
    const expression = pattern.replaceAll('?', '.').replace(/\*+/g, '.*');
    return part !== undefined && new RegExp(`^${expression}$`).test(part);
  });
}

function manifestText({ self, projects }: Manifest): string {
  const entries = projects.map((project) => ({ ...project, url: 'https://projects.invalid/x' }));
  return JSON.stringify({ manifest: { ...(self && { self }), projects: entries } });
}

/** Lays out what the model says is read, and nothing else: what is read beyond that is not there. */
function layOut(topdir: string, { top, own, repositories }: Universe, { cloned }: Model): void {
  const write = (path: string, text: string) => writeFileSync(withDirectory(join(topdir, path)), text);
  const writeTree = (directory: string, tree: Tree) => {
    for (const [path, content] of Object.entries(tree)) write(`${directory}/${path}`, manifestText(content));
    write(`${directory}/parts/README`, '[');
  };
  write('.west/config', '[manifest]\npath = app\n');
  writeTree('app', { ...own, 'west.yml': top });
  for (const [name, path] of cloned) {
    const { committed, worktree: lying } = repositories[name] as Repository;
    writeTree(path, lying);
    const files = Object.entries(committed).map(([file, content]) => [file, manifestText(content)]);
    makeRepository(join(topdir, path), { ...Object.fromEntries(files), 'parts/notes.txt': '[' });
  }
}

function find(topdir: string) {
  return findModules({
    cwd: topdir,
    moduleDirectories: [],
    zephyrModules: [],
    extraModules: [],
    westConfig: { global: join(topdir, 'no-config'), system: [] },
    gitEnvironment: { PATH: process.env['PATH'], HOME: topdir },
  });
}

async function check(all: Universe): Promise<void> {
  const model = resolve(all);
  // Of two repositories at one place, only one can be laid out.
  fc.pre(!hasTwice(['app', ...model.cloned.values()]));
  const topdir = realpathSync(mkdtempSync(join(tmpdir(), 'blobs-property-')));
  try {
    layOut(topdir, all, model);
    if (model.hasClash)
      await expect(find(topdir)).rejects.toMatchObject({ code: 'BLOBS_MALFORMED_MANIFEST' });
    else checkProjects(topdir, model, (await find(topdir)).workspace?.projects ?? []);
  } finally {
    rmSync(topdir, { recursive: true, force: true });
  }
}

function checkProjects(topdir: string, model: Model, [own, ...projects]: readonly WestProject[]): void {
  expect(own).toMatchObject({ name: 'manifest', path: 'app' });
  // The first definition wins, in west's order.
  expect(projects.map(({ name, path }) => `${name} ${path}`)).toEqual(
    [...model.projects].map(([name, { path }]) => `${name} ${path}`),
  );
  expect(hasTwice(projects.map(({ name }) => name))).toBe(false);
  expect(hasTwice(projects.map(({ abspath }) => abspath))).toBe(false);
  for (const { name, abspath, cloned } of projects) {
    const belowPrefix = relative(join(topdir, model.projects.get(name)?.under ?? ''), abspath);
    expect(belowPrefix).toMatch(/^(?!\.\.|\/)./);
    expect(model.keptOut).not.toContain(name);
    expect(cloned).toBe(model.cloned.has(name));
  }
}

it(
  'a workspace with imports has the projects, in the order and at the places, that west gives them',
  async () => {
    await fc.assert(fc.asyncProperty(universe, check), {
      numRuns: RUNS,
      interruptAfterTimeLimit: TIME_LIMIT_MS,
      markInterruptAsFailure: true,
    });
  },
  TIME_LIMIT_MS + 60_000,
);
