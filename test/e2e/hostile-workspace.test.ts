// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  BROUGHT,
  EITHER,
  expectRefused,
  MALFORMED,
  makePipe,
  NOT_IMPORTED,
  type Result,
  run,
  selfImport,
  withSdk,
} from '../support/hostile-workspace.ts';
import { runCli } from '../support/run-cli.ts';
import { tempDir, withDirectory } from '../support/temp.ts';
import { costMeter, makeRepository, makeTopdir, manifestText, project } from '../support/west-workspace.ts';

const FULL = process.env['BLOBS_TEST_FULL'] === '1';
const MIB = 1024 * 1024;

/** All of them in the full suites, else each sixth. */
function sample<T>(all: readonly T[]): readonly T[] {
  return FULL ? all : all.filter((_, index) => index % 6 === 0);
}

async function measure(
  topdir: string,
): Promise<ReturnType<ReturnType<typeof costMeter>['read']> & { result: Result }> {
  const meter = costMeter();
  const result = await run(topdir, { env: meter.env, timeoutMs: 100_000 });
  return { result, ...meter.read() };
}

describe('imports without an end', () => {
  const fanOut = Object.fromEntries(
    Array.from({ length: 31 }, (_, n) => [
      `app/n${n}.yml`,
      n < 30 ? selfImport([`n${n + 1}.yml`, `n${n + 1}.yml`]) : manifestText({}),
    ]),
  );

  it.each<[string, Record<string, string>]>([
    ['a file that imports itself', { 'app/west.yml': selfImport('west.yml') }],
    ['a file that imports itself in a map', { 'app/west.yml': selfImport({ 'path-prefix': 'x' }) }],
    [
      'two files that import each other',
      {
        'app/west.yml': selfImport('a.yml'),
        'app/a.yml': selfImport('b.yml'),
        'app/b.yml': selfImport('a.yml'),
      },
    ],
    [
      'a directory that holds the importing file',
      { 'app/west.yml': selfImport('parts'), 'app/parts/a.yml': selfImport('parts') },
    ],
    ['the repository as a directory', { 'app/west.yml': selfImport('.') }],
    ['two to the thirtieth of them', { 'app/west.yml': selfImport('n0.yml'), ...fanOut }],
    [
      'ten thousand in a list',
      { 'app/west.yml': selfImport(Array(10_000).fill('a.yml')), 'app/a.yml': manifestText({}) },
    ],
  ])('end with an error: %s', async (_, files) => {
    expectRefused(await run(makeTopdir(files)), NOT_IMPORTED);
  });

  it('end with an error where an imported project has them in its working tree', async () => {
    const { topdir, sdk } = withSdk(selfImport('more.yml'));
    writeFileSync(join(sdk, 'more.yml'), selfImport('more.yml'));
    expectRefused(await run(topdir), NOT_IMPORTED);
  });

  it('end well where projects import each other, since a project that is known is not imported again', async () => {
    const [toSdk, toKit] = [project('sdk', { import: true }), project('kit', { import: true })];
    const { topdir } = withSdk(manifestText({ projects: [toKit, toSdk] }));
    mkdirSync(join(topdir, 'kit'));
    makeRepository(join(topdir, 'kit'), { 'west.yml': manifestText({ projects: [toSdk, project('end')] }) });
    const result = await run(topdir);
    expect([result.code, result.names]).toEqual([0, ['manifest', 'sdk', 'kit', 'end']]);
  });
});

