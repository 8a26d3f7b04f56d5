// SPDX-License-Identifier: Apache-2.0
import { isAbsolute, relative } from 'node:path';
import type { Issue, Severity } from '../core/report.ts';
import { escapeControls } from '../core/text.ts';
import { redactLine, redactText } from '../core/url.ts';
import type { Colors } from './colors.ts';

export interface IssueTextOptions {
  readonly colors: Colors;
  /** Absolute; files below it are named relative to it. */
  readonly cwd: string;
}

const LABELS: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'note' };
const MAX_EXCERPT_CHARACTERS = 100;

/**
 * An issue as a person reads it: what went wrong and the code, then the source line, facts, and one thing to try.
 * Nothing in it can control a terminal. Ends with a line feed.
 */
export function issueText(issue: Issue, { colors, cwd }: IssueTextOptions): string {
  const paint = { error: colors.red, warning: colors.yellow, info: colors.cyan }[issue.severity];
  const rule = issue.rule === undefined ? '' : ` (${issue.rule})`;
  const where = issue.file === undefined ? '' : `${escapeControls(position(issue, cwd))}: `;
  const head = `${colors.bold(paint(`${LABELS[issue.severity]}:`))} ${where}${escapeControls(redactText(issue.message))}`;
  const lines = [
    `${head} ${colors.dim(`[${issue.code}]${rule}`)}`,
    ...excerpt(issue, colors),
    ...(issue.facts ?? []).map((fact) => `  ${escapeControls(redactText(fact))}`),
    ...(issue.hint === undefined ? [] : [`  ${colors.bold('hint:')} ${escapeControls(issue.hint)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** `file` relative to `cwd` where it is below it. */
export function shortPath(file: string, cwd: string): string {
  // What a git revision holds is named as git does, which is no path.
  const short = isAbsolute(file) ? relative(cwd, file) : '';
  return short === '' || short.startsWith('..') || isAbsolute(short) ? file : short;
}

function position({ file = '', line, column, isUnwritten }: Issue, cwd: string): string {
  if (isUnwritten) return `${shortPath(file, cwd)}, in the new entry`;
  return [shortPath(file, cwd), line, column].filter((part) => part !== undefined).join(':');
}

function excerpt({ sourceLine, line, column, isUnwritten }: Issue, colors: Colors): string[] {
  if (sourceLine === undefined || line === undefined || column === undefined || sourceLine.trim() === '')
    return [];
  // The part around the column, where the line is long.
  const start = column <= MAX_EXCERPT_CHARACTERS ? 0 : column - MAX_EXCERPT_CHARACTERS / 2;
  // Before it is cut, since a half of a URL does not show what is secret in it.
  const shown = redactLine(sourceLine).slice(start, start + MAX_EXCERPT_CHARACTERS);
  const before = escapeControls(shown.slice(0, Math.max(0, column - 1 - start)));
  const margin = isUnwritten ? '+' : String(line);
  return [
    `  ${colors.dim(`${margin} |`)} ${escapeControls(shown)}`,
    `  ${colors.dim(`${' '.repeat(margin.length)} |`)} ${' '.repeat(before.length)}${colors.bold('^')}`,
  ];
}
