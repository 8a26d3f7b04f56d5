// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Issue } from '../../../src/core/report.ts';
import { createColors } from '../../../src/output/colors.ts';
import { jsonText } from '../../../src/output/json-text.ts';
import { taintCmake } from '../../../src/output/taint-cmake.ts';
import { taintDocument } from '../../../src/output/taint-document.ts';
import { taintKconfig } from '../../../src/output/taint-kconfig.ts';
import { taintSummaryText, taintTable, taintText } from '../../../src/output/taint-text.ts';
import { schemaErrors } from '../../support/schema.ts';
import { sampleTaint, sampleTaintReport } from '../taint-samples.ts';

const UNREAD: Issue = { severity: 'warning', code: 'BLOBS_FILE_ACCESS', message: 'cannot read it' };
const SPECS = [
  { path: 'lib/absent.a', status: 'D' },
  { path: 'lib/stale.a', status: 'M' },
  { path: 'lib/there.a', status: 'A', isLinked: true },
] as const;
/** Any unit of UTF-16, halves of pairs too. */
const ANY = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
const PLAIN = { width: 80, cwd: '/build', colors: createColors(false) };

const fetched = sampleTaintReport([
  sampleTaint('hal_x', SPECS),
  sampleTaint('hal-y', [SPECS[0]]),
  sampleTaint('empty', []),
]);
const linked = sampleTaintReport(
  [sampleTaint('hal_x', SPECS, { build: true }), sampleTaint('hal-y', [SPECS[1]], { build: true })],
  '/build',
);
const unknown = sampleTaintReport(
  [sampleTaint('hal_x', [SPECS[1]], { build: true, unread: [UNREAD] })],
  '/build',
);

describe('the text of taint', () => {
  it('has a line for each module with blobs: state, declared, fetched, stale, linked', () => {
    expect(taintText(fetched)).toBe('hal_x fetched 3 2 1 -\nhal-y declared 1 0 0 -\n');
    expect(taintText(linked)).toBe('hal_x linked 3 2 1 1\nhal-y fetched 1 1 1 0\n');
    expect(taintText(unknown)).toBe('hal_x fetched 1 1 1 ?\n');
  });

  it('ends with one sentence', () => {
    expect(taintSummaryText(fetched)).toBe(
      'the build is tainted: 2 of 4 declared blobs are fetched (hal_x)\n',
    );
    expect(taintSummaryText(linked)).toBe(
      'the build is tainted: 1 of 4 declared blobs is linked, 3 fetched (hal_x)\n',
    );
    const clean = sampleTaintReport([sampleTaint('hal_x', [SPECS[1]], { build: true })], '/build');
    expect(taintSummaryText(clean)).toBe(
      'the build is not tainted: none of 1 declared blob is linked, 1 fetched\n',
    );
    expect(taintSummaryText(unknown)).toMatch(/^not known whether the build is tainted: /);
    expect(taintSummaryText(sampleTaintReport([sampleTaint('empty', [])]))).toBe('');
  });

  it('is a table on a terminal, with what names the linked blobs below it', () => {
    const [modules = '', evidence = ''] = taintTable(linked, PLAIN).split('\n\n');
    expect(modules).toMatch(/^MODULE +STATE +DECLARED +FETCHED +STALE +LINKED\nhal_x +linked +3 +2 +1 +1\n/);
    expect(evidence).toMatch(/^LINKED +NAMED BY\nhal_x: lib\/there\.a +build\.ninja\n$/);
    expect(taintTable(fetched, PLAIN)).not.toContain('\n\n');
  });
});

describe('the document of taint', () => {
  it.each([
    ['fetched', fetched],
    ['linked', linked],
    ['not known', unknown],
  ])('agrees with its schema: %s', (_, report) => {
    expect(schemaErrors('taint', JSON.parse(jsonText(taintDocument(report))))).toEqual([]);
  });

  it('keeps what is fetched, stale and linked apart', () => {
    const document = taintDocument(linked);
    expect(document).toMatchObject({ tainted: true, buildDirectory: '/build' });
    expect(document.summary).toEqual({ total: 4, fetched: 3, stale: 2, linked: 1 });
    expect(document.blobs).toMatchObject([
      { status: 'D', taint: 'declared' },
      { status: 'M', taint: 'fetched' },
      { status: 'A', taint: 'linked', evidence: [{ kind: 'link-command', file: '/build/build.ninja' }] },
      { status: 'M', taint: 'fetched' },
    ]);
    expect(document['modules']).toMatchObject([
      { name: 'hal_x', tainted: true, taint: 'linked', declared: 3, fetched: 2, stale: 1, linked: 1 },
      { name: 'hal-y', tainted: false, taint: 'fetched', kconfig: { module: 'ZEPHYR_HAL_Y_MODULE' } },
    ]);
    expect(taintDocument(unknown)['tainted']).toBe(null);
  });
});

