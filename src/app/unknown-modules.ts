// SPDX-License-Identifier: Apache-2.0
import type { Module } from '../core/blob.ts';
import { closestNames } from '../core/closest-names.ts';
import { BlobsError } from '../core/errors.ts';
import type { Workspace } from '../core/modules.ts';
import { count, escapeControls } from '../core/text.ts';
import { explainAbsence } from '../workspace/order/explain-absence.ts';

const MAX_SUGGESTIONS = 3;

/**
 * The error for names (at least one) that no module has. Where the first is a project's, it says why that is no module
 * here; else it names the modules that are spelt most like it.
 */
export function unknownModules(
  unknown: readonly string[],
  modules: readonly Module[],
  workspace: Workspace | undefined,
): BlobsError {
  const [first = ''] = unknown;
  const absence = explainAbsence(first, modules, workspace);
  const { facts, hint } = absence
    ? { facts: [absence.fact], hint: absence.hint }
    : closest(first, modules, workspace);
  const names = unknown.map((name) => escapeControls(name) || '""').join(', ');
  return new BlobsError('BLOBS_UNKNOWN_MODULE', `unknown module${unknown.length > 1 ? 's' : ''}: ${names}`, {
    facts,
    hint,
  });
}

function closest(
  name: string,
  modules: readonly Module[],
  workspace: Workspace | undefined,
): { readonly facts: readonly string[]; readonly hint: string } {
  const absent = (workspace?.projects ?? []).filter(({ name: project }) => {
    return workspace?.withoutModule.get(project) === 'absent';
  });
  const are = absent.length === 1 ? 'is' : 'are';
  const facts =
    absent.length === 0 ? [] : [`${count(absent.length, 'project')} of the workspace ${are} not cloned`];
  if (modules.length === 0) {
    return { facts, hint: 'there is no module at all; "blobs modules" shows where they are looked for' };
  }
  // A project that is not cloned may be the module that was meant.
  const names = new Set([...modules.map((module) => module.name), ...absent.map((project) => project.name)]);
  const found = closestNames(name, [...names], MAX_SUGGESTIONS).map(escapeControls);
  const those = found.length === 1 ? 'name is' : 'names are';
  return { facts, hint: `the closest ${those} ${found.join(', ')}; "blobs modules" lists all` };
}
