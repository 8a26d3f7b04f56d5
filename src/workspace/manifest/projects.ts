// SPDX-License-Identifier: Apache-2.0
import type { ValuePath, YamlDocument } from '../../yaml/yaml-document.ts';
import { findPathProblem, tidyPath } from './project-paths.ts';
import { malformed } from './read-manifest.ts';
import type { ManifestData, ProjectData } from './shape.ts';

/** A project as one manifest file declares it. */
export interface ManifestProject {
  readonly name: string;
  /** Tidied, relative to the workspace's topdir, with forward slashes. */
  readonly path: string;
  /** The file that declares it, and where in it. */
  readonly document: YamlDocument;
  readonly at: ValuePath;
}

/** The name that west gives the manifest repository. */
export const MANIFEST_PROJECT = 'manifest';

/**
 * The projects that a manifest declares itself, in its order, after checking names, remotes and paths by west's
 * rules. Linear in their number.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST` at the first project that breaks a rule
 */
export function ownProjects(document: YamlDocument, data: ManifestData): readonly ManifestProject[] {
  const remotes = new Set((data.remotes ?? []).map((remote) => remote.name));
  const defaultRemote = data.defaults?.remote ?? undefined;
  if (defaultRemote !== undefined && !remotes.has(defaultRemote)) {
    const at = ['manifest', 'defaults', 'remote'];
    throw malformed(document, at, `the default remote "${defaultRemote}" is not defined`);
  }
  const names = new Set<string>();
  return (data.projects ?? []).map((project, index) => {
    const at = ['manifest', 'projects', index];
    checkName(document, at, project.name);
    if (names.has(project.name)) {
      throw malformed(document, [...at, 'name'], `the project name "${project.name}" is used twice`);
    }
    names.add(project.name);
    checkSource(document, at, { project, remotes, defaultRemote });
    // As in west, a path without a value, or an empty one, is the name.
    const declared = project.path || project.name;
    const problem = findPathProblem(declared);
    if (problem !== undefined) {
      const message = `the path "${declared}" of project "${project.name}" ${problem}`;
      throw malformed(document, [...at, project.path ? 'path' : 'name'], message);
    }
    return { name: project.name, path: tidyPath(declared), document, at };
  });
}

/**
 * Checks that no two projects have one path. The first is the manifest repository.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST` at the second of the two
 */
export function checkDistinctPaths(repositoryPath: string, projects: readonly ManifestProject[]): void {
  const owners = new Map([[tidyPath(repositoryPath), 'the manifest repository']]);
  for (const project of projects) {
    const owner = owners.get(project.path);
    if (owner !== undefined) {
      const problem = `the path "${project.path}" of project "${project.name}" is taken by ${owner}`;
      throw malformed(project.document, [...project.at, 'path'], problem);
    }
    owners.set(project.path, `project "${project.name}"`);
  }
}

function checkName(document: YamlDocument, at: ValuePath, name: string): void {
  const where = [...at, 'name'];
  if (name === '') throw malformed(document, where, 'a project name is empty');
  if (name === MANIFEST_PROJECT) {
    throw malformed(document, where, `no project can be named "${MANIFEST_PROJECT}"`);
  }
  if (/[\\/]/.test(name)) {
    throw malformed(document, where, `invalid project name "${name}": it holds a slash or backslash`);
  }
}

/** Where a project is cloned from must be clear, though this program clones nothing: west refuses it otherwise. */
function checkSource(
  document: YamlDocument,
  at: ValuePath,
  facts: {
    readonly project: ProjectData;
    readonly remotes: ReadonlySet<string>;
    readonly defaultRemote: string | undefined;
  },
): void {
  const { project, remotes, defaultRemote } = facts;
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
  const used = remote || defaultRemote;
  if (!used) {
    throw malformed(document, at, `project "${name}" has no remote or url, and no default remote is set`);
  }
  if (!remotes.has(used)) {
    throw malformed(document, [...at, 'remote'], `the remote "${used}" of project "${name}" is not defined`);
  }
}
