// SPDX-License-Identifier: Apache-2.0
import type { Blob, BlobType, Module } from '../core/blob.ts';
import type { Workspace } from '../core/modules.ts';

/** Which blobs a command is about. */
export interface Selection {
  /** Module names; empty for all. */
  readonly modules: readonly string[];
  /** Must match at the start of the path; a sticky regular expression. */
  readonly allow?: RegExp;
  readonly type?: BlobType;
}

/** Whether `selection` narrows anything down. */
export function isEverything(selection: Selection): boolean {
  return selection.modules.length === 0 && !choosesBlobs(selection);
}

/** Whether `selection` is about some blobs of a module alone. */
export function choosesBlobs({ allow, type }: Selection): boolean {
  return allow !== undefined || type !== undefined;
}

/** Whether `selection` names the module, or names none. */
export function namesModule(selection: Selection, name: string | undefined): boolean {
  return selection.modules.length === 0 || (name !== undefined && selection.modules.includes(name));
}

/** The blobs of `modules` that are selected, in their order. */
export function selectBlobs(modules: readonly Module[], selection: Selection): Blob[] {
  return modules
    .filter((module) => namesModule(selection, module.name))
    .flatMap((module) => module.blobs)
    .filter((blob) => isSelected(selection, blob));
}

/** Whether a blob of a selected module is selected. */
export function isSelected({ type, allow }: Selection, blob: Blob): boolean {
  return (type === undefined || blob.type === type) && (allow === undefined || matchesPath(allow, blob.path));
}

/** @throws BlobsError `BLOBS_UNKNOWN_MODULE` for a name that no module has, with what is known of it. */
export async function assertModulesExist(
  selection: Selection,
  modules: readonly Module[],
  workspace: Workspace | undefined,
): Promise<void> {
  const names = new Set(modules.map((module) => module.name));
  const unknown = selection.modules.filter((name) => !names.has(name));
  if (unknown.length === 0) return;
  const { unknownModules } = await import('./unknown-modules.ts');
  throw unknownModules(unknown, modules, workspace);
}

/** Whether the sticky regular expression matches at the start of `path`. */
export function matchesPath(sticky: RegExp, path: string): boolean {
  sticky.lastIndex = 0;
  return sticky.test(path);
}
