// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { BlobsError } from '../../core/errors.ts';
import type { ModulePlace, Workspace } from '../../core/modules.ts';
import type { Issue } from '../../core/report.ts';
import { escapeControls } from '../../core/text.ts';
import type { FileIndex } from '../../store/file-index.ts';
import { isDirectory, realPath } from '../file-system.ts';
import { findNearest, findTopdir } from '../find-topdir.ts';
import { loadWestConfig, type WestConfigLocations, westConfigFiles } from '../west-config/west-config.ts';
import { loadWorkspace } from '../workspace.ts';
import { findZephyrBase } from '../zephyr-base.ts';
import { findModuleFile, isModule } from './is-module.ts';
import { projectPlaces } from './project-places.ts';

/** Everything that says where modules may be. All directories are absolute; empty parts are gone. */
export interface ModuleSearch {
  readonly cwd: string;
  /** From `-m`. */
  readonly moduleDirectories: readonly string[];
  /** From `--zephyr-base`, else `ZEPHYR_BASE`. */
  readonly zephyrBase?: string;
  /** From `ZEPHYR_MODULES`. */
  readonly zephyrModules: readonly string[];
  /** From `EXTRA_ZEPHYR_MODULES`, then `ZEPHYR_EXTRA_MODULES`. */
  readonly extraModules: readonly { readonly variable: string; readonly directory: string }[];
  readonly westConfig: WestConfigLocations;
  /** The environment that git runs in, where an import needs it. */
  readonly gitEnvironment: Readonly<Record<string, string | undefined>>;
}

/** Which modules there may be, and what was wrong on the way. */
export interface ModuleSearchResult {
  /** In the order in which they were named. Every one of them holds a module. */
  readonly places: readonly ModulePlace[];
  readonly workspace: Workspace | undefined;
  readonly issues: readonly Issue[];
}

/**
 * The directories of all modules, found in the first of four ways that applies: `moduleDirectories` (just those);
 * the projects of the west workspace that holds `cwd` or else `zephyrBase`; `zephyrModules`; `cwd` or its nearest
 * parent with a module file. `extraModules` are added to the last three, and suffice alone. A directory named twice
 * counts once. Runs no west, and git only to read what a manifest imports from projects. What `index` remembers of a
 * manifest is not read again.
 *
 * @throws BlobsError `BLOBS_NO_MODULES` where no way applies, `BLOBS_NOT_A_MODULE` for a named directory that holds
 *   none, `BLOBS_BAD_CONFIG` and `BLOBS_MALFORMED_MANIFEST` for a broken workspace,
 *   `BLOBS_IMPORT_FAILED`; the signal's reason
 */
export async function findModules(
  search: ModuleSearch,
  signal?: AbortSignal,
  index?: FileIndex,
): Promise<ModuleSearchResult> {
  if (search.moduleDirectories.length > 0) {
    const places = search.moduleDirectories.map((directory) => namedPlace('--module-dir', directory));
    return { places: distinct(places), workspace: undefined, issues: [] };
  }
  const found = (await findInWorkspace(search, signal, index)) ?? withoutWorkspace(search);
  const extras = search.extraModules.map(({ variable, directory }) => namedPlace(variable, directory));
  if (found === undefined && extras.length === 0) throw noModules();
  const { places = [], workspace, issues = [] } = found ?? {};
  return { places: distinct([...places, ...extras]), workspace, issues };
}

async function findInWorkspace(
  search: ModuleSearch,
  signal: AbortSignal | undefined,
  index: FileIndex | undefined,
): Promise<ModuleSearchResult | undefined> {
  const topdir = findTopdir(search.cwd, search.zephyrBase);
  if (topdir === undefined) return undefined;
  const config = loadWestConfig(westConfigFiles(search.westConfig, topdir));
  const means = { environment: search.gitEnvironment, index, ...(signal && { signal }) };
  const { workspace, issues } = await loadWorkspace(topdir, config, means);
  const zephyrBase = findZephyrBase({ given: search.zephyrBase, config, workspace });
  const modules = projectPlaces(workspace, zephyrBase);
  return {
    places: modules.places,
    workspace: { ...workspace, withoutModule: modules.withoutModule },
    issues: [...issues, ...zephyrBaseIssues(search.zephyrBase), ...modules.issues],
  };
}

function zephyrBaseIssues(given: string | undefined): readonly Issue[] {
  if (given === undefined || isDirectory(given)) return [];
  const message = `the Zephyr repository ${escapeControls(given)}, named by -z or ZEPHYR_BASE, is not there`;
  return [{ severity: 'warning', code: 'BLOBS_BAD_CONFIG', message }];
}

function withoutWorkspace(search: ModuleSearch): ModuleSearchResult | undefined {
  if (search.zephyrModules.length > 0) {
    const places = search.zephyrModules.map((directory) => namedPlace('ZEPHYR_MODULES', directory));
    return { places, workspace: undefined, issues: [] };
  }
  const cwd = path.resolve(search.cwd);
  const around = isModule(cwd)
    ? cwd
    : findNearest(cwd, (directory) => findModuleFile(directory) !== undefined);
  return around === undefined ? undefined : { places: [place(around)], workspace: undefined, issues: [] };
}

function namedPlace(source: string, directory: string): ModulePlace {
  if (!isModule(directory)) {
    throw new BlobsError('BLOBS_NOT_A_MODULE', `${source}: ${escapeControls(directory)} is not a module`, {
      facts: ['a module has zephyr/module.yml, or both zephyr/CMakeLists.txt and zephyr/Kconfig'],
      hint: `correct ${source}`,
    });
  }
  return place(directory);
}

function place(directory: string): ModulePlace {
  const resolved = path.resolve(directory);
  return { directory: resolved, defaultName: path.basename(resolved) };
}

function distinct(places: readonly ModulePlace[]): readonly ModulePlace[] {
  const byPlace = new Map<string, ModulePlace>();
  for (const candidate of places) {
    const key = realPath(candidate.directory);
    if (!byPlace.has(key)) byPlace.set(key, candidate);
  }
  return [...byPlace.values()];
}

function noModules(): BlobsError {
  return new BlobsError('BLOBS_NO_MODULES', 'no modules: there is no west workspace and no module here', {
    hint: 'give -m DIR, run it in a west workspace, set ZEPHYR_MODULES, or run it in a module (with zephyr/module.yml)',
  });
}
