// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BlobQuery } from '../../../src/app/load-modules.ts';
import { loadModules } from '../../../src/app/load-modules.ts';
import { makeModule } from '../../support/modules.ts';
import { tempDir } from '../../support/temp.ts';
import { caught, queryFor } from '../samples.ts';

const load = (query: BlobQuery) => loadModules(query, new AbortController().signal);

const BAD = 'name: bad\nblobs: {\n';
const HALF = 'name: half\nblobs:\n  - path: a\n';

/** Directories of the modules `good`, `bad` (no YAML) and `half` (a malformed entry). */
function makeModules(): string[] {
  const root = tempDir();
  makeModule(join(root, 'good'), { name: 'good', blobs: [{ path: 'fw.bin', type: 'img' }] });
  makeModule(join(root, 'bad'), { yaml: BAD });
  makeModule(join(root, 'half'), { yaml: HALF });
  return ['good', 'bad', 'half'].map((name) => join(root, name));
}

async function severities(directories: string[], modules: string[]): Promise<Record<string, string>> {
  const { issues } = await load(queryFor(directories, { modules }));
  return Object.fromEntries(issues.map((issue) => [issue.module, issue.severity]));
}

describe('a malformed module', () => {
  it('is an error where no module is named', async () => {
    expect(await severities(makeModules(), [])).toEqual({ bad: 'error', half: 'error' });
  });

  it('is an error where it is named, and a warning where only others are', async () => {
    const directories = makeModules();
    expect(await severities(directories, ['good'])).toEqual({ bad: 'warning', half: 'warning' });
    expect(await severities(directories, ['bad'])).toMatchObject({ bad: 'error', half: 'warning' });
    expect(await severities(directories, ['good', 'half'])).toEqual({ bad: 'warning', half: 'error' });
  });

  it('is an error whatever else narrows the selection', async () => {
    const { issues } = await load(queryFor(makeModules(), { type: 'lib' }));
    const broken = issues.filter(({ severity }) => severity === 'error').map(({ module }) => module);
    expect(new Set(broken)).toEqual(new Set(['bad', 'half']));
  });

  it('stops no other', async () => {
    const { modules, blobs } = await load(queryFor(makeModules()));
    expect(modules.map(({ name }) => name)).toEqual(['good', 'bad', 'half']);
    expect(blobs.map(({ path }) => path)).toEqual(['fw.bin']);
  });
});

describe('a selection that matches nothing', () => {
  it.each([
    [{ type: 'lib' as const }, 'the selection matches no blob'],
    [{ allow: /nothing/y }, 'the selection matches no blob'],
    [{}, 'no module declares a blob'],
  ])('%j is a note', async (selection, message) => {
    const directory = join(tempDir(), 'm');
    const blobs = Object.keys(selection).length === 0 ? [] : [{ path: 'fw.bin', type: 'img' }];
    makeModule(directory, { blobs });
    const { issues } = await load(queryFor([directory], selection));
    expect(issues).toEqual([{ severity: 'info', code: 'BLOBS_NOTHING_SELECTED', message }]);
  });
});

describe('dependencies that are unmet', () => {
  it('are a warning, and an error only where they matter', async () => {
    const directory = join(tempDir(), 'm');
    makeModule(directory, { name: 'm', depends: ['gone'], blobs: [{ path: 'a' }] });
    const query = queryFor([directory]);
    const severityOf = async (strictDependencies: boolean) =>
      (await load({ ...query, strictDependencies })).issues.map(({ code, severity }) => [code, severity]);
    expect(await severityOf(false)).toEqual([['BLOBS_UNMET_DEPENDENCY', 'warning']]);
    expect(await severityOf(true)).toEqual([['BLOBS_UNMET_DEPENDENCY', 'error']]);
  });
});

describe('two modules with one name', () => {
  it('are both kept, with a warning that names both directories', async () => {
    const root = tempDir();
    const directories = ['one', 'two'].map((name) => join(root, name));
    for (const directory of directories) makeModule(directory, { name: 'same', blobs: [{ path: 'fw.bin' }] });
    const { modules, blobs, issues } = await load(queryFor(directories));
    expect([modules.length, blobs.length]).toEqual([2, 2]);
    expect(issues).toMatchObject([{ severity: 'warning', code: 'BLOBS_DUPLICATE_MODULE' }]);
    for (const directory of directories) expect(JSON.stringify(issues)).toContain(directory);
  });
});

describe('what cannot be found', () => {
  it('is thrown: a name that no module has, a directory that is none', async () => {
    const directory = join(tempDir(), 'm');
    makeModule(directory, { name: 'm' });
    expect((await caught(() => load(queryFor([directory], { modules: ['x'] })))).code).toBe(
      'BLOBS_UNKNOWN_MODULE',
    );
    expect((await caught(() => load(queryFor([tempDir()])))).code).toBe('BLOBS_NOT_A_MODULE');
  });
});
