// SPDX-License-Identifier: Apache-2.0

import { relative } from 'node:path';
import type { WithoutModule } from '../core/modules.ts';
import type { ModulesReport } from '../core/report.ts';
import { escapeControls } from '../core/text.ts';
import { formatBytes } from './amounts.ts';
import { shortPath } from './issue-text.ts';
import { type Column, renderTable } from './table.ts';

// Wide enough for any table: output that is not for a terminal is never cut.
const UNLIMITED = 100_000;

export interface ModulesTextOptions {
  /** Characters; absent where the output is not for a terminal. */
  readonly width?: number;
  /** Whether to show projects that hold no module, are inactive or are not cloned. */
  readonly all: boolean;
  /** Absolute; directories below it are named relative to it. */
  readonly cwd: string;
}

const COLUMNS: readonly Column[] = [
  { title: 'MODULE', give: 1, minWidth: 12 },
  { title: 'DIRECTORY', give: 3, minWidth: 16, keepEnd: true },
  { title: 'PROJECT', give: 2, minWidth: 8 },
  { title: 'BLOBS', align: 'right' },
  { title: 'PRESENT', align: 'right' },
  { title: 'SIZE', align: 'right' },
];

/** The table of `modules`: in module order, then what else the manifest names. */
export function modulesText(report: ModulesReport, options: ModulesTextOptions): string {
  const modules = report.rows.map(({ module, present, bytes }) => [
    escapeControls(module.name),
    escapeControls(nameOf(module.directory, options.cwd)),
    escapeControls(module.project ?? ''),
    String(module.blobs.length),
    String(present),
    formatBytes(bytes),
  ]);
  const { workspace } = report;
  // An inactive project may have been named as an extra module.
  const taken = new Set(report.modules.map((module) => module.directory));
  const others = (options.all ? (workspace?.projects ?? []) : []).filter(
    ({ abspath }) => !taken.has(abspath),
  );
  const projects = others.map((project) => [
    STATES[workspace?.withoutModule.get(project.name) ?? 'no-module'],
    escapeControls(nameOf(project.abspath, options.cwd)),
    escapeControls(project.name),
    '',
    '',
    '',
  ]);
  if (modules.length + projects.length === 0) return '';
  return `${renderTable(COLUMNS, [...modules, ...projects], options.width ?? UNLIMITED)}\n`;
}

const STATES: Readonly<Record<WithoutModule, string>> = {
  inactive: '(inactive)',
  absent: '(not cloned)',
  zephyr: '(Zephyr)',
  'no-module': '(no module)',
};

/** As in messages, but "." for `cwd` itself. */
function nameOf(path: string, cwd: string): string {
  return relative(cwd, path) === '' ? '.' : shortPath(path, cwd);
}
