// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { BlobsError, describeError } from '../../core/errors.ts';
import { escapeControls } from '../../core/text.ts';
import { MAX_YAML_BYTES } from '../../yaml/limits.ts';
import { exists, isFileOrAbsent } from '../file-system.ts';
import { findGitDirectory } from '../git/git-repository.ts';
import { GitObjectReader, GitReadError } from '../git/object-reader.ts';
import type { ImportRequest } from './import-value.ts';
import { type ImportedFile, MANIFEST_REVISION, readImportedFiles } from './imported-file.ts';
import type { ManifestProject } from './projects.ts';

/** How git is run. */
export interface GitContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/** What became of one request: its files, or why there are none. */
export type ProjectImport = { readonly files: readonly ImportedFile[] } | { readonly error: Error };

const WEST_UPDATE = 'run "west update"';
const HINTS: Partial<Record<GitReadError['kind'], string>> = {
  'no-git': 'install git: what a manifest imports from a project is read with it',
  refused: 'make the repository yours, or list it in git\'s "safe.directory"',
};

/**
 * Reads what `requests` want from the project at `directory`, with one git process for all of them. An answer for
 * each request, so that the first that is needed can fail first.
 *
 * @throws the signal's reason
 */
export async function readProjectImports(
  project: ManifestProject,
  directory: string,
  requests: readonly ImportRequest[],
  git: GitContext,
): Promise<readonly ProjectImport[]> {
  const absent = absence(directory);
  if (absent !== undefined) {
    return requests.map((request) => ({ error: importFailed(project, request, absent, WEST_UPDATE) }));
  }
  const reader = new GitObjectReader({ directory, maxObjectBytes: MAX_YAML_BYTES, ...git });
  try {
    return await Promise.all(requests.map((request) => readOne(reader, project, request)));
  } finally {
    await reader.close();
    git.signal?.throwIfAborted();
  }
}

function absence(directory: string): string | undefined {
  if (!exists(directory)) return 'the project is not on disk';
  const git = findGitDirectory(directory);
  if (git === undefined) return 'the project is no git repository';
  return isFileOrAbsent(path.join(git, MANIFEST_REVISION))
    ? undefined
    : `its ${MANIFEST_REVISION} is damaged`;
}

async function readOne(
  reader: GitObjectReader,
  project: ManifestProject,
  request: ImportRequest,
): Promise<ProjectImport> {
  try {
    const files = await readImportedFiles(reader, request.file);
    if (files !== undefined) return { files };
    const hasRevision = (await reader.read(`${MANIFEST_REVISION}^{commit}`)) !== undefined;
    const problem = hasRevision
      ? `there is no such file at ${MANIFEST_REVISION}`
      : `there is no ${MANIFEST_REVISION}`;
    return { error: importFailed(project, request, problem, WEST_UPDATE) };
  } catch (error) {
    if (!(error instanceof GitReadError))
      return { error: malformedImport(project, request, describeError(error)) };
    if (error.kind === 'too-large') {
      return { error: malformedImport(project, request, `it is larger than ${MAX_YAML_BYTES} bytes`) };
    }
    return { error: importFailed(project, request, error.message, HINTS[error.kind] ?? WEST_UPDATE) };
  }
}

function importFailed(
  project: ManifestProject,
  request: ImportRequest,
  problem: string,
  hint: string,
): BlobsError {
  const message = importMessage(project, request, problem);
  return new BlobsError('BLOBS_IMPORT_FAILED', message, { hint, ...project.document.positionOf(request.at) });
}

function malformedImport(project: ManifestProject, request: ImportRequest, problem: string): BlobsError {
  const message = importMessage(project, request, problem);
  return new BlobsError('BLOBS_MALFORMED_MANIFEST', message, project.document.positionOf(request.at));
}

function importMessage({ name, path }: ManifestProject, { file }: ImportRequest, problem: string): string {
  return escapeControls(`cannot import "${file}" from project "${name}" (${path}): ${problem}`);
}
