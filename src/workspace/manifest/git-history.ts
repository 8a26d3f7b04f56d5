// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { BlobsError } from '../../core/errors.ts';
import { escapeControls } from '../../core/text.ts';
import type { SourcePosition } from '../../yaml/yaml-document.ts';
import { type GitContext, openRepository, type Repository, useRepository } from '../git/repository.ts';
import { DamagedTreeError, parseTree } from '../git/tree.ts';
import type { ImportBudget } from './import-budget.ts';
import type { ImportRequest } from './import-value.ts';
import { type ImportedFile, ImportedFileError, isManifestName } from './imported-file.ts';
import type { ManifestHistory } from './manifest-history.ts';
import { findProjectCommit } from './project-commit.ts';
import type { ManifestProject } from './projects.ts';
import { malformedAt } from './read-manifest.ts';

/** What a history is made of. */
export interface HistoryOptions {
  readonly topdir: string;
  readonly git: GitContext;
  /** The commit of the manifest repository; undefined for its working tree. */
  readonly commit: string | undefined;
  /** Whether `west update` left a project at the revision that it has here. */
  readonly isUpdated: (project: ManifestProject) => Promise<boolean>;
}

interface ImportPlace {
  readonly directory: string;
  readonly commit: string;
  readonly budget: ImportBudget;
}

/** Reads imports from git objects, as of a commit of the manifest repository. */
export class GitHistory implements ManifestHistory {
  readonly commit: string | undefined;
  readonly #options: HistoryOptions;

  constructor(options: HistoryOptions) {
    this.commit = options.commit;
    this.#options = options;
  }

  async findCommit(project: ManifestProject, importer: SourcePosition): Promise<string> {
    const { topdir, isUpdated } = this.#options;
    const directory = path.resolve(topdir, project.path);
    const about = `cannot import from project "${project.name}" (${project.path})`;
    const commit = await this.#with(directory, about, importer, async (repository) =>
      // A project that is not cloned may lie in the repository of another.
      repository.prefix === '' ? findProjectCommit(repository, project, () => isUpdated(project)) : undefined,
    );
    if (commit !== undefined) return commit;
    throw importFailed(`${about}: its clone does not have the revision "${project.revision}"`, importer);
  }

  async readSelfImport(request: ImportRequest, place: ImportPlace): Promise<readonly ImportedFile[]> {
    const about = `"self: import: ${request.file}" at ${place.commit}`;
    try {
      return await this.#with(place.directory, about, request.origin, (repository) =>
        readFiles(repository, request, place),
      );
    } catch (error) {
      if (error instanceof DamagedTreeError || error instanceof ImportedFileError)
        throw malformedAt(request.origin, `${about}: ${error.message}`);
      throw error;
    }
  }

  async #with<T>(
    directory: string,
    about: string,
    origin: SourcePosition,
    use: (repository: Repository) => Promise<T>,
  ): Promise<T> {
    const { git, topdir } = this.#options;
    const repository = openRepository(directory, git, topdir);
    if (repository === undefined) throw importFailed(`${about}: it is no git repository`, origin);
    return useRepository(repository, git, use);
  }
}

async function readFiles(
  { reader, prefix }: Repository,
  { file, origin }: ImportRequest,
  { commit, budget }: ImportPlace,
): Promise<readonly ImportedFile[]> {
  const named = path.posix.normalize(`${prefix}${file}`).replace(/\/+$/, '');
  if (path.posix.isAbsolute(file) || named === '..' || named.startsWith('../'))
    throw new ImportedFileError('it lies outside of the repository');
  budget.spendFile(origin);
  const object = await reader.read(`${commit}:${named === '.' ? '' : named}`);
  const name = (inner: string): string => path.posix.relative(prefix === '' ? '.' : prefix, inner);
  if (object?.type === 'blob') return [{ name: name(named), bytes: object.content }];
  if (object?.type !== 'tree') throw new ImportedFileError('file not found');
  const entries = parseTree(object.content, object.oid.length / 2).filter((one) => isManifestName(one.name));
  // West reads them in the order of their names.
  entries.sort((one, other) => Buffer.compare(Buffer.from(one.name), Buffer.from(other.name)));
  const files: ImportedFile[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (files.length > 0) budget.spendFile(origin);
    const found = await reader.read(entry.oid);
    if (found?.type !== 'blob') throw new ImportedFileError(`${entry.name} in it is no file`);
    bytes += found.content.length;
    budget.checkBytes(bytes, origin);
    files.push({ name: name(path.posix.join(named, entry.name)), bytes: found.content });
  }
  return files;
}

function importFailed(problem: string, origin: SourcePosition): BlobsError {
  return new BlobsError('BLOBS_IMPORT_FAILED', escapeControls(problem), {
    hint: 'run "west update", or "git fetch" in its directory',
    ...origin,
  });
}
