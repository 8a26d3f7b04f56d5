// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import type { Issue } from '../../core/report.ts';
import type { Observations } from '../../store/observations.ts';
import { MAX_PROBLEMS } from '../../yaml/limits.ts';
import type { ValuePath, YamlDocument } from '../../yaml/yaml-document.ts';
import type { GitContext } from '../git/repository.ts';
import { DistinctPaths } from './distinct-paths.ts';
import { type GroupFilter, oldGroupFilterIssue, readGroupFilter } from './group-filter.ts';
import { ImportBudget } from './import-budget.ts';
import type { ImportFilter } from './import-filter.ts';
import { asksForImport, type ImportRequest, readProjectImport, readSelfImport } from './import-value.ts';
import { committed, type ImportedSource, MANIFEST_REVISION } from './imported-file.ts';
import { withImporter } from './importer.ts';
import type { ManifestHistory } from './manifest-history.ts';
import type { ProjectFilter } from './project-filter.ts';
import { checkProjectName } from './project-names.ts';
import { joinPaths } from './project-paths.ts';
import { type ManifestProject, readProject, readRemotes } from './projects.ts';
import { malformed, parseManifestText } from './read-manifest.ts';
import { readSchemaVersion } from './schema-version.ts';
import { findSelfImports, readSelfImportFile } from './self-import.ts';
import { type ManifestData, manifestData } from './shape.ts';
import { checkSubmodules } from './submodules.ts';

/** What the resolution of a manifest needs to know of its surroundings. */
export interface ResolveContext {
  readonly topdir: string;
  /** `manifest.path`: no project may have it. `self: path:` is only what `west init` would have made of it. */
  readonly repositoryPath: string;
  readonly projectFilter: ProjectFilter;
  readonly git: GitContext;
  /** Notes what the file system says on the way. */
  readonly observations: Observations;
  /** Where the manifest is not the one of the workspace as `west update` left it. */
  readonly history?: ManifestHistory;
}

/** What a manifest and all that it imports say, the manifest repository itself left out. */
export interface ResolvedManifest {
  /** In west's order. */
  readonly projects: readonly ManifestProject[];
  /** In the order in which they count: the last weighs most. */
  readonly groupFilters: readonly GroupFilter[];
  readonly issues: readonly Issue[];
}

/** What holds for one manifest file. */
interface FileContext {
  /** What its `self: import:` is relative to. */
  readonly repository: string;
  /** The commit of that repository which such files are read from; undefined for its working tree. */
  readonly commit: string | undefined;
  readonly pathPrefix: string;
  readonly filters: readonly ImportFilter[];
  readonly depth: number;
}

/** An import that is under way: what asks for it, and what holds for the file that does. */
interface ImportStep {
  readonly request: ImportRequest;
  readonly context: FileContext;
  /** What the file is read at, where it is not read from the working tree. */
  readonly revision?: string;
}

/** A project that its file imports from, with the value that says what. */
interface Importer {
  readonly project: ManifestProject;
  /** Where the value stands. */
  readonly document: YamlDocument;
  readonly at: ValuePath;
  readonly value: unknown;
}

/**
 * Reads a manifest and all that it imports by the rules of west 1.5. The order of projects is that of west: what
 * `self: import:` brings, then the file's own, then what its projects bring, depth first; the first definition of a
 * name wins. Files of the manifest repository are read from its working tree, those of projects with git at
 * refs/heads/manifest-rev; with `history`, both at the revisions that it says.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST` with file, line and column; `BLOBS_IMPORT_FAILED` where something
 *   imported is not there; `BLOBS_BAD_CONFIG` where a project's name makes `manifest.project-filter` ambiguous; the
 *   signal's reason
 */
export async function resolveManifest(
  document: YamlDocument,
  context: ResolveContext,
): Promise<ResolvedManifest> {
  const resolution = new Resolution(context);
  return resolution.resolve(document);
}

class Resolution {
  readonly #context: ResolveContext;
  readonly #projects = new Map<string, ManifestProject>();
  readonly #groupFilters: GroupFilter[] = [];
  readonly #issues: Issue[] = [];
  readonly #paths = new DistinctPaths();
  readonly #budget = new ImportBudget();

  constructor(context: ResolveContext) {
    this.#context = context;
  }

