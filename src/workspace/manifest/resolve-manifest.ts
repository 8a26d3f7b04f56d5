// SPDX-License-Identifier: Apache-2.0
import type { Issue } from '../../core/report.ts';
import type { YamlDocument } from '../../yaml/yaml-document.ts';
import { checkDistinctPaths, type ManifestProject, ownProjects } from './projects.ts';
import { malformed } from './read-manifest.ts';
import { checkManifestVersion } from './schema-version.ts';
import { manifestData } from './shape.ts';
import { checkSubmodules } from './submodules.ts';
import { unsupportedInManifest } from './unsupported.ts';

/** What a manifest says, the manifest repository itself left out. */
interface Manifest {
  /** In west's order. */
  readonly projects: readonly ManifestProject[];
  readonly issues: readonly Issue[];
}

/**
 * Reads a manifest by the rules of west 1.5, without following what {@link unsupportedInManifest} warns of.
 * `repositoryPath` is the manifest repository's path, which no project may have; `self: path:` is only what
 * `west init` would have made of it.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST` with file, line and column
 */
export function resolveManifest(document: YamlDocument, repositoryPath: string): Manifest {
  const data = manifestData(document);
  checkManifestVersion(document, data);
  if (data.self?.path === null || data.self?.path === '') {
    throw malformed(document, ['manifest', 'self', 'path'], '"self.path" must not be empty');
  }
  const projects = ownProjects(document, data);
  const submoduleIssues = checkSubmodules(document, data);
  checkDistinctPaths(repositoryPath, projects);
  return { projects, issues: [...submoduleIssues, ...unsupportedInManifest(document, data)] };
}
