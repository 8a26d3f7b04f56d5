// SPDX-License-Identifier: Apache-2.0
import type { BlobStatus } from '../core/blob.ts';
import type { BlobReport } from '../core/report.ts';
import { findBlobStates } from './blob-state.ts';
import { type BlobQuery, loadModules } from './load-modules.ts';

export interface ListOptions extends BlobQuery {
  /** Only blobs of these; all when absent. */
  readonly statuses?: readonly BlobStatus[];
}

/**
 * The selected blobs and how they stand on disk. Changes nothing.
 *
 * @throws BlobsError where there is nothing to list from; the signal's reason.
 */
export async function listBlobs(options: ListOptions, signal: AbortSignal): Promise<BlobReport> {
  const { blobs, issues } = await loadModules(options, signal);
  const states = await findBlobStates(blobs, signal, options.index);
  await options.index?.save();
  const { statuses } = options;
  const rows = states.map(({ row }) => row).filter((row) => statuses?.includes(row.status) ?? true);
  const found = [...issues, ...states.flatMap(({ issue }) => issue ?? [])];
  if (rows.length > 0 || states.length === 0) return { rows, issues: found };
  const message = 'no selected blob has such a status';
  return { rows, issues: [...found, { severity: 'info', code: 'BLOBS_NOTHING_SELECTED', message }] };
}
