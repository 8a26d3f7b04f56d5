// SPDX-License-Identifier: Apache-2.0
import { isFetched, type TaintReport } from '../core/taint.ts';
import { escapeControls } from '../core/text.ts';
import {
  ABOUT_SOME_COMMENT,
  countsText,
  groupByKconfigName,
  type KconfigGroup,
  mayTaint,
} from './taint-groups.ts';

/** The option that silences the warning of `--cmake`. */
export const NO_WARNING_OPTION = 'NO_TAINT_BLOBS_WARNING';

const HEAD = `# Written by "blobs taint --kconfig". TAINT_BLOBS is Zephyr's.
`;

const OWN_OPTION = `config ${NO_WARNING_OPTION}
	bool "No warning about binary blobs in the build"
	help
	  Silences the warning that "blobs taint --cmake" writes.
`;

/**
 * Kconfig options for the modules, in the order and form of Zephyr's zephyr_module.py, without its menus and sources:
 * `ZEPHYR_<NAME>_MODULE`, and where the module declares blobs `ZEPHYR_<NAME>_MODULE_BLOBS`; and ours,
 * `TAINT_BLOBS_<NAME>`. Drivers depend on the second, so it says what is fetched even where a build says what is linked:
 * what could not be enabled before would never be linked. Where that is not known, what is fetched taints.
 *
 * All that comes from modules stands in comments and help texts, with control characters escaped and a full stop at its
 * end: Kconfig expands nothing there, and no line is continued.
 */
export function taintKconfig(report: TaintReport): string {
  const head = report.isAboutSome ? `${HEAD}${ABOUT_SOME_COMMENT}\n` : HEAD;
  return [
    head,
    OWN_OPTION,
    ...groupByKconfigName(report.modules).map((group) => optionsOf(group, report)),
  ].join('\n');
}

function optionsOf(group: KconfigGroup, report: TaintReport): string {
  const { name, rows, hasBlobs } = group;
  const fetched = rows.some(isFetched);
  const isTainted = mayTaint(group);
  const options = [
    `# Module ${namesOf(group)}.${group.isTainted === undefined ? ' Not known whether it taints the build.' : ''}`,
    `config ZEPHYR_${name}_MODULE`,
    '\tbool',
    '\tdefault y',
    ...(isTainted ? ['\tselect TAINT_BLOBS'] : []),
  ];
  if (hasBlobs) {
    options.push(
      '',
      `config ZEPHYR_${name}_MODULE_BLOBS`,
      '\tbool',
      ...(fetched ? ['\tdefault y'] : []),
      '',
      `config TAINT_BLOBS_${name}`,
      '\tbool',
      ...(isTainted ? ['\tdefault y'] : []),
      '\thelp',
      `\t  Binary blobs of the module ${namesOf(group)}.`,
      `\t  Now ${countsText(rows, { isTainted: group.isTainted, asked: report.buildDirectory !== undefined })}.`,
    );
  }
  return `${options.join('\n')}\n`;
}

function namesOf({ modules }: KconfigGroup): string {
  return [...new Set(modules.map(({ module }) => escapeControls(module.name)))].join(' and ');
}
