// SPDX-License-Identifier: Apache-2.0
import { escapeControls } from '../core/text.ts';

/**
 * `text` as code in one line of GitHub Flavored Markdown, also in the cell of a table. Nothing in it is markup, HTML, a
 * link or a mention: what code spans cannot hold there (a backtick, a pipe, a backslash) is written as HTML's
 * character references in a code element, which Markdown does not take for structure (CommonMark 0.31 §2.5).
 */
export function codeText(text: string): string {
  const shown = escapeControls(text);
  if (shown.trim() === '') return '*(empty)*';
  if (!/[`|\\]/.test(shown)) return `\`${shown}\``;
  return `<code>${shown.replace(/[^\p{L}\p{N} -]/gu, (c) => `&#${c.codePointAt(0)};`)}</code>`;
}

/** Rows under titles as a table; cells are Markdown already. */
export function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line)].join('\n');
}
