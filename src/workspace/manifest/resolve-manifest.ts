// SPDX-License-Identifier: Apache-2.0
import path from 'node:path';
import type { Issue } from '../../core/report.ts';
import type { YamlDocument } from '../../yaml/yaml-document.ts';
import { DistinctPaths } from './distinct-paths.ts';
import { type GroupFilter, oldGroupFilterIssue, readGroupFilter } from './group-filter.ts';
import { ImportBudget } from './import-budget.ts';
import type { ImportFilter } from './import-filter.ts';
import { asksForImport, type ImportRequest, readProjectImport, readSelfImport } from './import-value.ts';
import { MANIFEST_REVISION } from './imported-file.ts';
import { withImporter } from './importer.ts';
import type { ProjectFilter } from './project-filter.ts';
import type { GitContext } from './project-import.ts';
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
  readonly pathPrefix: string;
  readonly filters: readonly ImportFilter[];
  readonly depth: number;
}

/** An import that is under way: what asks for it, and in which file. */
interface ImportStep {
  readonly document: YamlDocument;
  readonly request: ImportRequest;
  readonly context: FileContext;
  /** What the file is read at, where it is not read from the working tree. */
  readonly revision?: string;
}

/** A project that its file imports from, with the value that says what. */
interface Importer {
  readonly project: ManifestProject;
  readonly value: unknown;
}

/**
 * Reads a manifest and all that it imports by the rules of west 1.5. The order of projects is that of west: what
 * `self: import:` brings, then the file's own, then what its projects bring, depth first; the first definition of a
 * name wins. Files of the manifest repository are read from its working tree, those of projects with git at
 * refs/heads/manifest-rev.
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
    const { topdir, repositoryPath } = this.#context;
    const repository = path.resolve(topdir, repositoryPath);
    const version = await this.#load(document, { repository, pathPrefix: '', filters: [], depth: 0 });
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
    const places = { repository: context.repository, topdir: this.#context.topdir };
    for (const request of readSelfImport(document, [...at, 'import'], self.import)) {
      for (const file of findSelfImports(document, request, places)) {
        const read = () => readSelfImportFile(file, document, request);
        await this.#loadImported(read, context.repository, { document, request, context });
      }
    }
  }

  /** Adds the projects that a file declares itself. Returns those of them that it imports from. */
  #addProjects(document: YamlDocument, data: ManifestData, context: FileContext): readonly Importer[] {
    const remotes = readRemotes(document, data);
    this.#issues.push(...checkSubmodules(document, data));
    const names = new Set<string>();
    return (data.projects ?? []).flatMap((item, index) => {
      const at = ['manifest', 'projects', index];
      const project = readProject(document, at, { data: item, remotes, pathPrefix: context.pathPrefix });
      const imports = this.#importsFrom(project, item.import);
      if (!this.#isAllowed(project, context.filters)) return [];
      if (names.has(project.name)) {
        throw malformed(document, [...at, 'name'], `the project name "${project.name}" is used twice`);
      }
      names.add(project.name);
      if (this.#projects.has(project.name)) return [];
      this.#issues.push(...checkProjectName(project, this.#context.projectFilter));
      this.#projects.set(project.name, project);
      this.#paths.add(project);
      return imports ? [{ project, value: item.import }] : [];
    });
  }

  #importsFrom({ name, groups, document, at }: ManifestProject, value: unknown): boolean {
    const where = [...at, 'import'];
    if (!asksForImport(document, where, value, this.#issues)) return false;
    if (groups.length === 0) return true;
    throw malformed(
      document,
      where,
      `project "${name}" has "groups", which cannot be combined with "import"`,
    );
  }

  #isAllowed(project: ManifestProject, filters: readonly ImportFilter[]): boolean {
    return filters.every((filter) => {
      this.#budget.spendMatches(filter.cost, () => project.document.positionOf(project.at));
      return filter.allows(project);
    });
  }

  async #loadFromProject({ project, value }: Importer, context: FileContext): Promise<void> {
    if (this.#context.projectFilter.decide(project.name) === false) return;
    const { document } = project;
    const requests = readProjectImport(document, [...project.at, 'import'], value);
    const directory = path.resolve(this.#context.topdir, project.path);
    // Most manifests import nothing from projects; those that do not need no way to start git.
    const { readProjectImports } = await import('./project-import.ts');
    const imports = await readProjectImports(project, directory, requests, this.#context.git);
    for (const [index, imported] of imports.entries()) {
      const request = requests[index] as ImportRequest;
      if ('error' in imported) throw imported.error;
      for (const { name, bytes } of imported.files) {
        const read = () => parseManifestText(path.join(directory, name), bytes);
        const revision = MANIFEST_REVISION;
        await this.#loadImported(read, directory, { document, request, context, revision });
      }
    }
  }

  async #loadImported(read: () => YamlDocument, repository: string, step: ImportStep): Promise<void> {
    const { document, request, context } = step;
    const importer = document.positionOf(request.at);
    const depth = context.depth + 1;
    this.#budget.spendFile(depth, importer);
    try {
      await this.#load(read(), {
        repository,
        pathPrefix: joinPaths(context.pathPrefix, request.pathPrefix),
        filters: request.filter === undefined ? context.filters : [...context.filters, request.filter],
        depth,
      });
    } catch (error) {
      throw withImporter(error, importer, step.revision);
    }
  }
}