describe('the Kconfig options', () => {
  it("are those of Zephyr's module scripts in their order, and ours", () => {
    const [, ...modules] = taintKconfig(fetched).split('# Module ');
    expect(modules[0]).toBe(`hal_x.
config ZEPHYR_HAL_X_MODULE
	bool
	default y
	select TAINT_BLOBS

config ZEPHYR_HAL_X_MODULE_BLOBS
	bool
	default y

config TAINT_BLOBS_HAL_X
	bool
	default y
	help
	  Binary blobs of the module hal_x.
	  Now 3 declared, 2 fetched.

`);
    expect(modules[1]).toMatch(
      /^hal-y\.\nconfig ZEPHYR_HAL_Y_MODULE\n\tbool\n\tdefault y\n\nconfig ZEPHYR_HAL_Y_MODULE_BLOBS\n\tbool\n\nconfig TAINT_BLOBS_HAL_Y\n\tbool\n\thelp\n/,
    );
    expect(modules[2]).toBe('empty.\nconfig ZEPHYR_EMPTY_MODULE\n\tbool\n\tdefault y\n');
  });

  it('taint by what is linked where a build says so, but let drivers see what is fetched', () => {
    const [, x = '', y = ''] = taintKconfig(linked).split('# Module ');
    expect(x).toContain('\tselect TAINT_BLOBS\n');
    expect(y).not.toContain('select');
    expect(y).toContain('config ZEPHYR_HAL_Y_MODULE_BLOBS\n\tbool\n\tdefault y\n');
    expect(y).toContain('config TAINT_BLOBS_HAL_Y\n\tbool\n\thelp\n');
  });

  it('taint by what is fetched where nobody knows what is linked', () => {
    const text = taintKconfig(unknown);
    expect(text).toContain('# Module hal_x. Not known whether it taints the build.\n');
    expect(text).toContain('\tselect TAINT_BLOBS\n');
    expect(text).toContain('Now 1 declared, 1 fetched, not known what is linked.');
  });

  it('are one block for modules that share a name', () => {
    const text = taintKconfig(
      sampleTaintReport([sampleTaint('a-b', [SPECS[0]]), sampleTaint('a_b', [SPECS[2]])]),
    );
    expect(text.match(/^config .*$/gm)).toEqual([
      'config NO_TAINT_BLOBS_WARNING',
      'config ZEPHYR_A_B_MODULE',
      'config ZEPHYR_A_B_MODULE_BLOBS',
      'config TAINT_BLOBS_A_B',
    ]);
    expect(text).toContain('# Module a-b and a_b.\n');
    expect(text).toContain('Now 2 declared, 1 fetched.');
  });

  it('hold nothing but what they should, whatever modules are called', () => {
    const line =
      /^(?:# (?:Written|Module) .*\.|config [A-Z0-9_]+|\tbool(?: "[^"$\\]*")?|\tdefault y|\tselect TAINT_BLOBS|\thelp|\t {2}[^\\]*[.]|\t {2}Binary blobs of .*\.|)$/;
    fc.assert(
      fc.property(fc.string({ unit: ANY, minLength: 1 }), (name) => {
        const text = taintKconfig(sampleTaintReport([sampleTaint(name, SPECS)]));
        const lines = text.split(/\r\n|[\n\r\u2028\u2029\u0085]/);
        expect(lines.filter((each) => !line.test(each))).toEqual([]);
        expect(text.match(/^config /gm)).toHaveLength(4);
      }),
    );
  });
});

describe('the CMake code', () => {
  it('sets what is declared, fetched and linked', () => {
    const text = taintCmake(linked);
    expect(text).toContain('set(BLOBS_TAINTED TRUE)\n');
    expect(text).toContain('set(BLOBS_MODULES [[HAL_X;HAL_Y]])\nset(BLOBS_TAINTED_MODULES [[HAL_X]])\n');
    expect(text).toContain('set(ZEPHYR_HAL_X_MODULE_BLOBS_STATE linked)\n');
    expect(text).toContain('set(ZEPHYR_HAL_X_MODULE_BLOBS_FETCHED [[lib/stale.a;lib/there.a]])\n');
    expect(text).toContain('set(ZEPHYR_HAL_Y_MODULE_BLOBS_LINKED "")\n');
    expect(taintCmake(fetched)).not.toContain('_LINKED');
    expect(taintCmake(unknown)).not.toContain('_LINKED');
  });

  it('warns of what taints, and of what nobody knows', () => {
    expect(taintCmake(fetched)).toContain('message(WARNING [[blobs: the build is tainted: 2 of 4');
    expect(taintCmake(unknown)).toContain('message(WARNING [[blobs: not known whether');
    expect(taintCmake(unknown)).toContain('set(BLOBS_TAINTED UNKNOWN)');
    expect(taintCmake(sampleTaintReport([sampleTaint('x', [SPECS[0]])]))).not.toContain('message');
  });
});
