// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import type { DiffReport } from '../../core/diff.ts';
import { findNearest } from '../../workspace/find-topdir.ts';
import { findRepository } from '../../workspace/git/tracked-files.ts';
import type { ModuleSearch } from '../../workspace/modules/find-modules.ts';
import { findModuleFile } from '../../workspace/modules/is-module.ts';
import { assertModulesExist, type Selection } from '../selection.ts';
import { compareModules } from './compare-modules.ts';
import { type ModulePairs, pairModules } from './diff-modules.ts';
import { parseRevisionRange } from './revision-range.ts';

/** What to compare. */
export interface DiffQuery {
  readonly search: ModuleSearch;
  readonly selection: Selection;
  /** `REV[..REV]` */
  readonly range: string;
}

/**
 * How the blobs that modules declare differ between two revisions: of the modules that `-m` names or the current
 * directory is in, else of the projects of the west workspace. Changes nothing, and reads other revisions from git.
 *
 * @throws BlobsError `BLOBS_USAGE` and `BLOBS_UNKNOWN_REVISION` for a range of no two revisions, `BLOBS_UNKNOWN_MODULE`,
 *   `BLOBS_NOT_A_MODULE`, `BLOBS_GIT_FAILED`, and what a workspace cannot be read for; the signal's reason
 */
export async function diffBlobs(query: DiffQuery, signal: AbortSignal): Promise<DiffReport> {
  const { search, selection } = query;
  const range = parseRevisionRange(query.range);
  const git = { environment: search.gitEnvironment, signal };
  const { pairs, before, after }: ModulePairs = await pairModules(directoriesOf(search), range, git);
  const modules = pairs.flatMap(({ before: one, after: other }) =>
    [one, other].flatMap((state) => state?.module ?? []),
  );
  await assertModulesExist(selection, modules, undefined);
  const found = compareModules(pairs, selection);
  return { before, after, ...found };
}

function directoriesOf({ moduleDirectories, cwd }: ModuleSearch): readonly string[] {
  if (moduleDirectories.length > 0) return [...new Set(moduleDirectories.map((one) => path.resolve(one)))];
  const top = findRepository(cwd);
  return [findNearest(cwd, (directory) => findModuleFile(directory) !== undefined) ?? top ?? cwd];
}
