// SPDX-License-Identifier: Apache-2.0

import { isFetched, isLinked, type ModuleTaint, type TaintReport, type TaintState } from '../core/taint.ts';
import { count, escapeControls } from '../core/text.ts';
import type { Colors } from './colors.ts';
import { shortPath } from './issue-text.ts';
import { renderTable } from './table.ts';
import { countTaint } from './taint-groups.ts';

const MAX_NAMES = 5;

/** Modules that have selected blobs; nobody can be tainted by the others. */
function withBlobs({ modules }: TaintReport): readonly ModuleTaint[] {
  return modules.filter(({ rows }) => rows.length > 0);
}

/**
 * A line for each module with blobs: name, furthest state, then how many blobs are declared, fetched, stale (those of
 * the fetched whose bytes are not the declared ones) and linked: `-` where nobody asked, `?` where not everything could be read.
 */
export function taintText(report: TaintReport): string {
  return withBlobs(report)
    .map((module) => `${cellsOf(module, report).join(' ')}\n`)
    .join('');
}

/** The same for a terminal of `width` characters, and below it which blobs are linked, with what says so. */
export function taintTable(
  report: TaintReport,
  { width, cwd, colors }: { readonly width: number; readonly cwd: string; readonly colors: Colors },
): string {
  const modules = withBlobs(report);
  if (modules.length === 0) return '';
  const paints: Record<TaintState, (text: string) => string> = {
    declared: colors.green,
    fetched: colors.yellow,
    linked: colors.red,
  };
  const table = renderTable(
    [
      { title: 'MODULE', give: 1, minWidth: 12 },
      { title: 'STATE', paint: (text) => paints[text as TaintState]?.(text) ?? text },
      { title: 'DECLARED', align: 'right' },
      { title: 'FETCHED', align: 'right' },
      { title: 'STALE', align: 'right' },
      { title: 'LINKED', align: 'right' },
    ],
    modules.map((module) => cellsOf(module, report)),
    width,
  );
  const linked = modules.flatMap(({ rows }) => rows.filter(isLinked));
  if (linked.length === 0) return `${table}\n`;
  const evidence = renderTable(
    [
      { title: 'LINKED', give: 2, minWidth: 16, keepEnd: true },
      { title: 'NAMED BY', give: 1, minWidth: 16, keepEnd: true },
    ],
    linked.map(({ blob, evidence: [first] }) => [
      `${escapeControls(blob.module)}: ${blob.path}`,
      escapeControls(shortPath(first?.file ?? '', cwd)),
    ]),
    width,
  );
  return `${table}\n\n${evidence}\n`;
}

function cellsOf({ module, rows, isTainted }: ModuleTaint, { buildDirectory }: TaintReport): string[] {
  const { declared, fetched, stale, linked } = countTaint(rows);
  const known = isTainted === undefined ? '?' : String(linked);
  return [
    escapeControls(module.name),
    furthestState({ fetched, linked }),
    String(declared),
    String(fetched),
    String(stale),
    buildDirectory === undefined ? '-' : known,
  ];
}

/** The state of a module with these blobs. */
export function furthestState({ fetched, linked }: { fetched: number; linked: number }): TaintState {
  if (linked > 0) return 'linked';
  return fetched > 0 ? 'fetched' : 'declared';
}

/** The sentence that ends the text; empty where no blob is selected. */
export function taintSummaryText(report: TaintReport): string {
  const rows = report.modules.flatMap((module) => module.rows);
  const { declared, fetched, linked } = countTaint(rows);
  const asked = report.buildDirectory !== undefined;
  if (report.isTainted === undefined)
    return `not known whether the build is tainted: not everything could be read; ${found(fetched, 'fetched')} of ${count(declared, 'blob')}\n`;
  if (declared === 0) return '';
  const ofAll = `of ${count(declared, 'declared blob')}`;
  if (!report.isTainted) {
    const also = asked ? `, ${found(fetched, 'fetched')}` : '';
    return `the build is not tainted: none ${ofAll} is ${asked ? 'linked' : 'fetched'}${also}\n`;
  }
  const also = asked ? `, ${found(fetched, 'fetched')}` : '';
  const names = new Set(
    rows.filter(asked ? isLinked : isFetched).map(({ blob }) => escapeControls(blob.module)),
  );
  const shown = [...names].slice(0, MAX_NAMES).join(', ');
  const more = names.size > MAX_NAMES ? ` and ${names.size - MAX_NAMES} more` : '';
  const taints = asked ? linked : fetched;
  const state = asked ? 'linked' : 'fetched';
  return `the build is tainted: ${taints} ${ofAll} ${taints === 1 ? 'is' : 'are'} ${state}${also} (${shown}${more})\n`;
}

function found(n: number, state: string): string {
  return `${n === 0 ? 'none' : n} ${state}`;
}
