// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { DistinctPaths } from '../../../../src/workspace/manifest/distinct-paths.ts';
import type { ManifestProject } from '../../../../src/workspace/manifest/projects.ts';
import { caught } from '../temporary.ts';

/** A project at `path`, declared in `file` at this line. */
function project(name: string, path: string, line: number, file = '/ws/app/west.yml'): ManifestProject {
  return {
    name,
    path,
    groups: [],
    revision: 'main',
    remote: 'origin',
    origin: { file, line, column: 7, sourceLine: `line ${line}` },
  };
}

/** Watches these projects, of which each list is checked when it is complete. */
function watched(...lists: readonly (readonly ManifestProject[])[]): DistinctPaths {
  const paths = new DistinctPaths();
  for (const list of lists) {
    for (const one of list) paths.add(one);
    paths.check();
  }
  return paths;
}

describe('DistinctPaths', () => {
  it.each([
    ['one below the other', 'modules', 'modules/b'],
    ['alike but for upper and lower case', 'modules/a', 'modules/A'],
    ['spelt in another way, as west compares them', 'a/../b', 'b'],
  ])('lets two paths be that are %s', (_what, one, other) => {
    expect(() => watched([project('a', one, 1), project('b', other, 2)])).not.toThrow();
  });

  it('blames the project that was added later, at its position, and says where the other one is', () => {
    const error = caught(() => watched([project('a', 'x', 3), project('b', 'x', 4), project('c', 'x', 5)]));
    expect(error.code).toBe('BLOBS_MALFORMED_MANIFEST');
    expect(error.message).toBe(
      'malformed manifest: the path "x" of project "b" is taken by project "a" (/ws/app/west.yml:3)',
    );
    expect(error.details).toMatchObject({
      file: '/ws/app/west.yml',
      line: 4,
      column: 7,
      sourceLine: 'line 4',
    });
  });

  it('blames the one that was added later also where it is in another file', () => {
    const error = caught(() =>
      watched([project('own', 'x', 9)], [project('theirs', 'x', 2, '/ws/sdk/west.yml')]),
    );
    expect(error.message).toContain('of project "theirs" is taken by project "own" (/ws/app/west.yml:9)');
    expect(error.details).toMatchObject({ file: '/ws/sdk/west.yml', line: 2 });
  });

  it('compares nothing before it is asked to, and then in the order of adding', () => {
    const paths = new DistinctPaths();
    for (const name of ['a', 'b']) paths.add(project(name, 'x', 1));
    expect(caught(() => paths.check()).message).toContain('of project "b" is taken by project "a"');
  });

  it('does not take a project that is checked twice for two', () => {
    const paths = watched([project('a', 'x', 1)]);
    expect(() => paths.check()).not.toThrow();
  });

  it.each(['app', './app/', 'app/', './app', 'app/.', './/app//'])(
    'lets no project be at "app", which manifest.path spells "%s"',
    (repositoryPath) => {
      const paths = watched([project('a', 'x', 1), project('b', 'app', 2)]);
      const error = caught(() => paths.checkManifestRepository(repositoryPath, '/ws/app/west.yml'));
      expect(error.code).toBe('BLOBS_MALFORMED_MANIFEST');
      expect(error.message).toBe(
        'malformed manifest: the path "app" of project "b" is taken by the manifest repository (of /ws/app/west.yml)',
      );
      expect(error.details).toMatchObject({ file: '/ws/app/west.yml', line: 2 });
    },
  );

  it.each(['other', 'app/b', '../app', '/app', '.'])(
    'lets a project be at "app" where manifest.path is "%s"',
    (repositoryPath) => {
      const paths = watched([project('b', 'app', 2)]);
      expect(() => paths.checkManifestRepository(repositoryPath, 'west.yml')).not.toThrow();
    },
  );
});
