// SPDX-License-Identifier: Apache-2.0
import { isAbsolute, relative } from 'node:path';
import type { AddReport } from '../core/report.ts';
import { count, escapeControls, escapeControlsInText } from '../core/text.ts';
import { redactLines, redactUrl } from '../core/url.ts';

/** The lines that came into module.yml, as they stand there, but for secrets in URLs. */
export function addText({ added }: AddReport): string {
  return added === undefined ? '' : escapeControlsInText(redactLines(added.text));
}

/** What was done, and which URLs were pinned. `cwd` is absolute. */
export function addSummaryText({ added, rows, pinned, dryRun }: AddReport, cwd: string): string {
  if (added === undefined) return 'nothing was added\n';
  const short = relative(cwd, added.file);
  const name = short.startsWith('..') || isAbsolute(short) ? added.file : short;
  const verb = dryRun ? 'would be added' : 'added';
  const what = count(rows.length, 'entry', 'entries');
  return [
    ...pinned.map(({ ref, to }) => `pinned ${escapeControls(ref)}: ${redactUrl(to)}\n`),
    `${what} ${verb} to ${escapeControls(name)}, line ${added.line}\n`,
  ].join('');
}
