// SPDX-License-Identifier: Apache-2.0

import { findPathBelow } from '../core/path-below.ts';
import type { Issue, Severity } from '../core/report.ts';
import { escapeControls } from '../core/text.ts';
import { redactText } from '../core/url.ts';

const COMMANDS: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'notice' };

/**
 * Issues as workflow commands of GitHub Actions, which shows them beside the lines that they name. `root` is the
 * absolute directory that the repository was checked out into. Nothing in an issue can be taken for a command of its
 * own.
 */
export function githubText(issues: readonly Issue[], root: string): string {
  return issues.map((issue) => annotation(issue, root)).join('');
}

function annotation(issue: Issue, root: string): string {
  const { severity, code, rule, message, facts = [], hint, file, line, column } = issue;
  const properties = [
    ...(file === undefined ? [] : [['file', findPathBelow(root, file) ?? file]]),
    ...(line === undefined ? [] : [['line', String(line)]]),
    ...(line === undefined || column === undefined ? [] : [['col', String(column)]]),
    ['title', rule ?? code],
  ].map(([name, value = '']) => `${name}=${escapeProperty(value)}`);
  const lines = [message, ...facts, ...(hint === undefined ? [] : [`hint: ${hint}`])];
  const text = lines.map((one) => escapeControls(redactText(one))).join('\n');
  return `::${COMMANDS[severity]} ${properties.join(',')}::${escapeData(text)}\n`;
}

/** As the runner's toolkit does it. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
