// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commitFiles, git } from '../support/commits.ts';
import { type BlobSpec, moduleYaml } from '../support/modules.ts';
import { type CliResult, runCli } from '../support/run-cli.ts';
import { schemaErrors } from '../support/schema.ts';
import { tempDir, withDirectory } from '../support/temp.ts';
import { listingOf, manifestText, project, setTraps } from '../support/west-workspace.ts';

interface History {
  readonly topdir: string;
  /** Commits a module of this name with these blobs at `modules/NAME`; gives the commit. */
  readonly module: (name: string, blobs: readonly BlobSpec[]) => string;
  /** Commits the manifest with these keys. */
  readonly manifest: (
    keys: Readonly<Record<string, unknown>>,
    files?: Readonly<Record<string, string>>,
  ) => string;
}

/** A workspace whose manifest is `app/west.yml`. */
function makeHistory(): History {
  const topdir = tempDir();
  writeFileSync(withDirectory(join(topdir, '.west', 'config')), '[manifest]\npath = app\n');
  return {
    topdir,
    module: (name, blobs) =>
      commitFiles(join(topdir, 'modules', name), { 'zephyr/module.yml': moduleYaml({ name, blobs }) }),
    manifest: (keys, files = {}) =>
      commitFiles(join(topdir, 'app'), { 'west.yml': manifestText(keys), ...files }),
  };
}

function at(name: string, revision: string, keys: Readonly<Record<string, unknown>> = {}) {
  return project(name, { path: `modules/${name}`, revision, ...keys });
}

function diff(topdir: string, ...args: readonly string[]): Promise<CliResult> {
  return runCli(['diff', ...args, '--json'], { cwd: join(topdir, 'app') });
}

function changesOf(result: CliResult): string[] {
  return result.json().blobs.map(({ module, change, path }) => `${module} ${String(change)} ${path}`);
}

