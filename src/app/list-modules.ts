// SPDX-License-Identifier: Apache-2.0
import type { ModuleRow, ModulesReport } from '../core/report.ts';
import { findBlobStates } from './blob-state.ts';
import { type BlobQuery, loadModules } from './load-modules.ts';
import { namesModule } from './selection.ts';

/**
 * The modules and, in a workspace, its projects. Here an unmet or cyclic dependency is an error. Changes nothing.
 *
 * @throws BlobsError where there is nothing to look in; the signal's reason.
 */
export async function listModules(query: BlobQuery, signal: AbortSignal): Promise<ModulesReport> {
  const { modules, workspace, issues } = await loadModules({ ...query, strictDependencies: true }, signal);
  const rows: ModuleRow[] = [];
  for (const module of modules.filter(({ name }) => namesModule(query.selection, name))) {
    const states = await findBlobStates(module.blobs, signal, query.index);
    const present = states.flatMap(({ row }) => (row.status === 'A' ? [row.bytes ?? 0] : []));
    rows.push({ module, present: present.length, bytes: present.reduce((sum, bytes) => sum + bytes, 0) });
  }
  await query.index?.save();
  // That no module declares a blob is no news for this command.
  const told = issues.filter((issue) => issue.code !== 'BLOBS_NOTHING_SELECTED' || modules.length === 0);
  return { rows, modules, workspace, issues: told };
}
