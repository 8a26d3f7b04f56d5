// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import { escapeControls } from '../../core/text.ts';
import { MAX_YAML_BYTES } from '../../yaml/limits.ts';
import { GitReadError, gitWords } from '../git/git-read-error.ts';
import { findOutwardLink } from '../git/git-repository.ts';
import { GitObjectReader } from '../git/object-reader.ts';
import type { GitContext } from '../git/repository.ts';
import { DamagedTreeError } from '../git/tree.ts';
import type { ImportBudget } from './import-budget.ts';
import type { ImportRequest } from './import-value.ts';
import {
  type ImportedFile,
  ImportedFileError,
  MANIFEST_REVISION,
  readImportedFiles,
} from './imported-file.ts';
import type { ManifestProject } from './projects.ts';

/** A file, and what asked for it; or why what was asked for last cannot be had. */
export type ProjectImport =
  | { readonly request: ImportRequest; readonly file: ImportedFile }
  | { readonly error: unknown };

interface ImportContext {
  readonly topdir: string;
  /** The project's directory. Absolute. */
  readonly directory: string;
  readonly git: GitContext;
  readonly budget: ImportBudget;
  /** What is read: {@link MANIFEST_REVISION}, or an object id. */
  readonly revision: string;
}

/** Without an answer for so long, git is given up; it may be waiting at a FIFO. */
const SILENCE_MS = 10_000;

const WEST_UPDATE = 'run "west update"';
const HINTS: Partial<Record<GitReadError['kind'], string>> = {
  'no-git': 'install git: what a manifest imports from a project is read with it',
  refused: 'make the repository yours, or list it in git\'s "safe.directory"',
};

/**
 * Reads what `requests` want from a project at a revision, with one git process for all of them and within the budget. What comes
 * before the first failure is given with it, so that what is wrong there can be said first.
 *
 * @throws the signal's reason
 */
export async function readProjectImports(
  project: ManifestProject,
  requests: readonly ImportRequest[],
  context: ImportContext,
): Promise<readonly ProjectImport[]> {
  const [first] = requests;
  if (first === undefined) return [];
  const absent = findAbsence(context);
  if (absent !== undefined) return [{ error: importFailed(project, first, absent, WEST_UPDATE) }];
  const { directory, git, budget } = context;
  const startMs = performance.now();
  const limit = AbortSignal.timeout(Math.ceil(budget.gitMs));
  const signal = git.signal ? AbortSignal.any([git.signal, limit]) : limit;
  const { environment } = git;
  const reader = new GitObjectReader({
    directory,
    environment,
    signal,
    timeoutMs: SILENCE_MS,
    maxObjectBytes: MAX_YAML_BYTES,
  });
  const found: ProjectImport[] = [];
  let current = first;
  try {
    for (const request of requests) {
      current = request;
      for (const file of await readOne(reader, project, request, context)) found.push({ request, file });
    }
  } catch (error) {
    git.signal?.throwIfAborted();
    found.push({ error: limit.aborted ? outOfTime(project, current) : error });
  } finally {
    await reader.close();
    budget.spendGitTime(performance.now() - startMs);
  }
  return found;
}

function findAbsence({ topdir, directory }: ImportContext): string | undefined {
  const link = findOutwardLink(directory, topdir, [MANIFEST_REVISION]);
  if (link === 'absent') return 'the project is not on disk';
  if (link === 'no repository') return 'the project is no git repository';
  return link && `${link} of its repository is no file, or leads out of the workspace`;
}

async function readOne(
  reader: GitObjectReader,
  project: ManifestProject,
  request: ImportRequest,
  { budget, revision }: ImportContext,
): Promise<readonly ImportedFile[]> {
  const files: ImportedFile[] = [];
  let bytes = 0;
  budget.spendFile(request.origin);
  try {
    const imported = readImportedFiles(reader, revision, request.file);
    for (;;) {
      const next = await imported.next();
      if (next.done && next.value) return files;
      if (next.done) break;
      if (files.length > 0) budget.spendFile(request.origin);
      bytes += next.value.bytes.length;
      budget.checkBytes(bytes, request.origin);
      files.push(next.value);
    }
    const hasRevision = (await reader.read(`${revision}^{commit}`)) !== undefined;
    const problem = hasRevision ? `there is no such file at ${revision}` : `there is no ${revision}`;
    throw importFailed(project, request, problem, WEST_UPDATE);
  } catch (error) {
    if (error instanceof ImportedFileError || error instanceof DamagedTreeError) {
      throw malformedImport(project, request, error.message);
    }
    if (!(error instanceof GitReadError)) throw error;
    if (error.kind === 'too-large') {
      throw malformedImport(project, request, `it is larger than ${MAX_YAML_BYTES} bytes`);
    }
    throw importFailed(project, request, gitWords(error), HINTS[error.kind] ?? WEST_UPDATE);
  }
}

function outOfTime(project: ManifestProject, request: ImportRequest): BlobsError {
  return importFailed(
    project,
    request,
    'git takes too long',
    'run it again; if it repeats, look at the repository',
  );
}

function importFailed(
  project: ManifestProject,
  request: ImportRequest,
  problem: string,
  hint: string,
): BlobsError {
  const message = importMessage(project, request, problem);
  return new BlobsError('BLOBS_IMPORT_FAILED', message, { hint, ...request.origin });
}

function malformedImport(project: ManifestProject, request: ImportRequest, problem: string): BlobsError {
  const message = importMessage(project, request, problem);
  return new BlobsError('BLOBS_MALFORMED_MANIFEST', message, request.origin);
}

function importMessage({ name, path }: ManifestProject, { file }: ImportRequest, problem: string): string {
  return escapeControls(`cannot import "${file}" from project "${name}" (${path}): ${problem}`);
}