  async resolve(document: YamlDocument): Promise<ResolvedManifest> {
    const { topdir, repositoryPath, history } = this.#context;
    const repository = path.resolve(topdir, repositoryPath);
    const own = { repository, commit: history?.commit };
    const version = await this.#load(document, { ...own, pathPrefix: '', filters: [], depth: 0 });
    this.#paths.checkManifestRepository(repositoryPath, document.file);
    const projects = [...this.#projects.values()];
    if (version !== '0.9')
      return { projects, groupFilters: this.#groupFilters.reverse(), issues: this.#issues };
    if (this.#groupFilters.length > 0) this.#issues.push(oldGroupFilterIssue(document));
    return { projects, groupFilters: [], issues: this.#issues };
  }

  /** Adds what `document` and its imports declare. Returns the schema version that it asks for. */
  async #load(document: YamlDocument, context: FileContext): Promise<string | undefined> {
    const version = readSchemaVersion(document);
    const data = manifestData(document);
    await this.#loadSelf(document, data, context);
    const groupFilter = readGroupFilter(document, data);
    if (groupFilter) this.#groupFilters.push(groupFilter);
    for (const importer of this.#addProjects(document, data, context)) {
      await this.#loadFromProject(importer, context);
    }
    // As in west, after the imports: where one of them is missing too, that is said first.
    this.#paths.check();
    return version;
  }

  async #loadSelf(document: YamlDocument, data: ManifestData, context: FileContext): Promise<void> {
    const { self } = data;
    const at = ['manifest', 'self'];
    if (self?.path === null || self?.path === '') {
      throw malformed(document, [...at, 'path'], '"self.path" must not be empty');
    }
    if (self?.import === undefined || self.import === null) return;
    const { topdir, observations, history } = this.#context;
    const { repository, commit } = context;
    const places = { repository, topdir, observations };
    for (const request of readSelfImport(document, [...at, 'import'], self.import)) {
      if (history && commit !== undefined) {
        const place = { directory: repository, commit, budget: this.#budget };
        for (const file of await history.readSelfImport(request, place)) {
          await this.#loadImported(committed(repository, file), context, {
            request,
            context,
            revision: commit,
          });
        }
        continue;
      }
      for (const file of findSelfImports(request, places)) {
        this.#budget.spendFile(request.origin);
        const read = () => readSelfImportFile(file, request, places);
        await this.#loadImported({ file, read }, context, { request, context });
      }
    }
  }

  /** Adds the projects that a file declares itself. Returns those of them that it imports from. */
  #addProjects(document: YamlDocument, data: ManifestData, context: FileContext): readonly Importer[] {
    const remotes = readRemotes(document, data);
    this.#note(checkSubmodules(document, data));
    const names = new Set<string>();
    return (data.projects ?? []).flatMap((item, index) => {
      const at = ['manifest', 'projects', index];
      const project = readProject(document, at, { data: item, remotes, pathPrefix: context.pathPrefix });
      const imports = this.#importsFrom(document, [...at, 'import'], project, item.import);
      if (!this.#isAllowed(project, context.filters)) return [];
      if (names.has(project.name)) {
        throw malformed(document, [...at, 'name'], `the project name "${project.name}" is used twice`);
      }
      names.add(project.name);
      if (this.#projects.has(project.name)) return [];
      this.#note(checkProjectName(project, this.#context.projectFilter));
      this.#projects.set(project.name, project);
      this.#paths.add(project);
      return imports ? [{ project, document, at: [...at, 'import'], value: item.import }] : [];
    });
  }

  #importsFrom(
    document: YamlDocument,
    at: ValuePath,
    { name, groups }: ManifestProject,
    value: unknown,
  ): boolean {
    const issues: Issue[] = [];
    const asks = asksForImport(document, at, value, issues);
    this.#note(issues);
    if (!asks || groups.length === 0) return asks;
    throw malformed(document, at, `project "${name}" has "groups", which cannot be combined with "import"`);
  }

  #isAllowed(project: ManifestProject, filters: readonly ImportFilter[]): boolean {
    return filters.every((filter) => {
      this.#budget.spendComparison(filter.patternCharacters, project.path.length, project.origin);
      return filter.allows(project);
    });
  }

  async #loadFromProject(importer: Importer, context: FileContext): Promise<void> {
    const { project, document, at, value } = importer;
    if (this.#context.projectFilter.decide(project.name) === false) return;
    const requests = readProjectImport(document, at, value);
    const { topdir, git, observations, history } = this.#context;
    // What git answers is not observed.
    observations.giveUp();
    const directory = path.resolve(topdir, project.path);
    // Most manifests import nothing from projects; those that do not need no way to start git.
    const { readProjectImports } = await import('./project-import.ts');
    const commit = await history?.findCommit(project, document.positionOf(at));
    const revision = commit ?? MANIFEST_REVISION;
    const where = { topdir, directory, git, budget: this.#budget, revision };
    for (const imported of await readProjectImports(project, requests, where)) {
      if ('error' in imported) throw imported.error;
      const { request, file } = imported;
      const from = { repository: directory, commit };
      await this.#loadImported(committed(directory, file), from, { request, context, revision });
    }
  }

  #note(issues: readonly Issue[]): void {
    for (const issue of issues.slice(0, Math.max(0, MAX_PROBLEMS - this.#issues.length)))
      this.#issues.push(issue);
  }

  async #loadImported(
    source: ImportedSource,
    { repository, commit }: Pick<FileContext, 'repository' | 'commit'>,
    step: ImportStep,
  ): Promise<void> {
    const { request, context } = step;
    const depth = context.depth + 1;
    this.#budget.checkDepth(depth, request.origin);
    try {
      const bytes = source.read();
      this.#budget.spendBytes(bytes.length, request.origin);
      await this.#load(parseManifestText(source.file, bytes), {
        repository,
        commit,
        pathPrefix: joinPaths(context.pathPrefix, request.pathPrefix),
        filters: request.filter === undefined ? context.filters : [...context.filters, request.filter],
        depth,
      });
    } catch (error) {
      throw withImporter(error, request.origin, step.revision);
    }
  }
}
