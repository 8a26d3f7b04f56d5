// SPDX-License-Identifier: Apache-2.0
import type { Blob, Module } from '../core/blob.ts';
import type { Workspace } from '../core/modules.ts';
import type { Issue } from '../core/report.ts';
import { count } from '../core/text.ts';
import type { ReadModule } from '../module/empty-module.ts';
import { loadModule } from '../module/load-module.ts';
import type { FileIndex } from '../store/file-index.ts';
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
  /** What earlier runs found out, where that may be used. */
  readonly index?: FileIndex;
}

/** All modules, and everything that was wrong on the way; what concerns other modules than the named ones is a warning. */
export interface FoundModules {
  /** In west's order. */
  readonly modules: readonly Module[];
  readonly workspace: Workspace | undefined;
  readonly issues: readonly Issue[];
  /** Those of `modules` of which not all that they declare is known. */
  readonly malformed: ReadonlySet<Module>;
}

export interface LoadedModules extends FoundModules {
  /** The selected blobs, in module order. */
  readonly blobs: readonly Blob[];
}

/** Reads one module; see {@link loadModule}. */
export type ModuleReader = typeof loadModule;

/**
 * Finds and reads the modules. A malformed module stops nothing: it is reported.
 *
 * @throws BlobsError where the modules cannot be found at all, or a named one does not exist; the signal's reason.
 */
export async function readModules(
  query: BlobQuery,
  signal: AbortSignal,
  readOne: ModuleReader = loadModule,
): Promise<FoundModules> {
  const { search, selection, index } = query;
  const found = await findModules(search, signal, index);
  const read: ReadModule[] = [];
  for (const place of found.places) read.push(await readOne(place, findModuleFile(place.directory), index));
  const { modules, issues: orderIssues } = orderModules(
    read.map(({ module }) => module),
    found.workspace,
  );
  await assertModulesExist(selection, modules, found.workspace);
  const issues = [
    ...found.issues,
    ...read.flatMap((one) => one.issues.map((issue) => ofNamedModule(issue, selection))),
    ...duplicateNameIssues(modules),
    ...orderIssues.map((issue) =>
      query.strictDependencies ? ofNamedModule(issue, selection) : asWarning(issue),
    ),
  ];
  if (modules.length === 0 && !hasError(issues)) issues.push(noModules(found.workspace));
  const malformed = new Set(read.flatMap((one) => (hasError(one.issues) ? one.module : [])));
  return { modules, workspace: found.workspace, issues, malformed };
}

/** As {@link readModules}, with the selected blobs, and a note where there are none. */
export async function loadModules(
  query: BlobQuery,
  signal: AbortSignal,
  readOne?: ModuleReader,
): Promise<LoadedModules> {
  const found = await readModules(query, signal, readOne);
  const { modules, issues } = found;
  const blobs = selectBlobs(modules, query.selection);
  // An error says more than that nothing was found.
  if (blobs.length > 0 || modules.length === 0 || hasError(issues)) return { ...found, blobs };
  const message = isEverything(query.selection)
    ? 'no module declares a blob'
    : 'the selection matches no blob';
  return { ...found, blobs, issues: [...issues, nothing(message)] };
}

function hasError(issues: readonly Issue[]): boolean {
  return issues.some(({ severity }) => severity === 'error');
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