describe('a manifest that is too much', () => {
  const many = Array.from({ length: 10_000 }, (_, n) => ({ name: `project_${n}` }));
  const defaults = { remotes: [{ name: 'r', 'url-base': 'u' }], defaults: { remote: 'r' } };

  it('ten thousand projects are found', { timeout: 120_000 }, async () => {
    const { result, cpuSeconds } = await measure(
      makeTopdir({ 'app/west.yml': manifestText({ ...defaults, projects: many }) }),
    );
    expect([result.code, result.names.length]).toEqual([0, 10_001]);
    expect(cpuSeconds).toBeLessThan(20);
  });

  const longer = { timeout: 120_000 };
  it.runIf(FULL)('ten thousand projects and three thousand patterns come to an end', longer, async () => {
    const globs = Array.from({ length: 3000 }, (_, n) => `*/x*_${n}?[a-z]*`);
    const topdir = makeTopdir({
      'app/west.yml': selfImport({ file: 'all.yml', 'path-blocklist': globs }),
      'app/all.yml': manifestText({ ...defaults, projects: many }),
    });
    const { result, cpuSeconds } = await measure(topdir);
    expect([0, 65]).toContain(result.code);
    expect(cpuSeconds).toBeLessThan(30);
  });

  it('a pattern that could be tried in countless ways is tried in a moment', async () => {
    const topdir = makeTopdir({
      'app/west.yml': selfImport({ file: 'all.yml', 'path-blocklist': [`${'*a'.repeat(40)}b`] }),
      'app/all.yml': manifestText({ projects: [project('a'.repeat(200))] }),
    });
    const { result, cpuSeconds } = await measure(topdir);
    expect([result.code, result.names.length]).toEqual([0, 2]);
    expect(cpuSeconds).toBeLessThan(10);
  });

  it.runIf(FULL)('a file of 100 MiB in git is not read', longer, async () => {
    const { topdir } = withSdk(Buffer.alloc(100 * MIB, '#\n'));
    const { result, peakMib } = await measure(topdir);
    expectRefused(result, EITHER);
    expect(peakMib).toBeLessThan(150);
  });

  const laughs = Array.from({ length: 30 }, (_, n) => `x${n + 1}: &x${n + 1} [*x${n}, *x${n}, *x${n}]\n`);
  const bombs: [string, string][] = [
    ['aliases of aliases', `x0: &x0 [ha]\n${laughs.join('')}manifest: {projects: *x30}\n`],
    ['lists in lists', `manifest: {projects: [{name: a, url: u, import: ${'['.repeat(100_000)}`],
    ['lists in lists, all closed', selfImport('[').replace('"["', '['.repeat(5000) + ']'.repeat(5000))],
    ['two mebibytes', `${BROUGHT}\n${'#'.repeat(2 * MIB)}\n`],
  ];

  it.each(sample(bombs))('%s are refused in git, in the repository and as the manifest', async (_, text) => {
    const { topdir } = withSdk(text);
    expectRefused(await run(topdir), EITHER);
    expectRefused(await run(makeTopdir({ 'app/west.yml': selfImport('a.yml'), 'app/a.yml': text })), EITHER);
    expectRefused(await run(makeTopdir({ 'app/west.yml': text })), EITHER);
  });
});

describe('a project that would leave the workspace', () => {
  it.each<[string, Record<string, unknown>]>([
    ['the parent', { path: '..' }],
    ['a long way round', { path: 'a/../../x' }],
    ['an absolute path', { path: '/etc' }],
    ['a backslash', { path: '\\etc' }],
    ["west's own directory", { path: 'a/../.west' }],
    ['a prefix', { import: { 'path-prefix': '..' } }],
    ['an absolute prefix', { import: { 'path-prefix': '/etc' } }],
  ])('is refused: %s', async (_, keys) => {
    const text = manifestText({ projects: [project('p', keys)] });
    expectRefused(await run(makeTopdir({ 'app/west.yml': text })), MALFORMED);
  });

  it('by a prefix and a path of which either alone stays inside is refused', async () => {
    const topdir = makeTopdir({
      'app/west.yml': selfImport({ file: 'all.yml', 'path-prefix': 'a' }),
      'app/all.yml': manifestText({ projects: [project('p', { path: '../../p' })] }),
    });
    expectRefused(await run(topdir), MALFORMED);
  });

  it('by a symbolic link is named as it is written', async () => {
    const projects = [project('beyond', { path: 'link/p' }), project('back', { path: 'link/../p' })];
    const topdir = makeTopdir({ 'app/west.yml': manifestText({ projects }) });
    symlinkSync(tempDir(), join(topdir, 'link'));
    const result = await run(topdir);
    expect(result.code).toBe(0);
    const places = ['app', 'link/p', 'p'].map((path) => join(topdir, path));
    expect(result.projects.map(({ abspath }) => abspath)).toEqual(places);
  });
});

describe('a self import', () => {
  const secrets = [
    ['a manifest', manifestText({ projects: [project('SECRET')] })],
    ['a broken file', 'SECRET: [\nSECRET SECRET\n'],
  ] as const;

  it.each(sample(secrets))('from elsewhere is refused and shows nothing of it: %s', async (_, text) => {
    const outside = tempDir();
    const secret = join(outside, 'secret.yml');
    writeFileSync(secret, text);
    const topdir = makeTopdir({ 'app/west.yml': '' });
    const app = join(topdir, 'app');
    symlinkSync(secret, join(app, 'link.yml'));
    symlinkSync(secret, withDirectory(join(app, 'parts/link.yml')));
    symlinkSync(outside, join(app, 'links'));
    const ways = [secret, 'link.yml', 'parts', 'links', 'links/secret.yml'];
    ways.push(relative(app, secret), relative(app, outside));
    for (const value of [...ways, ['link.yml'], { file: 'link.yml' }, { file: 'links' }]) {
      writeFileSync(join(app, 'west.yml'), selfImport(value));
      const result = await run(topdir);
      expectRefused(result, EITHER);
      expect(result.stdout + result.stderr).not.toContain('SECRET');
    }
  });

  it.each(sample(secrets))(
    'of an imported project from elsewhere is refused as well: %s',
    async (_, text) => {
      const outside = join(tempDir(), 'secret.yml');
      writeFileSync(outside, text);
      const { topdir, sdk } = withSdk(selfImport('link.yml'));
      symlinkSync(outside, join(sdk, 'link.yml'));
      const result = await run(topdir);
      expectRefused(result, EITHER);
      expect(result.stdout + result.stderr).not.toContain('SECRET');
    },
  );

  it.each<[string, string, (path: string) => void]>([
    ['a pipe', 'x.yml', (path) => makePipe(path)],
    ['a pipe in a directory', 'parts', (path) => makePipe(withDirectory(join(path, 'x.yml')))],
    ['a directory in a directory', 'parts', (path) => mkdirSync(join(path, 'x.yml'), { recursive: true })],
    ['a device', 'x.yml', (path) => symlinkSync('/dev/zero', path)],
    ['a link to itself', 'x.yml', (path) => symlinkSync('x.yml', path)],
  ])('of %s is refused', async (_, name, make) => {
    const topdir = makeTopdir({ 'app/west.yml': selfImport(name) });
    make(join(topdir, 'app', name));
    expectRefused(await run(topdir), EITHER);
  });
});

