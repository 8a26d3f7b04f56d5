// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import { BlobsError } from '../../core/errors.ts';
import type { ModulePlace } from '../../core/modules.ts';
import { type Issue, issueOf } from '../../core/report.ts';
import { escapeControls } from '../../core/text.ts';
import { emptyModule } from '../../module/empty-module.ts';
import { readActiveProjects } from '../../workspace/active-projects.ts';
import { realPath } from '../../workspace/file-system.ts';
import { GitReadError } from '../../workspace/git/git-read-error.ts';
import { type GitContext, gitFailure, openRepository } from '../../workspace/git/repository.ts';
import { findProjectCommit } from '../../workspace/manifest/project-commit.ts';
import { MANIFEST_PROJECT } from '../../workspace/manifest/project-paths.ts';
import type { ManifestProject } from '../../workspace/manifest/projects.ts';
import type { ModuleSearch } from '../../workspace/modules/find-modules.ts';
import { loadWestConfig, westConfigFiles } from '../../workspace/west-config/west-config.ts';
import { findManifestPlace } from '../../workspace/workspace.ts';
import { findZephyrBase } from '../../workspace/zephyr-base.ts';
import { type ModulePair, namesOf } from './compare-modules.ts';
import { type ModulePairs, withRepository } from './diff-modules.ts';
import { type ManifestSide, readManifestSide, type SideContext } from './manifest-side.ts';
import { type ModuleState, readAtCommit, readWorkingTree } from './module-state.ts';
import type { RevisionRange } from './revision-range.ts';

interface WorkspaceOptions {
  readonly topdir: string;
  readonly search: ModuleSearch;
  readonly git: GitContext;
  /** Whether to read also the projects that both manifests have at the same revision. */
  readonly readsAll: boolean;
}

/**
 * The modules of the west workspace at `topdir` on both sides of `range`, which names revisions of the manifest
 * repository: each active project of either manifest at the revision that the manifest names, read from its clone.
 * What a clone does not have is an issue.
 *
 * @throws BlobsError as {@link readManifestSide}; the signal's reason
 */
export async function pairWorkspace(
  range: RevisionRange,
  { topdir, search, git, readsAll }: WorkspaceOptions,
): Promise<ModulePairs> {
  const config = loadWestConfig(westConfigFiles(search.westConfig, topdir));
  const place = findManifestPlace(topdir, config);
  const directory = path.resolve(topdir, place.settings.repository.value);
  const context = { place, directory, git, isUpdated: updatedProjects(place, git) };
  const before = await readManifestSide(range.before, context);
  const after = await readManifestSide(range.after, context);
  const pairs: ModulePair[] = [];
  const own = await readOwn(before, after, context);
  if (own) pairs.push(own);
  const [earlier, later] = [before, after].map((side) => withoutZephyr(side, { config, search, topdir }));
  for (const name of new Set([...(later?.keys() ?? []), ...(earlier?.keys() ?? [])])) {
    const [one, other] = [earlier?.get(name), later?.get(name)];
    const isSame = one && other && one.revision === other.revision && one.path === other.path;
    if (isSame && !readsAll) continue;
    const now = other && (await readProject(other, context));
    pairs.push({
      directory: path.resolve(topdir, (other ?? one)?.path ?? ''),
      before: isSame ? now : one && (await readProject(one, context)),
      after: now,
      sides: {
        ...(one && { before: { revision: one.revision } }),
        ...(other && { after: { revision: other.revision } }),
      },
    });
  }
  const issues = [...before.issues.filter(({ severity }) => severity === 'error'), ...after.issues];
  return {
    pairs: joinRenamed(pairs.filter((pair) => pair.before ?? pair.after)),
    before: before.named ?? {},
    after: after.named ?? {},
    issues,
  };
}

/** Whether `west update` left a project at a revision: if the manifest in the working tree names it. */
function updatedProjects(
  place: SideContext['place'],
  git: GitContext,
): (project: ManifestProject) => Promise<boolean> {
  let revisions: Promise<ReadonlyMap<string, string>> | undefined;
  const read = async (): Promise<ReadonlyMap<string, string>> => {
    try {
      const { declared } = await readActiveProjects(place, git);
      return new Map(declared.map(({ name, revision }) => [name, revision]));
    } catch (error) {
      git.signal?.throwIfAborted();
      // What is wrong with that manifest is not asked here.
      if (error instanceof BlobsError) return new Map();
      throw error;
    }
  };
  return async ({ name, revision }) => {
    revisions ??= read();
    return (await revisions).get(name) === revision;
  };
}

