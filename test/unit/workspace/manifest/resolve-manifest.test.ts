// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { Observations } from '../../../../src/store/observations.ts';
import { readProjectFilter } from '../../../../src/workspace/manifest/project-filter.ts';
import { findPathProblem, tidyPath } from '../../../../src/workspace/manifest/project-paths.ts';
import { parseManifestText } from '../../../../src/workspace/manifest/read-manifest.ts';
import { resolveManifest } from '../../../../src/workspace/manifest/resolve-manifest.ts';
import { caught } from '../../samples.ts';

const CONTEXT = {
  topdir: '/nonexistent',
  repositoryPath: 'app',
  projectFilter: await readProjectFilter(undefined),
  git: { environment: {} },
  observations: new Observations(),
};

const read = (text: string) => resolveManifest(parseManifestText('west.yml', Buffer.from(text)), CONTEXT);
const project = (fields: string) => read(`manifest:\n  projects:\n    - {url: u, ${fields}}\n`);

describe('resolveManifest', async () => {
  it('lists the projects in their order', async () => {
    const { projects, issues } = await read(
      [
        'manifest:',
        '  defaults: {remote: r}',
        '  remotes: [{name: r, url-base: https://ex.test}]',
        '  projects:',
        '    - name: b',
        '      path: modules/hal/b',
        '    - {name: a, remote: r, repo-path: x, revision: 12}',
        '    - {name: c, url: u, path: }',
      ].join('\n'),
    );
    expect(projects.map(({ name, path }) => [name, path])).toEqual([
      ['b', 'modules/hal/b'],
      ['a', 'a'],
      ['c', 'c'],
    ]);
    expect(issues).toEqual([]);
  });

  it('points at the file, line and column of what is wrong, and shows the line', async () => {
    const error = await caught(() =>
      read('manifest:\n  projects:\n    - name: a\n      url: u\n      path: ../out\n'),
    );
    expect(error.code).toBe('BLOBS_MALFORMED_MANIFEST');
    expect(error.message).toContain('escapes the workspace');
    expect(error.details).toMatchObject({
      file: 'west.yml',
      line: 5,
      column: 13,
      sourceLine: '      path: ../out',
    });
  });

  it('points at an unknown key', async () => {
    const error = await caught(() => read('manifest:\n  projects: []\n  project: []\n'));
    expect(error.message).toContain('unknown key "project" in "manifest"');
    expect(error.details).toMatchObject({ line: 3, column: 3 });
  });

  it.each([
    ['a key of the prototype', '__proto__: 1, name: a', 'unknown key "__proto__" in "projects[0]"'],
    ['an inherited key', 'constructor: 1, name: a', 'unknown key "constructor"'],
    ['a name with NUL', 'name: "a\\0"', 'NUL'],
    ['an empty name', 'name: ""', 'empty'],
    [
      'an unquoted word that YAML 1.1 takes for a boolean',
      'name: off',
      '"projects[0].name" must be a string',
    ],
    ['a clone depth that is no number', 'name: a, clone-depth: deep', 'whole number'],
    ['groups that are no list', 'name: a, groups: g', '"projects[0].groups" must be a list'],
  ])('refuses %s', async (_what, fields, message) => {
    const error = await caught(() => project(fields));
    expect(error.code).toBe('BLOBS_MALFORMED_MANIFEST');
    expect(error.message).toContain(message);
  });

  it('escapes control characters in messages', async () => {
    const error = await caught(() => project('name: "a/\\e[31m"'));
    expect(error.message).toContain('a/\\x1b[31m');
  });

  it('refuses raw control characters and says where they are', async () => {
    const error = await caught(() => project('name: "a\u0007"'));
    expect(error.code).toBe('BLOBS_MALFORMED_MANIFEST');
    expect(error.details).toMatchObject({ line: 3, column: 24 });
  });

  it('reads an unquoted "yes" where a boolean belongs, with a warning', async () => {
    const { issues } = await project('name: a, submodules: yes');
    expect(issues.map(({ code, severity, line }) => [code, severity, line])).toEqual([
      ['BLOBS_YAML11_BOOLEAN', 'warning', 3],
    ]);
  });

  it('reads 10,000 projects in linear time', async () => {
    const many = (n: number) =>
      read(
        `manifest:\n  projects:\n${Array.from({ length: n }, (_, i) => `    - {name: p${i}, url: u}`).join('\n')}`,
      );
    // Time of this process alone, so that a busy machine does not count.
    const time = async (n: number) => {
      const start = process.cpuUsage();
      expect((await many(n)).projects).toHaveLength(n);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    };
    await time(1000);
    // Ten times as many take about ten times as long; a quadratic reader would need a hundred times.
    expect(await time(10_000)).toBeLessThan(40 * Math.max(await time(1000), 20));
  });
});

describe('findPathProblem', async () => {
  it.each(['/x', '\\x', 'C:\\x', 'c:/x', 'c:x', '//host/x'])('takes %s for absolute', async (path) => {
    expect(findPathProblem(path)).toContain('is absolute');
  });

  it.each(['..', '../x', 'a/../../x', 'a\\..\\..\\x', '..\\x'])('finds that %s escapes', async (path) => {
    expect(findPathProblem(path)).toContain('escapes the workspace');
  });

  it.each(['.', 'a', 'a/../b', './a//b/', '.western', 'a/.west'])('lets %s pass', async (path) => {
    expect(findPathProblem(path)).toBeUndefined();
  });
});

describe('tidyPath', async () => {
  it.each([
    ['./a/./b//c/', 'a/b/c'],
    ['mod/../x', 'mod/../x'],
    ['', '.'],
    ['./', '.'],
    ['/opt//x/', '/opt/x'],
  ])('writes %s as %s', (path, tidy) => {
    expect(tidyPath(path)).toBe(tidy);
  });
});