describe('what a manifest holds', () => {
  const evil = 'x\u001b]0;pwn\u0007\u009b31m\u202e\u2028y';
  const one = (keys: Record<string, unknown>) => manifestText({ projects: [project('p', keys)] });
  const configured = (lines: string) => ({
    '.west/config': `[manifest]\n${lines}\n`,
    'app/west.yml': one({}),
  });

  it.each<[string, Record<string, string>]>([
    ...Object.entries({
      'names and paths': manifestText({ projects: [project(evil, { path: `a/${evil}` })] }),
      'an import': one({ import: evil }),
      'a self import': selfImport(evil),
      'an unknown key of an import': one({ import: { [evil]: 1 } }),
      'a prefix': one({ import: { 'path-prefix': `../${evil}` } }),
      'a group': one({ groups: [`-${evil}`] }),
      'a group filter': manifestText({ 'group-filter': [evil] }),
      'a remote': manifestText({ projects: [{ name: 'p', remote: evil }] }),
      'an unknown key': one({ [evil]: 1 }),
      'a version': manifestText({ version: evil }),
      'a broken line': `manifest: {"${evil}": [}\n`,
    }).map(([what, text]): [string, Record<string, string>] => [what, { 'app/west.yml': text }]),
    ['a configured filter', configured(`path = app\nproject-filter = ${evil}(`)],
    ['a configured group', configured(`path = app\ngroup-filter = ${evil}`)],
    ['a configured place', configured(`path = ${evil}`)],
  ])('is escaped where it is printed: %s', async (_, files) => {
    const topdir = makeTopdir(files);
    const { stdout, stderr } = await run(topdir);
    const table = await runCli(['modules', '--all'], { cwd: topdir });
    const text = [stdout, stderr, table.stdout, table.stderr].join('');
    expect(text).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u202e]/);
    expect(text).toContain('pwn');
  });

  const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];

  it('may be named as what every object inherits', async () => {
    const topdir = makeTopdir({
      'app/west.yml': manifestText({
        remotes: inherited.map((name) => ({ name, 'url-base': 'u' })),
        defaults: { remote: '__proto__' },
        'group-filter': ['-__proto__', '-constructor', '+constructor'],
        projects: inherited.map((name) => ({ name, groups: [name] })),
        self: { import: { file: 'more.yml', 'name-allowlist': inherited.slice(0, 2) } },
      }),
      'app/more.yml': manifestText({
        projects: inherited.map((name) => project(name, { path: `more/${name}` })),
      }),
    });
    const result = await run(topdir);
    expect(result.projects.map(({ name, path, active }) => `${name} ${path} ${active}`)).toEqual([
      'manifest app true',
      '__proto__ more/__proto__ true',
      'constructor more/constructor true',
      'toString toString true',
      'hasOwnProperty hasOwnProperty true',
    ]);
    writeFileSync(join(topdir, 'app/more.yml'), manifestText({}));
    expect((await run(topdir)).projects.filter(({ active }) => !active).map(({ name }) => name)).toEqual([
      '__proto__',
    ]);
  });

  it.each(['__proto__', 'constructor'])('is not there because every object has %s', async (name) => {
    const remote = manifestText({ projects: [{ name: 'p', remote: name }] });
    expectRefused(await run(makeTopdir({ 'app/west.yml': remote })), MALFORMED);
    for (const where of ['{name: p, url: u, ?: 1}', '{name: p, url: u, import: {?: 1}}']) {
      const text = `manifest: {projects: [${where.replace('?', name)}]}\n`;
      expectRefused(await run(makeTopdir({ 'app/west.yml': text })), MALFORMED);
    }
  });

  it.each(['-(', '+*', '-[z-a]', '-(?P<n', '-(?<=a*)b', 'x'])(
    'is not filtered by the malformed project-filter %s',
    async (filter) => {
      const result = await run(makeTopdir(configured(`path = app\nproject-filter = ${filter}`)));
      expect([result.code, result.errors[0]?.code]).toEqual([2, 'BLOBS_BAD_CONFIG']);
    },
  );
});
