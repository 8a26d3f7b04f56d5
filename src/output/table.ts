// SPDX-License-Identifier: Apache-2.0
import Table from 'cli-table3';
import { cutToWidth, displayWidth } from './display-width.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** What a narrow terminal takes from first: the highest. 0 or absent: never cut. */
  readonly give?: number;
  /** Characters that are left to it at least. */
  readonly minWidth?: number;
  /** Whether the end of a value says more than its beginning. */
  readonly keepEnd?: boolean;
  readonly paint?: (text: string) => string;
}

const GAP = 2;
const MAX_PART_ROWS = 100;

/** Rows under titles, aligned, without borders, and no wider than `width` characters where the columns allow it. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const widths = fitWidths(columns, rows, width);
  const shown = columns
    .map((column, i) => ({ column, i, width: widths[i] ?? 0 }))
    .filter((one) => one.width > 0);
  const titles = shown.map(({ column, width: w }) => cutToWidth(column.title, w));
  const cells = rows.map((row) =>
    shown.map(({ column, i, width: w }) => {
      const text = cutToWidth(row[i] ?? '', w, column.keepEnd);
      return column.paint ? column.paint(text) : text;
    }),
  );
  const lines: string[] = [];
  for (const part of inParts([titles, ...cells])) {
    const table = new Table({
      chars: NO_BORDERS,
      style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
      colAligns: shown.map(({ column }) => column.align ?? 'left'),
      colWidths: shown.map(({ width: w }) => w),
    });
    table.push(...part);
    lines.push(...table.toString().split('\n'));
  }
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** The library takes time quadratic in the rows of one table; with all widths given, parts look no different. */
function inParts<T>(rows: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let i = 0; i < rows.length; i += MAX_PART_ROWS) parts.push(rows.slice(i, i + MAX_PART_ROWS));
  return parts;
}

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: ' '.repeat(GAP),
};

function fitWidths(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): number[] {
  const widths = columns.map(({ title }, i) =>
    rows.reduce((most, row) => Math.max(most, displayWidth(row[i] ?? '')), title.length),
  );
  const over = (): number => widths.reduce((sum, w) => sum + (w > 0 ? w + GAP : 0), -GAP) - width;
  const givers = columns.map((column, i) => ({ column, i })).filter(({ column }) => (column.give ?? 0) > 0);
  givers.sort((a, b) => (b.column.give ?? 0) - (a.column.give ?? 0));
  for (const { column, i } of givers) {
    const excess = over();
    if (excess <= 0) break;
    const least = column.minWidth ?? 0;
    widths[i] = Math.max(Math.min(widths[i] ?? 0, least), (widths[i] ?? 0) - excess);
  }
  return widths;
}
