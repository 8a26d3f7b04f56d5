// SPDX-License-Identifier: Apache-2.0
import type { RuleTexts } from '../lint/rule.ts';
import type { Colors } from './colors.ts';
import { renderTable } from './table.ts';

/** What a rule checks, with the findings that have another severity than its own: "… (warning: thin archives)". */
export function describeChecks({ checks, otherwise = {} }: RuleTexts): string {
  const notes = Object.entries(otherwise).map(([severity, findings]) => `${severity}: ${findings}`);
  return notes.length === 0 ? checks : `${checks} (${notes.join('; ')})`;
}

/** What is printed of one rule for `--explain`. */
export function explainText(rule: RuleTexts, colors: Colors): string {
  const notes = [
    rule.isFixable ? '"blobs lint --fix" mends it where that is safe.' : '',
    rule.needs === 'online' ? 'It asks the network, so only with --online.' : '',
    rule.needs === 'download' ? 'It downloads every blob, so only with --online --download.' : '',
  ].filter((note) => note !== '');
  return [
    `${colors.bold(rule.id)} (${rule.severity})`,
    `  ${describeChecks(rule)}`,
    '',
    `${colors.bold('Why:')} ${rule.why}`,
    `${colors.bold('What to do:')} ${rule.mend}`,
    ...notes,
    rule.isFixed
      ? 'It always counts: no command can use such a file.'
      : `To hide one finding: # blobs-lint-disable ${rule.id}: reason`,
    '',
  ].join('\n');
}

/** The table of `--list-rules`. */
export function rulesTable(rules: readonly RuleTexts[], width: number): string {
  const rows = rules.map((rule) => [rule.id, rule.severity, marks(rule), describeChecks(rule)]);
  const columns = [
    { title: 'RULE' },
    { title: 'SEVERITY' },
    { title: '' },
    { title: 'CHECKS THAT', give: 1, minWidth: 20 },
  ];
  return `${renderTable(columns, rows, width)}\n`;
}

function marks({ isFixable, needs }: RuleTexts): string {
  return [isFixable ? 'fix' : '', needs ?? ''].filter((mark) => mark !== '').join(' ');
}
