// SPDX-License-Identifier: Apache-2.0
import type { UntrackedRow } from '../core/report.ts';
import { count, escapeControls } from '../core/text.ts';
import { formatBytes } from './amounts.ts';
import { renderTable } from './table.ts';

/** The table of `list --untracked` on a terminal of `width` characters, with a closing summary. */
export function untrackedTable(rows: readonly UntrackedRow[], width: number): string {
  if (rows.length === 0) return '';
  const table = renderTable(
    [
      { title: 'MODULE', give: 2, minWidth: 10 },
      { title: 'PATH', give: 1, minWidth: 16, keepEnd: true },
      { title: 'SIZE', align: 'right' },
    ],
    rows.map(({ module, path, bytes }) => [escapeControls(module), escapeControls(path), formatBytes(bytes)]),
    width,
  );
  const bytes = rows.reduce((sum, row) => sum + row.bytes, 0);
  return `${table}\n\n${count(rows.length, 'untracked file')}, ${formatBytes(bytes)}\n`;
}
