// SPDX-License-Identifier: Apache-2.0
import type { Blob, Module } from '../core/blob.ts';
import type { Workspace } from '../core/modules.ts';
import type { Issue } from '../core/report.ts';
import { count } from '../core/text.ts';
import { readModule } from '../module/read-module.ts';
import { findModules, type ModuleSearch } from '../workspace/modules/find-modules.ts';
import { findModuleFile } from '../workspace/modules/is-module.ts';
import { duplicateNameIssues, orderModules } from '../workspace/order/order-modules.ts';
import { assertModulesExist, isEverything, namesModule, type Selection, selectBlobs } from './selection.ts';

/** Where to look for modules, and which of their blobs are meant. */
export interface BlobQuery {
  readonly search: ModuleSearch;
  readonly selection: Selection;
  /** Whether an unmet or cyclic `build: depends:` is an error here. */
  readonly strictDependencies?: boolean;
}

export interface LoadedModules {
  /** All of them, in west's order. */
  readonly modules: readonly Module[];
  readonly workspace: Workspace | undefined;
  /** The selected blobs, in module order. */
  readonly blobs: readonly Blob[];
  /** Everything that was wrong on the way; what concerns other modules than the named ones is a warning. */
  readonly issues: readonly Issue[];
}

/**
 * Finds and reads the modules and selects the blobs. A malformed module stops nothing: it is reported.
 *
 * @throws BlobsError where the modules cannot be found at all, or a named one does not exist; the signal's reason.
 */
export async function loadModules(query: BlobQuery, signal: AbortSignal): Promise<LoadedModules> {
  const { search, selection } = query;
  const found = await findModules(search, signal);
  const read = found.places.map((place) => readModule(place, findModuleFile(place.directory)));
  const { modules, issues: orderIssues } = orderModules(
    read.map(({ module }) => module),
    found.workspace,
  );
  await assertModulesExist(selection, modules, found.workspace);
  const blobs = selectBlobs(modules, selection);
  const issues = [
    ...found.issues,
    ...read.flatMap((one) => one.issues.map((issue) => ofNamedModule(issue, selection))),
    ...duplicateNameIssues(modules),
    ...orderIssues.map((issue) =>
      query.strictDependencies ? ofNamedModule(issue, selection) : asWarning(issue),
    ),
  ];
  // An error says more than that nothing was found.
  if (issues.some(({ severity }) => severity === 'error'))
    return { modules, workspace: found.workspace, blobs, issues };
  if (modules.length === 0) issues.push(noModules(found.workspace));
  else if (blobs.length === 0 && !isEverything(selection))
    issues.push(nothing('the selection matches no blob'));
  else if (blobs.length === 0) issues.push(nothing('no module declares a blob'));
  return { modules, workspace: found.workspace, blobs, issues };
}

function ofNamedModule(issue: Issue, selection: Selection): Issue {
  return namesModule(selection, issue.module) ? issue : asWarning(issue);
}

function asWarning(issue: Issue): Issue {
  return issue.severity === 'error' ? { ...issue, severity: 'warning' } : issue;
}

function noModules(workspace: Workspace | undefined): Issue {
  const active = workspace?.projects.filter((project) => project.active) ?? [];
  const absent = active.filter(({ name }) => workspace?.withoutModule.get(name) === 'absent').length;
  if (absent === 0) return nothing('the workspace holds no module');
  const { length } = active;
  const message = `the workspace holds no module: ${absent} of its ${count(length, 'active project')} are not cloned`;
  return { ...nothing(message), hint: 'run "west update"' };
}

function nothing(message: string): Issue {
  return { severity: 'info', code: 'BLOBS_NOTHING_SELECTED', message };
}
