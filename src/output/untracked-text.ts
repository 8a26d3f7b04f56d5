// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../core/errors.ts';
import type { UntrackedReport, UntrackedRow } from '../core/report.ts';
import { count, escapeControls } from '../core/text.ts';
import { formatBytes } from './amounts.ts';
import { FormatTemplate, type FormatValue } from './python-format/template.ts';

const FIELDS: Readonly<Record<string, (row: UntrackedRow) => FormatValue>> = {
  module: ({ module }) => ({ kind: 'string', value: escapeControls(module) }),
  path: ({ path }) => ({ kind: 'string', value: escapeControls(path) }),
  abspath: ({ abspath }) => ({ kind: 'path', value: escapeControls(abspath) }),
  size: ({ bytes }) => ({ kind: 'integer', value: bytes }),
};

/** What `list --untracked` prints for a file where no terminal is. */
export const UNTRACKED_FORMAT = '{module} {path} {abspath}';

const SAMPLE: UntrackedRow = { module: '1', path: '1', abspath: '/1', bytes: 1 };

/**
 * A line for each file by a Python format string, each ended by a line feed.
 *
 * @throws BlobsError `BLOBS_BAD_FORMAT` for a malformed template or an unknown key, also where there are no rows
 */
export function formatUntracked(text: string, rows: readonly UntrackedRow[]): string {
  const template = FormatTemplate.parse(text);
  const unknown = template.fields.find((name) => !Object.hasOwn(FIELDS, name));
  if (unknown !== undefined) {
    const message = `the format names a key that an untracked file does not have: ${escapeControls(unknown)}`;
    throw new BlobsError('BLOBS_BAD_FORMAT', message, {
      hint: `known are ${Object.keys(FIELDS).join(', ')}`,
    });
  }
  const line = (row: UntrackedRow): string => `${template.render((name) => FIELDS[name]?.(row))}\n`;
  if (rows.length === 0) line(SAMPLE);
  return rows.map(line).join('');
}

/** A line for each file that was removed, or in a dry run would be. */
export function untrackedCleanText({ rows, dryRun }: UntrackedReport): string {
  const verb = dryRun ? 'would remove' : 'removed';
  return rows
    .filter(({ removed }) => removed)
    .map(({ module, path, bytes }) => {
      return `${verb} ${escapeControls(`${module}: ${path}`)} (${formatBytes(bytes)})\n`;
    })
    .join('');
}

/** The line that ends a clean-up of untracked files. */
export function untrackedCleanSummary({ rows, dryRun }: UntrackedReport): string {
  const removed = rows.filter((row) => row.removed);
  const bytes = formatBytes(removed.reduce((sum, row) => sum + row.bytes, 0));
  const files = count(removed.length, 'untracked file');
  return dryRun ? `${files} would be removed, ${bytes} freed\n` : `removed ${files}, ${bytes} freed\n`;
}
