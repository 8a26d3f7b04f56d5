// SPDX-License-Identifier: Apache-2.0
import type { BlobQuery } from '../app/load-modules.ts';
import { listUntracked } from '../app/untracked/list-untracked.ts';
import { untrackedDocument } from '../output/json.ts';
import { formatUntracked, UNTRACKED_FORMAT } from '../output/untracked-text.ts';
import type { ExitCode } from './exit-codes.ts';
import { present, type Session } from './session.ts';

/** What `blobs list --untracked` does, in a file of its own, since only few lists load it. */
export async function runListUntracked(
  session: Session,
  query: BlobQuery,
  format: string | undefined,
): Promise<ExitCode> {
  const { config, width } = session;
  const report = await listUntracked(query, session.signal);
  // Also for --json, so that a wrong template is never passed over.
  const lines = formatUntracked(format ?? UNTRACKED_FORMAT, report.rows);
  const isTable = format === undefined && !config.json && width !== undefined;
  const table = isTable
    ? (await import('../output/untracked-table.ts')).untrackedTable(report.rows, width)
    : undefined;
  return present(session, report, {
    document: () => untrackedDocument('list', report),
    text: () => table ?? lines,
  });
}
