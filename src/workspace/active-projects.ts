// SPDX-License-Identifier: Apache-2.0
import type { WestProject } from '../core/modules.ts';
import type { Issue } from '../core/report.ts';
import { type Observation, Observations } from '../store/observations.ts';
import type { YamlDocument } from '../yaml/yaml-document.ts';
import { hideForeignSource, withoutForeignSource } from './foreign-source.ts';
import type { GitContext } from './git/repository.ts';
import { disabledGroups, readConfiguredGroupFilter } from './manifest/group-filter.ts';
import type { ManifestHistory } from './manifest/manifest-history.ts';
import { readProjectFilter } from './manifest/project-filter.ts';
import type { ManifestProject } from './manifest/projects.ts';
import { readManifestFile } from './manifest/read-manifest.ts';
import { type ResolveContext, type ResolvedManifest, resolveManifest } from './manifest/resolve-manifest.ts';
import type { IniValue } from './west-config/ini-value.ts';

/** Which manifest is meant, and what the configuration says of its projects. */
export interface ManifestPlace {
  readonly topdir: string;
  readonly manifestPath: string;
  readonly settings: {
    /** `manifest.path` */
    readonly repository: IniValue;
    /** `manifest.file` or its default */
    readonly fileName: string;
    readonly projectFilter: IniValue | undefined;
    readonly groupFilter: IniValue | undefined;
  };
}

/** A project, in west's terms. */
export type ActiveProject = Pick<WestProject, 'name' | 'path' | 'inactive'>;

/** The projects of a manifest, and what was worth a warning in it. */
export interface ActiveProjects {
  readonly projects: readonly ActiveProject[];
  readonly issues: readonly Issue[];
}

/** A manifest that is not read from the working tree, or not with what `west update` left. */
export interface OtherManifest {
  readonly document: YamlDocument;
  readonly history: ManifestHistory;
}

/**
 * Reads the manifest, all that it imports, and which of its projects are active. Beside `observations` it depends on
 * `place` alone; they are undefined where it is not so.
 *
 * @throws BlobsError and the signal's reason, as `loadWorkspace` does
 */
export async function readActiveProjects(
  { topdir, manifestPath, settings }: ManifestPlace,
  git: GitContext,
  other?: OtherManifest,
): Promise<
  ActiveProjects & {
    readonly observations: readonly Observation[] | undefined;
    /** The same projects in the same order, as the manifest declares them. */
    readonly declared: readonly ManifestProject[];
  }
> {
  const repositoryPath = settings.repository.value;
  const namedBy = `manifest.path="${repositoryPath}", manifest.file="${settings.fileName}"`;
  const issues: Issue[] = [];
  const projectFilter = await readProjectFilter(settings.projectFilter);
  const groupFilter = readConfiguredGroupFilter(settings.groupFilter, issues);
  const observations = new Observations();
  const context = { topdir, repositoryPath, projectFilter, git, observations };
  const resolved = await (other
    ? resolve(() => other.document, { ...context, history: other.history })
    : resolve(() => readManifestFile(manifestPath, namedBy, observations), context));
  for (const issue of resolved.issues) issues.push(hideForeignSource(issue, topdir));
  const disabled = disabledGroups([...resolved.groupFilters, groupFilter]);
  const whyInactive = ({ name, groups }: ManifestProject): WestProject['inactive'] => {
    const decided = projectFilter.decide(name);
    if (decided === false) return FILTERED;
    if (decided || groups.length === 0 || groups.some((group) => !disabled.has(group))) return undefined;
    return disabledBy(groups);
  };
  const projects = resolved.projects.map((project) => {
    const inactive = whyInactive(project);
    return { name: project.name, path: project.path, ...(inactive && { inactive }) };
  });
  return { projects, issues, observations: observations.made, declared: resolved.projects };
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