describe('diff in a workspace', () => {
  test('shows what a manifest bump changes: modules that come, go, move on and stay', async () => {
    const { topdir, module, manifest } = makeHistory();
    const [x1, y, z] = [
      module('hal_x', [{ path: 'a' }]),
      module('hal_y', [{ path: 'y' }]),
      module('hal_z', [{ path: 'z' }]),
    ];
    const x2 = module('hal_x', [{ path: 'a', version: '2' }, { path: 'b' }]);
    const same = module('hal_same', [{ path: 's' }]);
    manifest({ projects: [at('hal_x', x1), at('hal_y', y), at('hal_same', same)] });
    manifest({ projects: [at('hal_x', x2), at('hal_z', z), at('hal_same', same)] });

    const result = await diff(topdir, 'HEAD~1..HEAD', '--exit-code');

    expect(schemaErrors('diff', result.json())).toEqual([]);
    expect(changesOf(result)).toEqual([
      'hal_x modified a',
      'hal_x added b',
      'hal_z added z',
      'hal_y removed y',
    ]);
    expect(result.json()).toMatchObject({
      issues: [],
      modules: [
        { name: 'hal_x', change: 'changed', before: { revision: x1 }, after: { revision: x2 } },
        { name: 'hal_z', change: 'added' },
        { name: 'hal_y', change: 'removed' },
      ],
    });
    expect(result.code).toBe(1);
    const named = await diff(topdir, 'HEAD~1..HEAD', 'hal_z', 'hal_same');
    expect([changesOf(named), named.code]).toEqual([['hal_z added z'], 0]);
    expect((await diff(topdir, 'HEAD~1..HEAD', 'hal_q')).json().issues).toMatchObject([
      { code: 'BLOBS_UNKNOWN_MODULE' },
    ]);
  });

  test('compares with the manifest in the working tree, and its projects at what that names', async () => {
    const { topdir, module, manifest } = makeHistory();
    const [x1, x2] = [module('hal_x', [{ path: 'a' }]), module('hal_x', [{ path: 'b' }])];
    manifest({ projects: [at('hal_x', x1)] });
    module('hal_x', [{ path: 'later' }]);

    writeFileSync(join(topdir, 'app', 'west.yml'), manifestText({ projects: [at('hal_x', x2)] }));

    const result = await diff(topdir, 'HEAD');
    expect(changesOf(result)).toEqual(['hal_x removed a', 'hal_x added b']);
    expect(result.json()).toMatchObject({ after: null });
  });

  test('resolves imports as of each revision: from self, and from a project with what it imports from itself', async () => {
    const { topdir, module, manifest } = makeHistory();
    const [x1, x2] = [module('hal_x', [{ path: 'a' }]), module('hal_x', [{ path: 'b' }])];
    const [y1, y2] = [module('hal_y', [{ path: 'c' }]), module('hal_y', [{ path: 'd' }])];
    const sdk = join(topdir, 'sdk');
    const sdkAt = (revision: string): string =>
      commitFiles(sdk, {
        'west.yml': manifestText({ self: { import: 'sub' }, projects: [] }),
        'sub/y.yml': manifestText({ projects: [at('hal_y', revision)] }),
      });
    const [sdk1, sdk2] = [sdkAt(y1), sdkAt(y2)];
    const appAt = (revision: string, own: string) =>
      manifest(
        { self: { import: 'more.yml' }, projects: [project('sdk', { revision, import: true })] },
        { 'more.yml': manifestText({ projects: [at('hal_x', own)] }) },
      );
    appAt(sdk1, x1);
    appAt(sdk2, x2);
    // Neither working tree nor manifest-rev is what either revision means.
    commitFiles(sdk, { 'west.yml': null, 'sub/y.yml': null });
    writeFileSync(join(topdir, 'app', 'more.yml'), 'broken: [');

    const result = await diff(topdir, 'HEAD~1..HEAD');

    expect(result.json().issues).toEqual([]);
    expect(changesOf(result)).toEqual([
      'hal_x removed a',
      'hal_x added b',
      'hal_y removed c',
      'hal_y added d',
    ]);
  });

  test('says where a clone does not have a revision, and compares the rest', async () => {
    const { topdir, module, manifest } = makeHistory();
    const [x1, x2] = [module('hal_x', [{ path: 'a' }]), module('hal_x', [{ path: 'b' }])];
    const y = module('hal_y', [{ path: 'y' }]);
    manifest({ projects: [at('hal_x', x1), at('hal_y', y), at('hal_absent', 'v1'), at('hal_other', 'v1')] });
    manifest({
      projects: [at('hal_x', x2), at('hal_y', '1'.repeat(40)), at('hal_absent', 'v2'), at('hal_other', 'v1')],
    });

    const result = await diff(topdir, 'HEAD~1..HEAD');

    expect(changesOf(result)).toEqual(['hal_x removed a', 'hal_x added b']);
    const { issues } = result.json();
    expect(issues.map(({ code, module: of }) => `${code} ${of}`)).toEqual([
      'BLOBS_REVISION_NOT_FETCHED hal_y',
      'BLOBS_REVISION_NOT_FETCHED hal_absent',
      'BLOBS_REVISION_NOT_FETCHED hal_absent',
    ]);
    expect(issues[0]?.hint).toMatch(/west update.*git fetch/);
    expect(result.code).toBe(1);
  });

  test('takes a tag, a branch that was fetched, and a branch where west update left it', async () => {
    const { topdir, module, manifest } = makeHistory();
    const directory = join(topdir, 'modules', 'hal_x');
    module('hal_x', [{ path: 'tagged' }]);
    git(directory, 'tag', 'v1');
    git(directory, 'update-ref', 'refs/remotes/origin/dev', module('hal_x', [{ path: 'fetched' }]));
    git(directory, 'update-ref', 'refs/heads/manifest-rev', module('hal_x', [{ path: 'updated' }]));
    for (const revision of ['v1', 'dev', 'next']) manifest({ projects: [at('hal_x', revision)] });

    expect(changesOf(await diff(topdir, 'HEAD~2..HEAD~1'))).toEqual([
      'hal_x added fetched',
      'hal_x removed tagged',
    ]);
    expect(changesOf(await diff(topdir, 'HEAD~1..HEAD'))).toEqual([
      'hal_x removed fetched',
      'hal_x added updated',
    ]);
    // No longer what west update was told.
    writeFileSync(join(topdir, 'app', 'west.yml'), manifestText({ projects: [at('hal_x', 'v1')] }));
    const stale = await diff(topdir, 'HEAD~1..HEAD');
    expect(stale.json().issues).toMatchObject([{ code: 'BLOBS_REVISION_NOT_FETCHED' }]);
  });

  test('names a malformed manifest and a malformed module.yml as git does, with the line', async () => {
    const { topdir, module, manifest } = makeHistory();
    const x = module('hal_x', [{ path: 'a' }]);
    const broken = commitFiles(join(topdir, 'modules', 'hal_x'), {
      'zephyr/module.yml': 'name: hal_x\nblobs: [\n',
    });
    manifest({ projects: [at('hal_x', x)] });
    manifest({ projects: [at('hal_x', broken)] });
    manifest({ projects: [{ url: 'u' }] });

    const module1 = await diff(topdir, 'HEAD~2..HEAD~1');
    const manifest1 = await diff(topdir, 'HEAD~1..HEAD');

    expect(module1.json().issues).toMatchObject([
      {
        code: 'BLOBS_MALFORMED_YAML',
        file: `${broken}:zephyr/module.yml`,
        line: 3,
        facts: ['in the clone modules/hal_x'],
      },
    ]);
    expect([changesOf(module1), module1.code]).toEqual([[], 65]);
    expect(manifest1.json().issues).toMatchObject([
      { code: 'BLOBS_MALFORMED_MANIFEST', file: 'HEAD:west.yml', line: 1 },
    ]);
    expect(manifest1.code).toBe(65);
  });

  test('takes the manifest repository as a module, and leaves out inactive projects and Zephyr', async () => {
    const { topdir, module, manifest } = makeHistory();
    const [x1, x2] = [module('hal_x', [{ path: 'a' }]), module('hal_x', [{ path: 'b' }])];
    const zephyr = (path: string) =>
      commitFiles(join(topdir, 'zephyr'), { 'zephyr/module.yml': moduleYaml({ blobs: [{ path }] }) });
    const own = (path: string) => ({ 'zephyr/module.yml': moduleYaml({ name: 'own', blobs: [{ path }] }) });
    const keys = (revision: string, base: string) => ({
      'group-filter': ['-off'],
      projects: [at('hal_x', revision, { groups: ['off'] }), project('zephyr', { revision: base })],
    });
    manifest(keys(x1, zephyr('a')), own('c'));
    manifest(keys(x2, zephyr('b')), own('d'));

    expect(changesOf(await diff(topdir, 'HEAD~1..HEAD'))).toEqual(['own removed c', 'own added d']);
  });

  test('knows a module that became another project', async () => {
    const { topdir, module, manifest } = makeHistory();
    const x = module('hal_x', [{ path: 'a' }]);
    const moved = commitFiles(join(topdir, 'modules', 'new'), {
      'zephyr/module.yml': moduleYaml({ name: 'hal_x', blobs: [{ path: 'a', version: '2' }] }),
    });
    manifest({ projects: [at('hal_x', x)] });
    manifest({ projects: [at('new', moved)] });

    expect(changesOf(await diff(topdir, 'HEAD~1..HEAD'))).toEqual(['hal_x modified a']);
  });

  test('runs nothing of a repository, writes nothing, and does not search for what a manifest calls a revision', async () => {
    const { topdir, module, manifest } = makeHistory();
    const [x1, x2] = [module('hal_x', [{ path: 'a' }]), module('hal_x', [{ path: 'b' }])];
    manifest({ projects: [at('hal_x', x1)] });
    manifest({ projects: [at('hal_x', x2)] });
    manifest({ projects: [at('hal_x', ':/test'), at('--upload-pack=x', '--upload-pack=x')] });
    mkdirSync(join(topdir, 'modules', '--upload-pack=x'), { recursive: true });
    const clone = join(topdir, 'modules', 'hal_x', '.git');
    for (const part of ['info', 'hooks']) rmSync(join(clone, part), { recursive: true, force: true });
    const marker = setTraps(clone);
    const before = listingOf(topdir);

    expect(changesOf(await diff(topdir, 'HEAD~2..HEAD~1'))).toEqual(['hal_x removed a', 'hal_x added b']);
    const hostile = await diff(topdir, 'HEAD~1..HEAD');
    expect(hostile.json().issues.map(({ code }) => code)).toEqual([
      'BLOBS_REVISION_NOT_FETCHED',
      'BLOBS_REVISION_NOT_FETCHED',
    ]);
    expect(listingOf(topdir)).toEqual(before);
    expect(() => rmSync(marker)).toThrow('ENOENT');
  });
});
