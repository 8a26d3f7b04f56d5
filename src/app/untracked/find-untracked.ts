// SPDX-License-Identifier: Apache-2.0

import { realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Module } from '../../core/blob.ts';
import { BlobsError, describeError, systemCode } from '../../core/errors.ts';
import { slashed } from '../../core/path-below.ts';
import type { Issue, UntrackedRow } from '../../core/report.ts';
import { escapeControls } from '../../core/text.ts';
import { blobsDirectory, findRealBlobsDirectory, placesOf } from '../../module/blob-path.ts';
import { isLiveTemporary } from '../../store/temporary-names.ts';
import { GitReadError, gitWords } from '../../workspace/git/git-read-error.ts';
import { findRepository, findTrackedFiles } from '../../workspace/git/tracked-files.ts';
import { type BlobQuery, readModules } from '../load-modules.ts';
import { isEverything, matchesPath, namesModule } from '../selection.ts';
import { fold, KnownPaths } from './known-paths.ts';
import { showPath } from './show-path.ts';
import { type FoundFile, joinPath, type Walk, WalkLimitError, walkFiles } from './walk-files.ts';

export interface UntrackedQuery extends Omit<BlobQuery, 'strictDependencies'> {
  /** How many files and directories of one module are looked at. */
  readonly maxEntries?: number;
  /** How long git may take for one module. */
  readonly gitTimeoutMs?: number;
}

/** What is untracked in one module. */
export interface UntrackedFiles {
  readonly module: Module;
  /** The real path of its `zephyr/blobs`. */
  readonly root: string;
  readonly files: readonly (FoundFile & { readonly row: UntrackedRow })[];
  /** Those that may be removed once they are empty; those above before those below. */
  readonly directories: readonly Buffer[];
}

// Far beyond what modules hold; a list of them still fits into memory.
const MAX_ENTRIES = 250_000;

/**
 * The files below `zephyr/blobs` of the selected modules that neither module.yml declares nor git tracks, by module,
 * and what was wrong. Of a module of which it cannot be said for sure, none is given. Changes nothing.
 *
 * @throws BlobsError where there is nothing to look in; the signal's reason.
 */
export async function findUntracked(
  query: UntrackedQuery,
  signal: AbortSignal,
): Promise<{ readonly found: readonly UntrackedFiles[]; readonly issues: readonly Issue[] }> {
  const { modules, issues: before, malformed } = await readModules(query, signal);
  const issues = [...before];
  const found: UntrackedFiles[] = [];
  const places = modules.flatMap(({ directory }) => findRealPath(directory) ?? []);
  for (const module of modules.filter(({ name }) => namesModule(query.selection, name))) {
    if (malformed.has(module)) {
      issues.push(notAllKnown(module));
      continue;
    }
    try {
      const root = findBlobsRoot(module);
      if (root === undefined) continue;
      const known = await findKnown(module, root, query, signal);
      const options = { ...known, places, issues, query, signal };
      found.push(toUntracked(module, root, walkModule(module, root, options)));
    } catch (error) {
      signal.throwIfAborted();
      issues.push(failureIssue(module, error));
    }
  }
  if (issues.length === 0 && found.every(({ files }) => files.length === 0)) {
    issues.push({
      severity: 'info',
      code: 'BLOBS_NOTHING_SELECTED',
      message: isEverything(query.selection)
        ? 'there are no untracked files'
        : 'the selection matches no untracked file',
    });
  }
  return { found, issues };
}

interface Known {
  readonly declared: KnownPaths;
  readonly tracked: KnownPaths;
}

