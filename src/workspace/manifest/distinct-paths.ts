// SPDX-License-Identifier: Apache-2.0
import { tidyPath } from './project-paths.ts';
import type { ManifestProject } from './projects.ts';
import { malformedAt } from './read-manifest.ts';

/** Watches that no two projects of a workspace have one path, while manifests add to them. */
export class DistinctPaths {
  readonly #owners = new Map<string, ManifestProject>();

  readonly #unchecked: ManifestProject[] = [];

  /** Notes a project, to be checked with the next {@link check}. */
  add(project: ManifestProject): void {
    this.#unchecked.push(project);
  }

  /**
   * Checks the projects that were added since the last call.
   *
   * @throws BlobsError `BLOBS_MALFORMED_MANIFEST` at the second project of a path
   */
  check(): void {
    for (const project of this.#unchecked.splice(0)) {
      const owner = this.#owners.get(project.path);
      if (owner !== undefined) throw taken(project, `project "${owner.name}" (${place(owner)})`);
      this.#owners.set(project.path, project);
    }
  }

  /**
   * Checks that no project is at the place of the manifest repository.
   *
   * @throws BlobsError `BLOBS_MALFORMED_MANIFEST`
   */
  checkManifestRepository(repositoryPath: string, manifestFile: string): void {
    const owner = this.#owners.get(tidyPath(repositoryPath));
    if (owner !== undefined) throw taken(owner, `the manifest repository (of ${manifestFile})`);
  }
}

function taken(project: ManifestProject, owner: string): Error {
  const problem = `the path "${project.path}" of project "${project.name}" is taken by ${owner}`;
  return malformedAt(project.origin, problem);
}

function place({ origin }: ManifestProject): string {
  return `${origin.file}:${origin.line}`;
}
