// SPDX-License-Identifier: Apache-2.0
import type { UntrackedReport } from '../../core/report.ts';
import { findUntracked, type UntrackedQuery } from './find-untracked.ts';

/**
 * The files that neither module.yml declares nor git tracks. Changes nothing.
 *
 * @throws BlobsError where there is nothing to list from; the signal's reason.
 */
export async function listUntracked(query: UntrackedQuery, signal: AbortSignal): Promise<UntrackedReport> {
  const { found, issues } = await findUntracked(query, signal);
  return { rows: found.flatMap(({ files }) => files.map(({ row }) => row)), issues, dryRun: false };
}
