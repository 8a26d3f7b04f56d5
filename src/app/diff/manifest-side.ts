// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { BlobsError, type ErrorDetails } from '../../core/errors.ts';
import type { Issue } from '../../core/report.ts';
import { escapeControls } from '../../core/text.ts';
import { Observations } from '../../store/observations.ts';
import { type ManifestPlace, readActiveProjects } from '../../workspace/active-projects.ts';
import type { GitContext, Repository } from '../../workspace/git/repository.ts';
import { GitHistory } from '../../workspace/manifest/git-history.ts';
import type { ManifestProject } from '../../workspace/manifest/projects.ts';
import { parseManifestText, readManifestFile } from '../../workspace/manifest/read-manifest.ts';
import { resolveRevision, withRepository } from './diff-modules.ts';
import type { NamedCommit } from './module-state.ts';

/** The manifest as one side of a comparison has it. */
export interface ManifestSide {
  /** Undefined for the working tree. */
  readonly named: NamedCommit | undefined;
  /** Those that are active, in west's order. */
  readonly projects: readonly ManifestProject[];
  readonly issues: readonly Issue[];
}

/** What both sides of a comparison share. */
export interface SideContext {
  readonly place: ManifestPlace;
  /** The directory of the manifest repository. */
  readonly directory: string;
  readonly git: GitContext;
  readonly isUpdated: (project: ManifestProject) => Promise<boolean>;
}

/**
 * The manifest at `revision` with all that it imports, each project's files at the revision that the manifest names.
 *
 * @param revision Undefined for the working tree.
 * @throws BlobsError `BLOBS_UNKNOWN_REVISION`, `BLOBS_MALFORMED_MANIFEST`, `BLOBS_IMPORT_FAILED`, `BLOBS_BAD_CONFIG`,
 *   `BLOBS_GIT_FAILED`; the signal's reason
 */
export async function readManifestSide(
  revision: string | undefined,
  { place, directory, git, isUpdated }: SideContext,
): Promise<ManifestSide> {
  const { topdir, manifestPath, settings } = place;
  const found =
    revision === undefined
      ? undefined
      : await withRepository(directory, git, (repository) => readCommitted(repository, revision, place));
  const named = found?.named;
  try {
    const document = found
      ? parseManifestText(manifestPath, found.bytes)
      : readManifestFile(
          manifestPath,
          `manifest.path, manifest.file="${settings.fileName}"`,
          new Observations(),
        );
    const history = new GitHistory({ topdir, git, commit: named?.commit, isUpdated });
    const { projects, declared, issues } = await readActiveProjects(place, git, { document, history });
    return {
      named,
      projects: declared.filter((_, index) => projects[index]?.inactive === undefined),
      issues: issues.map((issue) => atRevision(issue, found, manifestPath)),
    };
  } catch (error) {
    if (!(error instanceof BlobsError)) throw error;
    const details = atRevision(error.details, found, manifestPath);
    throw new BlobsError(error.code, error.message, { ...details, cause: error });
  }
}

interface CommittedManifest {
  readonly named: NamedCommit;
  /** Its path in the repository. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

async function readCommitted(
  repository: Repository,
  revision: string,
  { settings }: ManifestPlace,
): Promise<CommittedManifest> {
  const named = await resolveRevision(repository, revision);
  const name = path.posix.normalize(`${repository.prefix}${settings.fileName}`);
  const object = name.startsWith('../') ? undefined : await repository.reader.read(`${named.commit}:${name}`);
  if (object?.type === 'blob') return { named, name, bytes: object.content };
  const message = escapeControls(`there is no manifest file ${name} at ${revision}`);
  throw new BlobsError('BLOBS_BAD_CONFIG', message, {
    facts: [
      escapeControls(`manifest.path="${settings.repository.value}", manifest.file="${settings.fileName}"`),
    ],
    hint: 'compare revisions that have it',
  });
}

/** A position in the manifest, named as git names what a revision holds. */
function atRevision<T extends ErrorDetails>(
  details: T,
  found: CommittedManifest | undefined,
  file: string,
): T {
  if (found === undefined || details.file !== file) return details;
  return { ...details, file: `${found.named.revision}:${found.name}` };
}
