// SPDX-License-Identifier: Apache-2.0
import type { UpdatedFile, UpdateReport } from '../app/update-options.ts';
import { count, escapeControls } from '../core/text.ts';
import { redactLine } from '../core/url.ts';
import { formatBytes } from './amounts.ts';
import type { Colors } from './colors.ts';
import { shortPath } from './issue-text.ts';

/** What changed, as a unified diff without lines around it (POSIX `diff -U 0`), fit for a terminal. */
export function updateText(
  { files }: UpdateReport,
  { colors, cwd }: { colors: Colors; cwd: string },
): string {
  return files.map((file) => fileText(file, colors, cwd)).join('');
}

function fileText({ file, hunks }: UpdatedFile, colors: Colors, cwd: string): string {
  const name = escapeControls(shortPath(file, cwd));
  const lines = hunks.flatMap(({ line, newLine, before, after, path }) => [
    colors.cyan(
      `@@ -${range(line, before.length)} +${range(newLine, after.length)} @@ ${escapeControls(path)}`,
    ),
    ...before.map((text) => colors.red(`-${shown(text)}`)),
    ...after.map((text, index) => colors.green(`+${shown(text)}${noteFor(text, before[index])}`)),
  ]);
  return `${[colors.bold(`--- ${name}`), colors.bold(`+++ ${name}`), ...lines].join('\n')}\n`;
}

function range(line: number, length: number): string {
  if (length === 1) return String(line);
  // Of no line, the one before it is named.
  return `${length === 0 ? line - 1 : line},${length}`;
}

/** A line that looks as the one before it, though it is another, says so. */
function noteFor(line: string, before: string | undefined): string {
  if (before === undefined || before === line || shown(before) !== shown(line)) return '';
  return ' (differs in what is secret, and not shown)';
}

function shown(line: string): string {
  return escapeControls(redactLine(line.replace(/\r$/, '')));
}

/** The line that ends an update. */
export function updateSummaryText({ rows, files, dryRun, downloadedBytes }: UpdateReport): string {
  const number = (result: string): number => rows.filter((row) => row.result === result).length;
  const updated = count(number('updated'), 'entry', 'entries');
  const where = files.length === 0 ? '' : ` in ${count(files.length, 'file')}`;
  const failed = number('failed') > 0 ? `, ${number('failed')} failed` : '';
  const amount = `${formatBytes(downloadedBytes)} downloaded`;
  return dryRun
    ? `${updated}${where} would be updated, ${number('unchanged')} unchanged${failed} (${amount})\n`
    : `updated ${updated}${where}, ${number('unchanged')} unchanged${failed} (${amount})\n`;
}
