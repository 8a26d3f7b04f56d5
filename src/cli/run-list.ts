// SPDX-License-Identifier: Apache-2.0
import { listBlobs } from '../app/list-blobs.ts';
import type { BlobQuery } from '../app/load-modules.ts';
import type { BlobStatus } from '../core/blob.ts';
import { createColors } from '../output/colors.ts';
import { blobDocument } from '../output/json.ts';
import { assertFormat, DEFAULT_FORMAT, formatRows } from '../output/list-fields.ts';
import type { ExitCode } from './exit-codes.ts';
import { present, type Session } from './session.ts';

/** The options that list alone has. */
export interface ListCommandOptions {
  readonly format?: string;
  readonly status?: readonly BlobStatus[];
}

/** What `blobs list` does once its options are parsed. */
export async function runList(
  session: Session,
  query: BlobQuery,
  { format, status }: ListCommandOptions,
): Promise<ExitCode> {
  const { config, signal, width } = session;
  if (format !== undefined) assertFormat(format);
  const options = { ...query, ...config.index(), ...(status ? { statuses: status } : {}) };
  const report = await listBlobs(options, signal);
  // Also for --json, so that a wrong template is never passed over.
  const text = format === undefined ? undefined : formatRows(format, report.rows);
  const table =
    text === undefined && !config.json && width !== undefined
      ? (await import('../output/list-table.ts')).listTable
      : undefined;
  return present(session, report, {
    document: () => blobDocument('list', report),
    text: () =>
      text ??
      table?.(report.rows, width ?? 80, createColors(config.colorStdout)) ??
      formatRows(DEFAULT_FORMAT, report.rows),
  });
}
