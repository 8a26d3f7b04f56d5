// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { assertModulesExist, isEverything, type Selection, selectBlobs } from '../../../src/app/selection.ts';
import { closestNames } from '../../../src/core/closest-names.ts';
import { caught, sampleBlob, sampleModule } from '../samples.ts';

const blob = (module: string, path: string, type: 'img' | 'lib' = 'img') =>
  sampleBlob({ module, path, type });
const MODULES = [
  sampleModule('hal_x', [
    blob('hal_x', 'lib/a.a', 'lib'),
    blob('hal_x', 'img/b.bin'),
    blob('hal_x', 'x/lib/c.a', 'lib'),
  ]),
  sampleModule('hal_y', [blob('hal_y', 'lib/a.a', 'lib')]),
];

function selected(selection: Partial<Selection>): string[] {
  return selectBlobs(MODULES, { modules: [], ...selection }).map(({ module, path }) => `${module}/${path}`);
}

describe('selectBlobs', () => {
  it.each<[Partial<Selection>, string[]]>([
    [{}, ['hal_x/lib/a.a', 'hal_x/img/b.bin', 'hal_x/x/lib/c.a', 'hal_y/lib/a.a']],
    [{ modules: ['hal_y'] }, ['hal_y/lib/a.a']],
    [{ modules: ['hal_y', 'hal_x', 'hal_y'], type: 'img' }, ['hal_x/img/b.bin']],
    [{ allow: /lib\//y }, ['hal_x/lib/a.a', 'hal_y/lib/a.a']],
    [{ allow: /.*lib\/c/y }, ['hal_x/x/lib/c.a']],
    [{ allow: /x|lib/y }, ['hal_x/lib/a.a', 'hal_x/x/lib/c.a', 'hal_y/lib/a.a']],
    [{ allow: /a\.a$/y }, []],
    [{ allow: /(?:)/y, type: 'lib', modules: ['hal_x'] }, ['hal_x/lib/a.a', 'hal_x/x/lib/c.a']],
  ])('%j, in module order', (selection, expected) => {
    expect(selected(selection)).toEqual(expected);
  });

  it('matches from the start of every path, however often it is asked', () => {
    const allow = /lib\/a\.a/y;
    expect(selected({ allow })).toEqual(selected({ allow }));
    expect(selected({ allow })).toHaveLength(2);
  });
});

describe('isEverything', () => {
  it('is true only where nothing narrows', () => {
    expect(isEverything({ modules: [] })).toBe(true);
    expect(
      [{ modules: ['a'] }, { modules: [], allow: /a/y }, { modules: [], type: 'img' as const }].map(
        isEverything,
      ),
    ).toEqual([false, false, false]);
  });
});

describe('assertModulesExist', () => {
  const check = (names: string[], modules = MODULES) =>
    caught(() => assertModulesExist({ modules: names }, modules, undefined));

  it('lets known names pass', async () => {
    await expect(
      assertModulesExist({ modules: ['hal_y', 'hal_x'] }, MODULES, undefined),
    ).resolves.toBeUndefined();
    await expect(assertModulesExist({ modules: [] }, [], undefined)).resolves.toBeUndefined();
  });

  it('names what is unknown, and what is closest to it', async () => {
    expect(await check(['hal_x', 'HAL_Z'])).toMatchObject({
      code: 'BLOBS_UNKNOWN_MODULE',
      message: 'unknown module: HAL_Z',
      details: { hint: 'the closest names are hal_x, hal_y; "blobs modules" lists all' },
    });
    expect((await check(['one', 'two'])).message).toBe('unknown modules: one, two');
  });

  it('has advice where there is no module at all', async () => {
    expect((await check(['x'], [])).details.hint).toMatch(/^there is no module at all/);
  });

  it('shows no control characters', async () => {
    const error = await check(['\u001b[31m'], [sampleModule('\u202ex')]);
    expect(error.message + error.details.hint).not.toMatch(/[\u001b\u202e]/);
  });
});

describe('closestNames', () => {
  it('puts the best first, whatever the case, and no more than asked for', () => {
    expect(closestNames('HAL_NXP', ['hal_st', 'hal_nxp2', 'hal_nxp', 'zzz'], 2)).toEqual([
      'hal_nxp',
      'hal_nxp2',
    ]);
  });
});
