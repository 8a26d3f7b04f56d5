// SPDX-License-Identifier: Apache-2.0
import type { BlobReport } from '../core/report.ts';
import { lint } from '../lint/engine.ts';
import { findBlobStates } from './blob-state.ts';
import { type BlobQuery, loadModules } from './load-modules.ts';

/**
 * Findings about the selected blobs and the module.yml files that declare them. Changes nothing.
 *
 * @throws BlobsError where there is nothing to lint; the signal's reason.
 */
export async function lintModules(query: BlobQuery, signal: AbortSignal): Promise<BlobReport> {
  const { blobs, issues } = await loadModules(query, signal);
  const states = await findBlobStates(blobs, signal);
  return { rows: states.map(({ row }) => row), issues: await lint(blobs, issues) };
}
