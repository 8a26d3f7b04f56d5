// SPDX-License-Identifier: Apache-2.0
import type { Module } from '../core/blob.ts';
import { BlobsError } from '../core/errors.ts';
import { type Issue, issueOf } from '../core/report.ts';
import type { ModuleRevision } from '../sbom/facts.ts';
import { readRegularFile } from '../store/regular-file.ts';
import { findCommittedModule, NoModuleFileError } from '../workspace/git/committed-module.ts';
import { GitReadError } from '../workspace/git/git-read-error.ts';
import {
  findCommit,
  type GitContext,
  gitFailure,
  openRepository,
  type Repository,
} from '../workspace/git/repository.ts';
import { DamagedTreeError } from '../workspace/git/tree.ts';
import { MAX_YAML_BYTES } from '../yaml/limits.ts';

/** The revision of a module, or why git cannot tell it; neither where the module is in no commit. */
export interface FoundRevision {
  readonly revision?: ModuleRevision;
  readonly issue?: Issue;
  readonly isGitMissing?: boolean;
}

/**
 * The commit that is checked out in the git repository around a module, if the module is in that commit. Of local changes,
 * only those of module.yml are looked for.
 *
 * @throws the signal's reason
 */
export async function findRevision(module: Module, git: GitContext): Promise<FoundRevision> {
  let repository: Repository | undefined;
  try {
    repository = openRepository(module.directory, git);
    return repository === undefined ? {} : await ask(module, repository);
  } catch (error) {
    git.signal?.throwIfAborted();
    const known = error instanceof GitReadError ? gitFailure(error, repository?.top ?? '') : error;
    if (known instanceof DamagedTreeError) return { issue: unreadable(module, known.message) };
    if (!(known instanceof BlobsError)) throw error;
    const isGitMissing = error instanceof GitReadError && error.kind === 'no-git';
    return { issue: { ...issueOf(known, 'warning'), module: module.name }, isGitMissing };
  } finally {
    await repository?.close();
  }
}

async function ask(module: Module, repository: Repository): Promise<FoundRevision> {
  const commit = await findCommit(repository, 'HEAD');
  if (commit === undefined) return {};
  try {
    const found = await findCommittedModule(repository.reader, commit, repository.prefix);
    // It lies in a repository that is about something else.
    if (found === undefined) return {};
    return { revision: { commit, isModified: isModified(module, found.file?.bytes) } };
  } catch (error) {
    if (error instanceof NoModuleFileError) return { revision: { commit, isModified: true } };
    throw error;
  }
}

function isModified(module: Module, committed: Uint8Array | undefined): boolean {
  const file = module.blobs[0]?.origin.file;
  if (file === undefined) return false;
  try {
    return committed === undefined || textOf(committed) !== textOf(readRegularFile(file, MAX_YAML_BYTES));
  } catch {
    // It was there a moment ago.
    return true;
  }
}

/** Git may check files out with other line ends than it keeps. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1').replaceAll('\r\n', '\n');
}

function unreadable({ name }: Module, problem: string): Issue {
  const message = `cannot read the last commit of ${name}: ${problem}`;
  return { severity: 'warning', code: 'BLOBS_GIT_FAILED', message, module: name };
}
