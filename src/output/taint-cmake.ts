// SPDX-License-Identifier: Apache-2.0
import { isFetched, isLinked, type TaintReport, type TaintRow } from '../core/taint.ts';
import { escapeControls } from '../core/text.ts';
import { bracketArgument } from './bracket-argument.ts';
import {
  ABOUT_SOME_COMMENT,
  countsText,
  countTaint,
  groupByKconfigName,
  type KconfigGroup,
  mayTaint,
} from './taint-groups.ts';
import { NO_WARNING_OPTION } from './taint-kconfig.ts';
import { furthestState, taintSummaryText } from './taint-text.ts';

const MAX_MODULES = 20;

/**
 * CMake code for `include()`: variables that say what is declared, fetched and linked, and a warning where the build is
 * tainted, unless `NO_TAINT_BLOBS_WARNING` (CMake) or `CONFIG_NO_TAINT_BLOBS_WARNING` (Kconfig) is on. All that comes from
 * modules stands in bracket arguments, in which CMake expands nothing (cmake-language(7)).
 */
export function taintCmake(report: TaintReport): string {
  const groups = groupByKconfigName(report.modules).filter(({ hasBlobs }) => hasBlobs);
  const lines = [
    '# Written by "blobs taint --cmake".',
    ...(report.isAboutSome ? [ABOUT_SOME_COMMENT] : []),
    `set(BLOBS_TAINTED ${truth(report.isTainted)})`,
    setList(
      'BLOBS_MODULES',
      groups.map(({ name }) => name),
    ),
    setList(
      'BLOBS_TAINTED_MODULES',
      groups.filter(mayTaint).map(({ name }) => name),
    ),
    ...groups.flatMap((group) => variablesOf(group, report)),
  ];
  if (report.isTainted !== false) {
    lines.push(
      `if(NOT ${NO_WARNING_OPTION} AND NOT CONFIG_${NO_WARNING_OPTION})`,
      `  message(WARNING ${bracketArgument(warningText(report))})`,
      'endif()',
    );
  }
  return `${lines.join('\n')}\n`;
}

function variablesOf({ name, rows, isTainted }: KconfigGroup, { buildDirectory }: TaintReport): string[] {
  const prefix = `ZEPHYR_${name}_MODULE_BLOBS`;
  const isLinkKnown = buildDirectory !== undefined && isTainted !== undefined;
  const paths = (some: readonly TaintRow[]): string[] => some.map(({ blob }) => listItem(blob.path));
  return [
    `set(${prefix}_TAINTED ${truth(isTainted)})`,
    `set(${prefix}_STATE ${furthestState(countTaint(rows))})`,
    setList(`${prefix}_DECLARED`, paths(rows)),
    setList(`${prefix}_FETCHED`, paths(rows.filter(isFetched))),
    ...(isLinkKnown ? [setList(`${prefix}_LINKED`, paths(rows.filter(isLinked)))] : []),
  ];
}

/** `if()` takes UNKNOWN for true. */
function truth(isTainted: boolean | undefined): string {
  if (isTainted === undefined) return 'UNKNOWN';
  return isTainted ? 'TRUE' : 'FALSE';
}

function setList(name: string, items: readonly string[]): string {
  return items.length === 0 ? `set(${name} "")` : `set(${name} ${bracketArgument(items.join(';'))})`;
}

/** CMake has no way to write each of these into a list: brackets keep a list from being split. */
function listItem(path: string): string {
  return path.replace(/[%;[\]]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function warningText(report: TaintReport): string {
  const asked = report.buildDirectory !== undefined;
  const tainting = report.modules.filter(mayTaint);
  const lines = tainting.slice(0, MAX_MODULES).map(({ module, rows, isTainted }) => {
    return `  ${escapeControls(module.name)}: ${countsText(rows, { isTainted, asked })}`;
  });
  const more = tainting.length > MAX_MODULES ? [`  and ${tainting.length - MAX_MODULES} more`] : [];
  const off = `Binary blobs are not built from source. ${NO_WARNING_OPTION}=ON, or CONFIG_${NO_WARNING_OPTION}=y, switches this off.`;
  return [`blobs: ${taintSummaryText(report).trimEnd()}`, ...lines, ...more, off].join('\n');
}
