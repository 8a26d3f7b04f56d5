// SPDX-License-Identifier: Apache-2.0

import { isRecord } from '../../core/record.ts';
import type { SourcePosition, ValuePath, YamlDocument } from '../../yaml/yaml-document.ts';
import { isGroupName } from './group-filter.ts';
import { readImportMap } from './import-value.ts';
import { findPathProblem, joinPaths, MANIFEST_PROJECT } from './project-paths.ts';
import { malformed } from './read-manifest.ts';
import type { ManifestData, ProjectData } from './shape.ts';

/** A project as one manifest file declares it. */
export interface ManifestProject {
  readonly name: string;
  /** Tidied, relative to the workspace's topdir, with forward slashes; the prefixes of imports are in it. */
  readonly path: string;
  readonly groups: readonly string[];
  /** As the manifest spells it: an object id, a tag or a branch. */
  readonly revision: string;
  /** The name that west gives to the remote in the project's clone. */
  readonly remote: string;
  /** Where it is declared: its path, if it has one. */
  readonly origin: SourcePosition;
}

/** Where the projects of one manifest file may be cloned from, and at which revision if they do not say. */
export interface Remotes {
  readonly names: ReadonlySet<string>;
  readonly default: string | undefined;
  readonly defaultRevision: string;
}

const DEFAULT_REVISION = 'master';
const DEFAULT_REMOTE = 'origin';

/**
 * The remotes of a manifest file.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST` for a default remote that is not among them
 */
export function readRemotes(document: YamlDocument, data: ManifestData): Remotes {
  const names = new Set((data.remotes ?? []).map((remote) => remote.name));
  const defaultRemote = data.defaults?.remote || undefined;
  if (defaultRemote !== undefined && !names.has(defaultRemote)) {
    const at = ['manifest', 'defaults', 'remote'];
    throw malformed(document, at, `the default remote "${defaultRemote}" is not defined`);
  }
  return { names, default: defaultRemote, defaultRevision: data.defaults?.revision || DEFAULT_REVISION };
}

/**
 * The project that `data` declares at `at`, checked by west's rules for one project alone: its remote, its path with
 * `pathPrefix` before it, its groups.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST` for the first rule that it breaks
 */
export function readProject(
  document: YamlDocument,
  at: ValuePath,
  context: { readonly data: ProjectData; readonly remotes: Remotes; readonly pathPrefix: string },
): ManifestProject {
  const { data, remotes, pathPrefix } = context;
  const { name } = data;
  if (name === '') throw malformed(document, [...at, 'name'], 'a project name is empty');
  if (name === MANIFEST_PROJECT) {
    throw malformed(document, [...at, 'name'], `no project can be named "${MANIFEST_PROJECT}"`);
  }
  checkSource(document, at, data, remotes);
  return {
    name,
    path: readPath(document, at, data, pathPrefix),
    groups: readGroups(document, at, data),
    revision: data.revision || remotes.defaultRevision,
    remote: data.remote || (data.url ? DEFAULT_REMOTE : (remotes.default ?? DEFAULT_REMOTE)),
    origin: document.positionOf([...at, 'path']),
  };
}

/** Where a project is cloned from must be clear, though this program clones nothing: west refuses it otherwise. */
function checkSource(document: YamlDocument, at: ValuePath, project: ProjectData, remotes: Remotes): void {
  const { name, url, remote, 'repo-path': repoPath } = project;
  if (url && remote) {
    const problem = `project "${name}" has both "remote: ${remote}" and "url: ${url}"`;
    throw malformed(document, [...at, 'url'], problem, 'remove one of the two');
  }
  if (url) {
    if (!repoPath) return;
    const problem = `project "${name}" has both "repo-path: ${repoPath}" and "url: ${url}"`;
    throw malformed(document, [...at, 'repo-path'], problem, 'remove one of the two');
  }
  const used = remote || remotes.default;
  if (!used) {
    throw malformed(document, at, `project "${name}" has no remote or url, and no default remote is set`);
  }
  if (!remotes.names.has(used)) {
    throw malformed(document, [...at, 'remote'], `the remote "${used}" of project "${name}" is not defined`);
  }
}

function readPath(document: YamlDocument, at: ValuePath, project: ProjectData, pathPrefix: string): string {
  const { name, import: imported } = project;
  const own = isRecord(imported) ? readImportMap(document, [...at, 'import'], imported).pathPrefix : '';
  // As in west, a path without a value, or an empty one, is the name.
  const path = joinPaths(pathPrefix, own, project.path || name);
  const problem = findPathProblem(path);
  if (problem === undefined) return path;
  const where = own ? ['import', 'path-prefix'] : [project.path ? 'path' : 'name'];
  throw malformed(document, [...at, ...where], `the path "${path}" of project "${name}" ${problem}`);
}

function readGroups(document: YamlDocument, at: ValuePath, project: ProjectData): readonly string[] {
  const groups = project.groups ?? [];
  const names = groups.map((group, index) => {
    if (group !== null && isGroupName(group)) return group;
    const problem = `"${group}" of project "${project.name}" is no group name`;
    throw malformed(
      document,
      [...at, 'groups', index],
      problem,
      'no spaces, commas, colons, or sign in front',
    );
  });
  return names;
}
