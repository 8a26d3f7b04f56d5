// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { BlobsError } from '../core/errors.ts';
import type { WestProject, Workspace } from '../core/modules.ts';
import type { Issue } from '../core/report.ts';
import { escapeControls } from '../core/text.ts';
import type { FileIndex } from '../store/file-index.ts';
import type { ActiveProject, ActiveProjects, ManifestPlace } from './active-projects.ts';
import { isGitRepository } from './git/git-repository.ts';
import type { GitContext } from './git/repository.ts';
import { MANIFEST_PROJECT, tidyPath } from './manifest/project-paths.ts';
import type { IniValue } from './west-config/ini-value.ts';
import type { WestConfig } from './west-config/west-config.ts';

/** A workspace, and what was worth a warning in it. */
interface LoadedWorkspace {
  readonly workspace: Omit<Workspace, 'withoutModule'>;
  readonly issues: readonly Issue[];
}

const DEFAULT_MANIFEST_FILE = 'west.yml';

/** What may be used on the way. */
interface Means extends GitContext {
  /** What earlier runs found out. */
  readonly index?: FileIndex | undefined;
}

/**
 * Loads the workspace at `topdir`, whose configuration is `config`: the projects of its manifest and all that it
 * imports, and which of them are active. As in west, `manifest.path`, `manifest.file` and `manifest.group-filter`
 * count in the workspace's own configuration alone, and the manifest repository is the first project.
 *
 * @throws BlobsError `BLOBS_BAD_CONFIG` where the configuration names no manifest, one that is not there, or has a
 *   malformed filter; `BLOBS_MALFORMED_MANIFEST` and `BLOBS_IMPORT_FAILED`; the signal's reason
 */
export async function loadWorkspace(
  topdir: string,
  config: WestConfig,
  means: Means,
): Promise<LoadedWorkspace> {
  const place = findManifestPlace(topdir, config);
  const { manifestPath } = place;
  const { repository } = place.settings;
  const { projects, issues } = await findProjects(place, means);
  const itself: ActiveProject = { name: MANIFEST_PROJECT, path: tidyPath(repository.value) };
  return {
    workspace: {
      topdir,
      manifestPath,
      projects: [itself, ...projects].map((project) => westProject(topdir, project)),
    },
    issues: [...absolutePathIssue(repository), ...issues],
  };
}

/**
 * Which manifest the workspace at `topdir`, whose configuration is `config`, has.
 *
 * @throws BlobsError `BLOBS_BAD_CONFIG` where the configuration names none
 */
export function findManifestPlace(topdir: string, config: WestConfig): ManifestPlace {
  const repository = manifestRepository(topdir, config);
  const file = config.getLocal('manifest', 'file');
  checkNoNul(file);
  const fileName = file?.value ?? DEFAULT_MANIFEST_FILE;
  return {
    topdir,
    manifestPath: path.resolve(topdir, repository.value, fileName),
    settings: {
      repository,
      fileName,
      projectFilter: config.get('manifest', 'project-filter'),
      groupFilter: config.getLocal('manifest', 'group-filter'),
    },
  };
}

/** The projects of the manifest, read only if that is not remembered. */
async function findProjects(manifest: ManifestPlace, means: Means): Promise<ActiveProjects> {
  const { index } = means;
  const { topdir, manifestPath, settings } = manifest;
  const { repository, fileName, projectFilter, groupFilter } = settings;
  const values = [repository.value, fileName, projectFilter?.value ?? null, groupFilter?.value ?? null];
  const key = JSON.stringify([manifestPath, ...values]);
  const known = index?.recall('workspace', topdir, key) as ActiveProjects['projects'] | undefined;
  if (known) return { projects: known, issues: [] };
  // With it come the parser and all of the manifest language.
  const { readActiveProjects } = await import('./active-projects.ts');
  const { projects, issues, observations } = await readActiveProjects(manifest, means);
  // Problems are told again each time, with the line that they are in.
  if (observations && issues.length === 0)
    index?.remember('workspace', topdir, { key, observations, value: projects });
  return { projects, issues };
}

function westProject(topdir: string, { name, path: place, inactive }: ActiveProject): WestProject {
  const abspath = path.resolve(topdir, place);
  return {
    name,
    path: place,
    abspath,
    active: inactive === undefined,
    ...(inactive && { inactive }),
    get cloned() {
      return isGitRepository(abspath);
    },
  };
}

function manifestRepository(topdir: string, config: WestConfig): IniValue {
  const hint = 'run "west init", or set it with "west config manifest.path"';
  const whose = `of the workspace ${escapeControls(topdir)}`;
  const isUsual = config.localFiles.join() === path.join(topdir, '.west', 'config');
  const facts = isUsual
    ? [escapeControls(config.localFiles.join(''))]
    : [`WEST_CONFIG_LOCAL names ${config.localFiles.map(escapeControls).join(', ') || 'no file'}`];
  if (!config.hasLocal) {
    const message = `there is no file with the configuration ${whose}`;
    const what = isUsual ? hint : 'correct WEST_CONFIG_LOCAL, or unset it';
    throw new BlobsError('BLOBS_BAD_CONFIG', message, { facts, hint: what });
  }
  const found = config.getLocal('manifest', 'path');
  if (found === undefined) {
    throw new BlobsError('BLOBS_BAD_CONFIG', `the configuration ${whose} has no manifest.path`, {
      facts,
      hint,
    });
  }
  checkNoNul(found);
  return found;
}

function checkNoNul(found: IniValue | undefined): void {
  if (!found?.value.includes('\0')) return;
  const { file, line } = found;
  throw new BlobsError('BLOBS_BAD_CONFIG', 'a path in the configuration holds a NUL character', {
    file,
    line,
  });
}

function absolutePathIssue({ value, file, line }: IniValue): Issue[] {
  if (!path.isAbsolute(value)) return [];
  const message = `manifest.path should not be absolute: ${escapeControls(value)}`;
  return [{ severity: 'warning', code: 'BLOBS_BAD_CONFIG', message, file, line }];
}