/** @throws GitReadError; the system's error; the signal's reason */
async function findKnown(
  module: Module,
  root: string,
  query: UntrackedQuery,
  signal: AbortSignal,
): Promise<Known> {
  const declared = new KnownPaths(root);
  for (const { path } of module.blobs) {
    for (const place of placesOf(root, path)) declared.add(Buffer.from(slashed(relative(root, place))));
  }
  const tracked = new KnownPaths(root);
  const repository = findRepository(root);
  if (repository === undefined) return { declared, tracked };
  const prefix = Buffer.from(joinSlashed(slashed(relative(repository, root))));
  const folded = fold(prefix);
  const { gitTimeoutMs: timeoutMs } = query;
  const paths = await findTrackedFiles({
    repository,
    isWanted: (path) =>
      path.length > prefix.length &&
      (path.subarray(0, prefix.length).equals(prefix) || fold(path).startsWith(folded)),
    environment: query.search.gitEnvironment,
    signal,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  for (const path of paths) tracked.add(path.subarray(prefix.length));
  return { declared, tracked };
}

function walkModule(
  module: Module,
  root: string,
  context: Known & {
    readonly places: readonly string[];
    readonly issues: Issue[];
    readonly query: UntrackedQuery;
    readonly signal: AbortSignal;
  },
): Walk {
  const { declared, tracked, places, issues, query, signal } = context;
  const { allow } = query.selection;
  const modulesBelow = new Set(places.map((place) => slashed(relative(root, place))));
  const walk = walkFiles(root, {
    isWanted: (path) =>
      (allow === undefined || matchesPath(allow, showPath(path))) &&
      !declared.has(path) &&
      !tracked.has(path) &&
      !isLiveTemporaryFile(root, path),
    // A submodule, or another module: what is in it is its own affair.
    isForeign: (path) => tracked.has(path) || modulesBelow.has(path.toString()),
    onError: (path, error) => {
      if (!(error instanceof BlobsError) && systemCode(error) === undefined) throw error;
      const place = join('zephyr', 'blobs', showPath(path));
      issues.push(accessIssue(module, `cannot look into ${place}`, error));
    },
    maxEntries: query.maxEntries ?? MAX_ENTRIES,
    signal,
  });
  // A directory at a blob's place is somebody's: it stays even when it is empty.
  return { ...walk, directories: walk.directories.filter((directory) => !declared.has(directory)) };
}

function toUntracked(module: Module, root: string, { files, directories }: Walk): UntrackedFiles {
  const rows = files.map((file) => {
    const path = showPath(joinPath(file.directory, file.name));
    const abspath = join(blobsDirectory(module.directory), ...path.split('/'));
    return { ...file, row: { module: module.name, path, abspath, bytes: file.bytes } };
  });
  // What is written is compared, so that the order is the same everywhere.
  rows.sort((a, b) => (a.row.path < b.row.path ? -1 : a.row.path > b.row.path ? 1 : 0));
  return { module, root, files: rows, directories };
}

/** @throws BlobsError `BLOBS_UNSAFE_PATH` where a link leads `zephyr/blobs` elsewhere */
function findBlobsRoot(module: Module): string | undefined {
  const root = findRealBlobsDirectory(module.directory);
  if (root !== undefined || findRealPath(module.directory) === undefined) return root;
  throw new BlobsError('BLOBS_UNSAFE_PATH', 'a symbolic link leads zephyr/blobs elsewhere');
}

function isLiveTemporaryFile(root: string, path: Buffer): boolean {
  const name = path.toString();
  return !name.includes('/') && isLiveTemporary(join(root, name));
}

function findRealPath(directory: string): string | undefined {
  try {
    return realpathSync.native(directory);
  } catch {
    return undefined;
  }
}

function joinSlashed(path: string): string {
  return path === '' ? '' : `${path}/`;
}

function notAllKnown(module: Module): Issue {
  return {
    severity: 'warning',
    code: 'BLOBS_MALFORMED_MODULE',
    message: `nothing of ${module.name} counts as untracked: not all that it declares is known`,
    hint: 'mend its module.yml first',
    module: module.name,
  };
}

const GIT_HINTS: Partial<Record<GitReadError['kind'], string>> = {
  'no-git': 'install git: it knows what it tracks',
  refused: 'make the repository yours, or list it in git\'s "safe.directory"',
};

function failureIssue(module: Module, error: unknown): Issue {
  const message = `cannot tell what is untracked in ${module.name}`;
  if (error instanceof GitReadError) {
    return {
      severity: 'error',
      code: 'BLOBS_GIT_FAILED',
      message: `${message}: ${escapeControls(gitWords(error))}`,
      hint: GIT_HINTS[error.kind] ?? 'see what "git ls-files" says there',
      module: module.name,
    };
  }
  const isOurs = error instanceof BlobsError || error instanceof WalkLimitError;
  if (!isOurs && systemCode(error) === undefined) throw error;
  return accessIssue(module, message, error);
}

function accessIssue(module: Module, problem: string, error: unknown): Issue {
  return {
    severity: 'error',
    code: error instanceof BlobsError ? error.code : 'BLOBS_FILE_ACCESS',
    message: `${module.name}: ${escapeControls(problem)}: ${describeError(error)}`,
    module: module.name,
  };
}
