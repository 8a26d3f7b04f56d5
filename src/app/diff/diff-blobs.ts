// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import type { DiffReport } from '../../core/diff.ts';
import { isInside, realPath } from '../../workspace/file-system.ts';
import { findNearest, findTopdir } from '../../workspace/find-topdir.ts';
import { findRepository } from '../../workspace/git/tracked-files.ts';
import type { ModuleSearch } from '../../workspace/modules/find-modules.ts';
import { findModuleFile } from '../../workspace/modules/is-module.ts';
import { loadWestConfig, westConfigFiles } from '../../workspace/west-config/west-config.ts';
import { assertModulesExist, type Selection } from '../selection.ts';
import { compareModules } from './compare-modules.ts';
import { type ModulePairs, pairModules } from './diff-modules.ts';
import { pairWorkspace } from './diff-workspace.ts';
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
  const directories = findDirectories(search);
  const topdir = directories ? undefined : findTopdir(search.cwd, search.zephyrBase);
  const { pairs, before, after, issues }: ModulePairs =
    topdir === undefined
      ? await pairModules(directories ?? withoutWorkspace(search), range, git)
      : await pairWorkspace(range, { topdir, search, git, readsAll: selection.modules.length > 0 });
  const modules = pairs.flatMap((pair) => [pair.before, pair.after].flatMap((state) => state?.module ?? []));
  await assertModulesExist(selection, modules, undefined);
  const found = compareModules(pairs, selection);
  return { before, after, modules: found.modules, issues: [...issues, ...found.issues] };
}

/**
 * The modules that `-m` names, else the one that the current directory is in, if it has a repository of its own and not
 * the one of the manifest. Undefined where the workspace is meant.
 */
function findDirectories({
  moduleDirectories,
  cwd,
  westConfig,
}: ModuleSearch): readonly string[] | undefined {
  if (moduleDirectories.length > 0) return [...new Set(moduleDirectories)];
  const here = realPath(cwd);
  const repository = findRepository(here);
  const around = findNearest(here, (directory) => findModuleFile(directory) !== undefined);
  if (repository === undefined || around === undefined || !isInside(repository, around)) return undefined;
  const topdir = findTopdir(here);
  if (topdir === undefined) return [around];
  const manifest = findManifestDirectory(topdir, westConfig);
  return manifest !== undefined && isInside(repository, realPath(manifest)) ? undefined : [around];
}

function findManifestDirectory(topdir: string, locations: ModuleSearch['westConfig']): string | undefined {
  const found = loadWestConfig(westConfigFiles(locations, topdir)).getLocal('manifest', 'path');
  return found && path.resolve(topdir, found.value);
}

/** Where the working tree has no module, the revisions may have one. */
function withoutWorkspace({ zephyrModules, cwd }: ModuleSearch): readonly string[] {
  if (zephyrModules.length > 0) return zephyrModules;
  return [findRepository(realPath(cwd)) ?? cwd];
}
