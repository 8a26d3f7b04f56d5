// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { fileSource } from '../../src/binary/byte-source.ts';
import { type Inspection, inspect } from '../../src/binary/inspect.ts';
import { tempDir } from '../support/temp.ts';

const LONG = 'a_member_whose_name_does_not_fit_into_sixteen_characters.o';

function needBinutils(context: TestContext): void {
  const lacking = ['as', 'ar', 'nm', 'ld'].filter((tool) => spawnSync(tool, ['--version']).status !== 0);
  if (lacking.length > 0) context.skip(`${lacking.join(', ')} of binutils not installed`);
}

/** Assembles three objects into a new directory. */
function assembled(): string {
  const directory = tempDir();
  const sources = {
    'a.o':
      '.data\n.globl a_offers\na_offers: .8byte b_offers\n.8byte k_malloc\n.weak perhaps\n.8byte perhaps\n',
    'b.o':
      '.data\n.globl b_offers\nb_offers: .8byte k_malloc\n.8byte k_free\nprivate: .8byte 0\n.comm shared, 8\n',
    [LONG]: '.data\n.8byte a_offers\n.8byte shared\n.8byte last\n',
  };
  for (const [name, source] of Object.entries(sources))
    execFileSync('as', ['-o', join(directory, name), '-'], { input: source });
  return directory;
}

async function look(file: string): Promise<Inspection> {
  const handle = await open(file);
  try {
    const source = fileSource(handle, (await handle.stat()).size, new AbortController().signal);
    return await inspect(source, () => true);
  } finally {
    await handle.close();
  }
}

/** What nm says the files want and none of them defines. */
function wantedByNm(directory: string, files: readonly string[]): string[] {
  const names = (option: string): string[] =>
    execFileSync('nm', ['-g', '-P', option, ...files], { cwd: directory, encoding: 'utf8' })
      .split('\n')
      .filter((line) => / [A-Za-z] /.test(`${line} `))
      .map((line) => line.split(' ')[0] ?? '');
  const defined = new Set(names('--defined-only'));
  return [...new Set(names('--undefined-only'))].filter((name) => !defined.has(name)).sort();
}

describe('what GNU binutils make', () => {
  const members = ['a.o', 'b.o', LONG];

  it('is an archive of which nm says the same', async (context) => {
    needBinutils(context);
    const directory = assembled();
    execFileSync('ar', ['rcs', 'x.a', ...members], { cwd: directory });

    const found = await look(join(directory, 'x.a'));

    expect(found).toMatchObject({
      archive: { flavour: 'gnu', memberCount: 3, strangers: undefined },
      damages: [],
    });
    expect(found.targets.map(({ count }) => count)).toEqual([3]);
    expect(found.symbols.map(({ name }) => name).sort()).toEqual(wantedByNm(directory, ['x.a']));
    expect(found.symbols).toContainEqual({ name: 'last', member: LONG });
    expect(found.symbols).toContainEqual({ name: 'k_malloc', member: 'a.o' });
    expect(found.symbols).toHaveLength(4);
  });

  it('is an object, also one that was linked of others', async (context) => {
    needBinutils(context);
    const directory = assembled();
    execFileSync('ld', ['-r', '-o', 'whole.o', ...members], { cwd: directory });
    for (const name of ['b.o', 'whole.o']) {
      const found = await look(join(directory, name));
      expect(found).toMatchObject({ kind: 'elf', elfType: 1, damages: [] });
      expect(found.symbols.map((symbol) => symbol.name).sort()).toEqual(wantedByNm(directory, [name]));
    }
  });

  it('is a thin archive that names its members', async (context) => {
    needBinutils(context);
    const directory = assembled();
    execFileSync('ar', ['rcsT', 'thin.a', ...members], { cwd: directory });
    expect(await look(join(directory, 'thin.a'))).toMatchObject({
      archive: { flavour: 'thin', memberCount: 3 },
      targets: [],
      damages: [],
    });
  });
});