/** The manifest repository, which may be a module itself. */
async function readOwn(
  before: ManifestSide,
  after: ManifestSide,
  { directory, git }: SideContext,
): Promise<ModulePair | undefined> {
  const place = { directory, defaultName: path.basename(directory), project: MANIFEST_PROJECT };
  const [one, other] = await Promise.all(
    [before, after].map(async ({ named }) => {
      if (named === undefined) return readWorkingTree(place);
      return withRepository(directory, git, (repository) => readAtCommit(place, repository, named));
    }),
  );
  return (one ?? other) && { directory, before: one, after: other };
}

/** The active projects by name, without Zephyr, whose own blobs nobody asks for. */
function withoutZephyr(
  { projects }: ManifestSide,
  {
    config,
    search,
    topdir,
  }: Pick<WorkspaceOptions, 'search' | 'topdir'> & { readonly config: ReturnType<typeof loadWestConfig> },
): ReadonlyMap<string, ManifestProject> {
  const all = projects.map(({ name, path: below }) => {
    return { name, path: below, abspath: path.resolve(topdir, below), active: true, cloned: true };
  });
  const zephyr = findZephyrBase({ given: search.zephyrBase, config, workspace: { topdir, projects: all } });
  const real = zephyr === undefined ? undefined : realPath(zephyr);
  const isZephyr = (project: ManifestProject): boolean =>
    realPath(path.resolve(topdir, project.path)) === real;
  return new Map(projects.filter((project) => !isZephyr(project)).map((project) => [project.name, project]));
}

async function readProject(
  project: ManifestProject,
  { place: { topdir }, git, isUpdated }: SideContext,
): Promise<ModuleState | undefined> {
  const directory = path.resolve(topdir, project.path);
  const place = { directory, defaultName: path.basename(directory), project: project.name };
  git.signal?.throwIfAborted();
  let repository: ReturnType<typeof openRepository>;
  try {
    repository = openRepository(directory, git, topdir);
    // A project that is not cloned may lie in the repository of another.
    if (repository === undefined || repository.prefix !== '')
      return notFetched(place, project, 'it is not cloned');
    const commit = await findProjectCommit(repository, project, () => isUpdated(project));
    if (commit === undefined) return notFetched(place, project, 'its clone does not have it');
    const state = await readAtCommit(place, repository, { revision: project.revision, commit });
    return state && { ...state, issues: state.issues.map((issue) => withFact(issue, project)) };
  } catch (error) {
    git.signal?.throwIfAborted();
    const known = error instanceof GitReadError ? gitFailure(error, directory) : error;
    if (known instanceof BlobsError) return unknownState(place, issueOf(known));
    throw error;
  } finally {
    await repository?.close();
  }
}

function withFact(issue: Issue, { path: below }: ManifestProject): Issue {
  return { ...issue, facts: [...(issue.facts ?? []), `in the clone ${escapeControls(below)}`] };
}

function notFetched(
  place: ModulePlace,
  { name, path: below, revision }: ManifestProject,
  why: string,
): ModuleState {
  return unknownState(place, {
    severity: 'error',
    code: 'BLOBS_REVISION_NOT_FETCHED',
    message: escapeControls(`cannot compare the project "${name}" (${below}) at ${revision}: ${why}`),
    hint: `run "west update ${escapeControls(name)}" with that manifest, or "git fetch" in its clone`,
  });
}

/** A project of which nothing is known. */
function unknownState(place: ModulePlace, issue: Issue): ModuleState {
  const module = emptyModule(place);
  return { module, declared: undefined, issues: [{ ...issue, module: module.name }] };
}

/** A module that went as one project and came as another is one module. */
function joinRenamed(pairs: readonly ModulePair[]): readonly ModulePair[] {
  const gone = new Map(
    pairs.flatMap((pair) => (pair.after ? [] : namesOf(pair).map((name) => [name, pair] as const))),
  );
  const joined = new Map<ModulePair, ModulePair>();
  for (const pair of pairs.filter(({ before }) => before === undefined)) {
    const partner = gone.get(namesOf(pair)[0] ?? '');
    if (partner === undefined || joined.has(partner)) continue;
    joined.set(partner, { ...pair, before: partner.before, sides: { ...partner.sides, ...pair.sides } });
    joined.set(pair, pair);
  }
  return pairs.flatMap((pair) => {
    const other = joined.get(pair);
    return other === pair ? [] : [other ?? pair];
  });
}
