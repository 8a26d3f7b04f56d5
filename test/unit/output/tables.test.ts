// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { BlobStatus } from '../../../src/core/blob.ts';
import type { BlobRow } from '../../../src/core/report.ts';
import { createColors } from '../../../src/output/colors.ts';
import { listTable } from '../../../src/output/list-table.ts';
import { modulesText } from '../../../src/output/modules-text.ts';
import { renderTable } from '../../../src/output/table.ts';
import { sampleBlob, sampleModule } from '../samples.ts';

const PLAIN = createColors(false);

function row(
  path: string,
  status: BlobStatus,
  changes: Parameters<typeof sampleBlob>[0] = {},
  bytes?: number,
): BlobRow {
  return { blob: sampleBlob({ path, ...changes }), status, ...(bytes === undefined ? {} : { bytes }) };
}

const ROWS: BlobRow[] = [
  row(
    'lib/esp32c3/a-very-long-name-of-a-library/with/many/parts/libphy.a',
    'A',
    { module: 'hal_espressif', type: 'lib' },
    1_234_567,
  ),
  row(
    'fw.bin',
    'M',
    { version: 'v1.2.3-45-gdeadbeefdeadbeef', module: 'a-module-with-quite-a-long-name' },
    5,
  ),
  row('x/y', 'D', { size: 1000 }),
];

function lines(width: number, rows = ROWS): string[] {
  return listTable(rows, width, PLAIN).split('\n\n')[0]?.split('\n') ?? [];
}

describe('listTable', () => {
  it.each([60, 80, 100, 200])('has no line longer than %i characters', (width) => {
    for (const line of lines(width)) expect(line.length).toBeLessThanOrEqual(width);
  });

  it('still shows status, module, path, type and size where the terminal is very narrow', () => {
    const [title = '', first = ''] = lines(40);
    expect(title).toMatch(/MODULE +PATH +TYPE +SIZE/);
    expect(first).toMatch(/^A {2}hal_espre… +….*libphy\.a +lib +1\.23 MB$/);
    for (const line of lines(40)) expect(line.length).toBeLessThanOrEqual(50);
  });

  it('keeps the end of a path, which says most', () => {
    for (const width of [40, 60, 80]) expect(lines(width)[1]).toMatch(/…\S*libphy\.a /);
  });

  it('cuts nothing where there is room', () => {
    const wide = lines(200).join('\n');
    for (const { blob } of ROWS) expect(wide).toContain(blob.path);
    expect(wide).not.toContain('…');
  });

  it('aligns columns, and ends no line with blanks', () => {
    const [title = '', ...rest] = lines(200);
    const column = title.indexOf('PATH');
    expect(rest.map((line) => line[column - 1])).toEqual([' ', ' ', ' ']);
    expect(rest.map((line) => line[column])).toEqual(['l', 'f', 'x']);
    for (const line of lines(80)) expect(line).toBe(line.trimEnd());
  });

  it('shows the size on disk, else the declared one', () => {
    expect(lines(200)[2]).toContain(' 5 B ');
    expect(lines(200)[3]).toContain(' 1 kB ');
  });

  it('ends with a summary', () => {
    expect(listTable(ROWS, 80, PLAIN)).toMatch(
      /\n\n3 blobs: 1 present \(A\), 1 modified \(M\), 1 absent \(D\), 1\.23 MB on disk\n$/,
    );
    expect(listTable([], 80, PLAIN)).toBe('');
  });

  it('paints the status, and only it', () => {
    const painted = listTable(ROWS, 200, createColors(true));
    expect(painted).toContain('\u001b[32mA\u001b[39m');
    expect(painted.replaceAll(/\u001b\[\d+m/g, '')).toBe(listTable(ROWS, 200, PLAIN));
  });

  it('lets no version control the terminal, nor break a line', () => {
    const table = lines(80, [row('a', 'D', { version: '\u001b[2J\n\u202e' })]);
    expect(table).toHaveLength(2);
    expect(table.join('')).not.toMatch(/[\u001b\u202e]/);
  });

  it('keeps one line a row where characters are wide', () => {
    const wide = [row('固件/ファームウェア.bin', 'D', { module: '模块' }), row('😀'.repeat(60), 'D')];
    expect(lines(60, wide)).toHaveLength(3);
  });
});

describe('renderTable', () => {
  it('has titles alone for no rows', () => {
    expect(renderTable([{ title: 'A' }, { title: 'B' }], [], 80)).toBe('A  B');
  });

  it('takes from the column that gives most first, down to its least', () => {
    const columns = [
      { title: 'A', give: 1, minWidth: 3 },
      { title: 'B', give: 2, minWidth: 3 },
    ];
    const cells = [['aaaaaaaa', 'bbbbbbbb']];
    expect(renderTable(columns, cells, 15).split('\n')[1]).toBe('aaaaaaaa  bbbb…');
    expect(renderTable(columns, cells, 12).split('\n')[1]).toBe('aaaaaa…  bb…');
    expect(renderTable(columns, cells, 1).split('\n')[1]).toBe('aa…  bb…');
  });
});

describe('modulesText', () => {
  const module = (name: string, project?: string) => ({
    module: {
      ...sampleModule(name, [sampleBlob()]),
      directory: `/ws/modules/${name}`,
      ...(project ? { project } : {}),
    },
    present: 1,
    bytes: 2000,
  });
  const project = (name: string, active: boolean, cloned: boolean) => ({
    name,
    path: name,
    abspath: `/ws/modules/${name}`,
    active,
    cloned,
  });
  const rows = [module('hal_x', 'hal_x'), module('hal_y')];
  const report = {
    issues: [],
    rows,
    modules: rows.map((row) => row.module),
    workspace: {
      topdir: '/ws',
      manifestPath: '/ws/west.yml',
      projects: [project('hal_x', true, true), project('off', false, true), project('away', true, false)],
      withoutModule: new Map([
        ['off', 'inactive'],
        ['away', 'absent'],
      ] as const),
    },
  };

  it('shows modules with directories relative to here', () => {
    expect(modulesText(report, { all: false, cwd: '/ws' })).toBe(
      [
        'MODULE  DIRECTORY      PROJECT  BLOBS  PRESENT  SIZE',
        'hal_x   modules/hal_x  hal_x        1        1  2 kB',
        'hal_y   modules/hal_y               1        1  2 kB',
        '',
      ].join('\n'),
    );
  });

  it('adds the other projects when all are wanted', () => {
    const [, , , off = '', away = ''] = modulesText(report, { all: true, cwd: '/ws/modules' }).split('\n');
    expect(off).toMatch(/^\(inactive\) +off +off$/);
    expect(away).toMatch(/^\(not cloned\) +away +away$/);
  });

  it('fits the terminal, and is never cut elsewhere', () => {
    const long = { ...report, rows: [module('x'.repeat(200))] };
    for (const line of modulesText(long, { all: true, cwd: '/', width: 80 }).split('\n'))
      expect(line.length).toBeLessThanOrEqual(80);
    expect(modulesText(long, { all: false, cwd: '/' })).toContain('x'.repeat(200));
  });

  it('knows of a project that it holds a module, selected or not', () => {
    const selected = { ...report, rows: [] };
    expect(modulesText(selected, { all: true, cwd: '/' })).not.toMatch(/hal_x/);
  });

  it('is nothing for no module', () => {
    expect(modulesText({ ...report, rows: [] }, { all: false, cwd: '/' })).toBe('');
  });
});
