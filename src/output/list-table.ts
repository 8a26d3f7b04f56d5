// SPDX-License-Identifier: Apache-2.0
import type { BlobStatus } from '../core/blob.ts';
import type { BlobRow } from '../core/report.ts';
import { count, escapeControls } from '../core/text.ts';
import { formatBytes } from './amounts.ts';
import type { Colors } from './colors.ts';
import { renderTable } from './table.ts';

/** The table of `list` on a terminal of `width` characters, with a closing summary. */
export function listTable(rows: readonly BlobRow[], width: number, colors: Colors): string {
  if (rows.length === 0) return '';
  const paints: Record<string, (text: string) => string> = {
    A: colors.green,
    M: colors.yellow,
    D: colors.red,
  };
  const table = renderTable(
    [
      { title: '', paint: (text) => paints[text]?.(text) ?? text },
      { title: 'MODULE', give: 2, minWidth: 10 },
      { title: 'PATH', give: 1, minWidth: 16, keepEnd: true },
      { title: 'TYPE' },
      { title: 'SIZE', align: 'right' },
      { title: 'VERSION', give: 3 },
    ],
    rows.map(({ blob, status, bytes }) => [
      status,
      escapeControls(blob.module),
      blob.path,
      blob.type,
      sizeText(bytes ?? blob.size),
      escapeControls(blob.version),
    ]),
    width,
  );
  return `${table}\n\n${summary(rows)}\n`;
}

function sizeText(bytes: number | undefined): string {
  return bytes === undefined ? '' : formatBytes(bytes);
}

function summary(rows: readonly BlobRow[]): string {
  const of = (status: BlobStatus): BlobRow[] => rows.filter((row) => row.status === status);
  const bytes = rows.reduce((sum, row) => sum + (row.bytes ?? 0), 0);
  const parts = [
    `${of('A').length} present (A)`,
    `${of('M').length} modified (M)`,
    `${of('D').length} absent (D)`,
    `${formatBytes(bytes)} on disk`,
  ];
  return `${count(rows.length, 'blob')}: ${parts.join(', ')}`;
}
