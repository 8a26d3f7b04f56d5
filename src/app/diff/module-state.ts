// SPDX-License-Identifier: Apache-2.0
import type { Module } from '../../core/blob.ts';
import type { ModulePlace } from '../../core/modules.ts';
import { isRecord } from '../../core/record.ts';
import type { Issue } from '../../core/report.ts';
import { escapeControls } from '../../core/text.ts';
import { emptyModule } from '../../module/empty-module.ts';
import { type FreshModule, readModule, readModuleText } from '../../module/read-module.ts';
import {
  type CommittedFile,
  findCommittedModule,
  NoModuleFileError,
} from '../../workspace/git/committed-module.ts';
import { GitReadError } from '../../workspace/git/git-read-error.ts';
import type { Repository } from '../../workspace/git/repository.ts';
import { DamagedTreeError } from '../../workspace/git/tree.ts';
import { findModuleFile, isModule } from '../../workspace/modules/is-module.ts';
import type { DeclaredBlobs } from './compare-blobs.ts';

/** A module as one side of a comparison has it. */
export interface ModuleState {
  readonly module: Module;
  readonly issues: readonly Issue[];
  /** Undefined where it cannot be told what the module declares. */
  readonly declared: DeclaredBlobs | undefined;
  /** The git object that holds its file. */
  readonly oid?: string;
}

/** A commit, and how it was named. */
export interface NamedCommit {
  readonly revision: string;
  readonly commit: string;
}

/** The module at `place` in the working tree; undefined where there is none. */
export function readWorkingTree(place: ModulePlace): ModuleState | undefined {
  const file = findModuleFile(place.directory);
  if (file !== undefined) return stateOf(readModule(place, file));
  return isModule(place.directory) ? withoutFile(place) : undefined;
}

/**
 * The module at `place`, which is in `repository`, at a commit; undefined where there is none. Its file is named
 * `REV:path` in issues, as git names it.
 *
 * @throws GitReadError but for a file that is too large
 */
export async function readAtCommit(
  place: ModulePlace,
  repository: Repository,
  { revision, commit }: NamedCommit,
): Promise<ModuleState | undefined> {
  const named = `${revision}:${repository.prefix}zephyr/module.yml`;
  let found: { readonly file: CommittedFile | undefined } | undefined;
  try {
    found = await findCommittedModule(repository.reader, commit, repository.prefix);
  } catch (error) {
    const problem = problemOf(error);
    if (problem === undefined) throw error;
    const message = escapeControls(`cannot read ${named}: ${problem}`);
    const issue: Issue = { severity: 'error', code: 'BLOBS_MALFORMED_YAML', message, file: named, line: 1 };
    const module = emptyModule(place);
    return { module, declared: undefined, issues: [{ ...issue, module: module.name }] };
  }
  if (found === undefined) return undefined;
  const { file } = found;
  if (file === undefined) return withoutFile(place);
  const state = stateOf(readModuleText(place, `${revision}:${file.name}`, file.bytes));
  return { ...state, oid: file.oid };
}

function problemOf(error: unknown): string | undefined {
  const isKnown = error instanceof NoModuleFileError || error instanceof DamagedTreeError;
  if (isKnown || (error instanceof GitReadError && error.kind === 'too-large')) return error.message;
  return undefined;
}

function withoutFile(place: ModulePlace): ModuleState {
  return { module: emptyModule(place), issues: [], declared: { blobs: [], unsoundPaths: new Set() } };
}

function stateOf({
  module,
  issues,
  document,
}: Pick<FreshModule, 'module' | 'issues' | 'document'>): ModuleState {
  if (document === undefined) return { module, issues, declared: undefined };
  const sound = new Set(module.blobs.map(({ path }) => path));
  const entries: unknown = isRecord(document.value) ? document.value['blobs'] : undefined;
  const paths = (Array.isArray(entries) ? (entries as unknown[]) : []).flatMap((entry) => {
    const path = isRecord(entry) ? entry['path'] : undefined;
    return typeof path === 'string' && !sound.has(path) ? [path] : [];
  });
  return { module, issues, declared: { blobs: module.blobs, unsoundPaths: new Set(paths) } };
}
