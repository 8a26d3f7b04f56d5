// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import type { DiffSide } from '../../core/diff.ts';
import { BlobsError } from '../../core/errors.ts';
import type { ModulePlace } from '../../core/modules.ts';
import type { Issue } from '../../core/report.ts';
import { escapeControls } from '../../core/text.ts';
import { GitReadError } from '../../workspace/git/git-read-error.ts';
import {
  findCommit,
  type GitContext,
  openRepository,
  type Repository,
  useRepository,
} from '../../workspace/git/repository.ts';
import type { ModulePair } from './compare-modules.ts';
import { type ModuleState, type NamedCommit, readAtCommit, readWorkingTree } from './module-state.ts';
import type { RevisionRange } from './revision-range.ts';

/** Modules on both sides, and what the sides are. */
export interface ModulePairs {
  readonly pairs: readonly ModulePair[];
  readonly before: DiffSide;
  readonly after: DiffSide;
  /** Of what the modules were found by. */
  readonly issues: readonly Issue[];
}

/**
 * The modules in `directories` on both sides of `range`, each in the repository that it is in.
 *
 * @throws BlobsError `BLOBS_UNKNOWN_REVISION`, `BLOBS_NOT_A_MODULE` where neither side has a module, `BLOBS_GIT_FAILED`;
 *   the signal's reason
 */
export async function pairModules(
  directories: readonly string[],
  range: RevisionRange,
  git: GitContext,
): Promise<ModulePairs> {
  const pairs: ModulePair[] = [];
  let sides: Pick<ModulePairs, 'before' | 'after'> = { before: {}, after: {} };
  for (const directory of directories) {
    const place = { directory, defaultName: path.basename(directory) };
    const before = await readSide(place, range.before, git);
    const after = await readSide(place, range.after, git);
    if (before.state === undefined && after.state === undefined) throw notAModule(directory, range);
    pairs.push({ directory, before: before.state, after: after.state });
    // One commit does not stand for several repositories.
    const shown = ({ side }: Side): DiffSide =>
      directories.length > 1 && side.revision !== undefined ? { revision: side.revision } : side;
    sides = { before: shown(before), after: shown(after) };
  }
  return { pairs, ...sides, issues: [] };
}

interface Side {
  readonly side: DiffSide;
  readonly state: ModuleState | undefined;
}

async function readSide(place: ModulePlace, revision: string | undefined, git: GitContext): Promise<Side> {
  if (revision === undefined) return { side: {}, state: readWorkingTree(place) };
  return withRepository(place.directory, git, async (repository) => {
    const commit = await resolveRevision(repository, revision);
    return { side: commit, state: await readAtCommit(place, repository, commit) };
  });
}

/**
 * Calls `use` with the repository that `directory` is in.
 *
 * @throws BlobsError `BLOBS_UNKNOWN_REVISION` where it is in none, `BLOBS_GIT_FAILED`
 */
export async function withRepository<T>(
  directory: string,
  git: GitContext,
  use: (repository: Repository) => Promise<T>,
): Promise<T> {
  const repository = openRepository(directory, git);
  if (repository === undefined) {
    const message = `${escapeControls(directory)} is in no git repository`;
    throw new BlobsError('BLOBS_UNKNOWN_REVISION', message, {
      hint: 'run it in the clone of a module or in a west workspace, or name a clone with -m',
    });
  }
  return useRepository(repository, git, use);
}

/** @throws BlobsError `BLOBS_UNKNOWN_REVISION`; GitReadError */
export async function resolveRevision(repository: Repository, revision: string): Promise<NamedCommit> {
  let detail: string | undefined;
  try {
    const commit = await findCommit(repository, revision);
    if (commit !== undefined) return { revision, commit };
  } catch (error) {
    // Git ends where a branch has no upstream, or a reflog is shorter.
    if (!(error instanceof GitReadError && error.kind === 'failed' && error.detail)) throw error;
    detail = error.detail;
  }
  const message = `unknown or ambiguous revision "${escapeControls(revision)}"`;
  throw new BlobsError('BLOBS_UNKNOWN_REVISION', message, {
    facts: [
      `in the git repository ${escapeControls(repository.top)}`,
      ...(detail === undefined ? [] : [`git: ${escapeControls(detail)}`]),
    ],
    hint: 'see "git log --oneline --all"; what a shallow or old clone does not have, "git fetch" brings',
  });
}

function notAModule(directory: string, { before, after }: RevisionRange): BlobsError {
  const where = `${before}${after === undefined ? ' nor in the working tree' : ` nor at ${after}`}`;
  const message = `${escapeControls(directory)} holds no module, neither at ${escapeControls(where)}`;
  return new BlobsError('BLOBS_NOT_A_MODULE', message, {
    facts: ['a module has zephyr/module.yml, or both zephyr/CMakeLists.txt and zephyr/Kconfig'],
    hint: 'name the directory of the module with -m',
  });
}
