// SPDX-License-Identifier: Apache-2.0
import { basename } from 'node:path';
import type { Blob, BlobType, Module } from '../core/blob.ts';
import { BlobsError } from '../core/errors.ts';
import type { WestProject, Workspace } from '../core/modules.ts';
import { escapeControls } from '../core/text.ts';

const MAX_SUGGESTIONS = 3;

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
  return selection.modules.length === 0 && selection.allow === undefined && selection.type === undefined;
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
    .filter((blob) => selection.type === undefined || blob.type === selection.type)
    .filter((blob) => selection.allow === undefined || matchesAtStart(selection.allow, blob.path));
}

/**
 * @throws BlobsError `BLOBS_UNKNOWN_MODULE` for a name that no module has: with what to do where it names a project
 *   of `workspace` that is not cloned or not active, else with the closest names.
 */
export async function assertModulesExist(
  selection: Selection,
  modules: readonly Module[],
  workspace?: Workspace,
): Promise<void> {
  const names = [...new Set(modules.map((module) => module.name))];
  const unknown = selection.modules.filter((name) => !names.includes(name));
  const [first] = unknown;
  if (first === undefined) return;
  const project = workspace?.projects.find(
    ({ name, abspath }) => name === first || basename(abspath) === first,
  );
  if (project !== undefined) throw noModuleYet(first, project);
  const { closestNames } = await import('./closest-names.ts');
  const closest = closestNames(first, names, MAX_SUGGESTIONS).map(escapeControls);
  throw new BlobsError(
    'BLOBS_UNKNOWN_MODULE',
    `unknown module${unknown.length > 1 ? 's' : ''}: ${unknown.map(escapeControls).join(', ')}`,
    {
      hint:
        closest.length === 0
          ? 'there is no module at all; "blobs modules" shows where they are looked for'
          : `the closest ${closest.length === 1 ? 'name is' : 'names are'} ${closest.join(', ')}; "blobs modules" lists all`,
    },
  );
}

/** A project that is there in the manifest, but is no module of the workspace. */
function noModuleYet(name: string, project: WestProject): BlobsError {
  const shown = escapeControls(name);
  const [problem, hint] = !project.active
    ? ['is not active', 'see "manifest.group-filter" and "manifest.project-filter" in "west config"']
    : project.cloned
      ? ['holds no module', '"blobs modules" lists all modules']
      : ['is not cloned', 'run "west update"'];
  return new BlobsError('BLOBS_UNKNOWN_MODULE', `unknown module: ${shown}`, {
    facts: [`the project ${shown} of the workspace ${problem}`],
    hint,
  });
}

function matchesAtStart(sticky: RegExp, path: string): boolean {
  sticky.lastIndex = 0;
  return sticky.test(path);
}
