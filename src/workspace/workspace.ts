// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { BlobsError } from '../core/errors.ts';
import type { WestProject, Workspace } from '../core/modules.ts';
import type { Issue } from '../core/report.ts';
import { escapeControls } from '../core/text.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';
import { hideForeignSource, withoutForeignSource } from './foreign-source.ts';
import { isGitRepository } from './git/git-repository.ts';
import { disabledGroups, readConfiguredGroupFilter } from './manifest/group-filter.ts';
import { readProjectFilter } from './manifest/project-filter.ts';
import type { GitContext } from './manifest/project-import.ts';
import { tidyPath } from './manifest/project-paths.ts';
import { MANIFEST_PROJECT, type ManifestProject } from './manifest/projects.ts';
import { readManifestFile } from './manifest/read-manifest.ts';
import { type ResolveContext, type ResolvedManifest, resolveManifest } from './manifest/resolve-manifest.ts';
import type { IniValue } from './west-config/ini-value.ts';
import type { WestConfig } from './west-config/west-config.ts';

/** A workspace, and what was worth a warning in it. */
interface LoadedWorkspace {
  readonly workspace: Omit<Workspace, 'withoutModule'>;
  readonly issues: readonly Issue[];
}

const DEFAULT_MANIFEST_FILE = 'west.yml';

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
  git: GitContext,
): Promise<LoadedWorkspace> {
  const repository = manifestRepository(topdir, config);
  const file = config.getLocal('manifest', 'file');
  checkNoNul(file);
  const fileName = file?.value ?? DEFAULT_MANIFEST_FILE;
  const manifestPath = path.resolve(topdir, repository.value, fileName);
  const namedBy = `manifest.path="${repository.value}", manifest.file="${fileName}"`;
  const issues = [...absolutePathIssue(repository)];
  const projectFilter = await readProjectFilter(config.get('manifest', 'project-filter'));
  const groupFilter = readConfiguredGroupFilter(config.getLocal('manifest', 'group-filter'), issues);

  const context = { topdir, repositoryPath: repository.value, projectFilter, git };
  const resolved = await resolve(() => readManifestFile(manifestPath, namedBy), context);
  for (const issue of resolved.issues) issues.push(hideForeignSource(issue, topdir));
  const disabled = disabledGroups([...resolved.groupFilters, groupFilter]);
  const whyInactive = ({ name, groups }: ManifestProject): WestProject['inactive'] => {
    const decided = projectFilter.decide(name);
    if (decided === false) return FILTERED;
    if (decided || groups.length === 0 || groups.some((group) => !disabled.has(group))) return undefined;
    return disabledBy(groups);
  };
  const projects = [
    westProject(topdir, { name: MANIFEST_PROJECT, path: tidyPath(repository.value) }, undefined),
    ...resolved.projects.map((project) => westProject(topdir, project, whyInactive(project))),
  ];
  return { workspace: { topdir, manifestPath, projects }, issues };
}

async function resolve(read: () => YamlDocument, context: ResolveContext): Promise<ResolvedManifest> {
  try {
    return await resolveManifest(read(), context);
  } catch (error) {
    throw withoutForeignSource(error, context.topdir);
  }
}

const FILTERED = {
  because: 'manifest.project-filter takes it out',
  hint: 'see "west config manifest.project-filter"',
};

function disabledBy(groups: readonly string[]): NonNullable<WestProject['inactive']> {
  const [first = ''] = groups;
  const those = groups.length === 1 ? `its group ${first} is` : `its groups ${groups.join(', ')} are`;
  return { because: `${those} disabled`, hint: `run "west config manifest.group-filter -- +${first}"` };
}

function westProject(
  topdir: string,
  project: { readonly name: string; readonly path: string },
  inactive: WestProject['inactive'],
): WestProject {
  const abspath = path.resolve(topdir, project.path);
  return {
    name: project.name,
    path: project.path,
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
