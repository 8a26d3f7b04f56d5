// SPDX-License-Identifier: Apache-2.0
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Blob } from '../core/blob.ts';
import { BlobsError, describeError, systemCode } from '../core/errors.ts';
import type { Issue } from '../core/report.ts';
import type { LinkEvidence, LinkedBlobs } from '../core/taint.ts';
import { BlobMatcher } from './blob-matcher.ts';
import { BuildBudget, UnreadableError } from './build-budget.ts';
import { BuildFiles } from './build-files.ts';
import { BuildGraph } from './build-graph.ts';
import { parseDepfile } from './depfile.ts';
import { loadMakeFile } from './load-makefiles.ts';
import { type LoadContext, loadNinja } from './load-ninja.ts';
import { readMapFile } from './map-file.ts';
import { Pauses } from './pauses.ts';
import { absoluteOf, type NamedPath, RealPaths } from './real-paths.ts';
import { type BuildDescription, walkBuild } from './walk-build.ts';
import { type GraphVisitor, walkGraph } from './walk-graph.ts';

const MAX_EVIDENCE = 20;
const MAX_ISSUES = 50;
/** How far above the build directory a project's makefile may stand. */
const MAX_PARENTS = 4;
/** Of CMake's Makefiles those without which no build is described. */
const HAS_COMMANDS = new Set(['link.txt', 'build.make', 'Makefile2']);

/**
 * Which of `blobs` the build in `buildDirectory` (absolute, or relative to the process) links: those that its ninja files,
 * CMake's Makefiles, linker's maps and dependency files name as a part of what is linked. Files are compared by path, not
 * by content; they need not be there. Only reads, and runs nothing.
 *
 * What cannot be read is an issue of severity error (BLOBS_BUILD_UNREADABLE), and so is a directory with neither commands
 * that link nor a linker's map (BLOBS_NOT_A_BUILD): the answer is then not known to be complete.
 *
 * @throws BlobsError `BLOBS_USAGE` for a directory that is not there; the signal's reason.
 */
export async function findLinkedBlobs(
  buildDirectory: string,
  blobs: readonly Blob[],
  signal: AbortSignal,
): Promise<LinkedBlobs> {
  const root = openDirectory(buildDirectory);
  const search = new LinkSearch(blobs);
  const description = await walkBuild(root, search.onError, signal);
  await search.readAll(root, description, signal);
  return search.result(root);
}

function openDirectory(buildDirectory: string): string {
  const given = resolve(buildDirectory);
  try {
    if (statSync(given).isDirectory()) return realpathSync.native(given);
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(systemCode(error) ?? '')) {
      throw new BlobsError('BLOBS_USAGE', `cannot look into --build-dir ${given}: ${describeError(error)}`);
    }
  }
  throw new BlobsError('BLOBS_USAGE', `--build-dir is not a directory: ${given}`, {
    hint: 'name the directory that "west build" or CMake made, for example "build"',
  });
}

class LinkSearch {
  readonly #budget = new BuildBudget();
  readonly #paths = new RealPaths(this.#budget);
  readonly #graph = new BuildGraph(this.#paths, this.#budget);
  readonly #matcher: BlobMatcher;
  readonly #evidence = new Map<Blob, LinkEvidence[]>();
  readonly #issues = new Map<string, Issue>();
  /** Whether something was read that says what is linked. */
  #isBuild = false;
  #hasDepfiles = false;

  readonly onError = (file: string, error: unknown): void => {
    const message = `a part of the build is not understood, so that not all that it links is known: ${describeError(error)}`;
    const hint = 'build again in an empty directory';
    if (this.#issues.size >= MAX_ISSUES) return;
    this.#issues.set(`${file}: ${message}`, {
      severity: 'error',
      code: 'BLOBS_BUILD_UNREADABLE',
      message,
      hint,
      file,
    });
  };

  constructor(blobs: readonly Blob[]) {
    this.#matcher = new BlobMatcher(blobs, this.#paths);
  }

  async readAll(root: string, description: BuildDescription, signal: AbortSignal): Promise<void> {
    for (const link of description.foreignLinks) this.#noteForeignLink(link);
    const files = new BuildFiles(this.#budget, this.onError);
    const pauses = new Pauses(signal);
    const context: LoadContext = { graph: this.#graph, files, budget: this.#budget, pauses };
    const depfiles = new Set(description.dependencyFiles);
    for (const file of mainFilesFirst(description.ninjaFiles)) {
      // One that another includes is a part of that.
      if (files.wasRead(file)) continue;
      this.#isBuild = true;
      await this.#try(file, signal, async () => {
        for (const depfile of (await loadNinja(file, context)).depfiles) depfiles.add(depfile);
      });
    }
    for (const file of description.makeFiles) {
      if (HAS_COMMANDS.has(basename(file))) this.#isBuild = true;
      await this.#try(file, signal, () => loadMakeFile(file, context));
    }
    for (const file of depfiles) {
      await this.#try(file, signal, () => {
        const text = files.findText(file);
        if (text !== undefined) this.#addDepfile(text, file, root);
      });
    }
    const visitor: GraphVisitor = {
      onName: (name, kind, file) => this.#add(name, { kind, file }),
      onError: this.onError,
    };
    await this.#try(root, signal, () => walkGraph(this.#graph, visitor, pauses));
    for (const file of description.mapFiles) await this.#readMap(file, root, signal);
  }

  #noteForeignLink(file: string): void {
    // Errors must find a place behind them.
    if (this.#issues.size >= MAX_ISSUES / 2) return;
    this.#issues.set(file, {
      severity: 'warning',
      code: 'BLOBS_BUILD_UNREADABLE',
      message:
        'what a link to another directory leads to is not looked at, though it may be a part of the build',
      hint: 'if it is one, name that directory with --build-dir in a run of its own',
      file,
    });
  }

  async #try(file: string, signal: AbortSignal, action: () => void | Promise<void>): Promise<void> {
    await setImmediate();
    signal.throwIfAborted();
    try {
      await action();
    } catch (error) {
      signal.throwIfAborted();
      // Anything else is a defect of this program.
      if (!(error instanceof UnreadableError || systemCode(error) !== undefined)) throw error;
      this.onError(file, error);
    }
  }

  /** Relative paths count from where the tool ran: a directory above, one of those which is not written down. */
  #addDepfile(text: string, file: string, root: string): void {
    const bases = basesOf(file, root);
    for (const { targets, dependencies } of parseDepfile(text)) {
      this.#hasDepfiles = true;
      const names = dependencies.flatMap((path) => spellings(path, bases));
      if (names.length === 0) continue;
      const outputs = targets.flatMap((path) => spellings(path, bases).map(absoluteOf));
      const made = outputs.filter((output) => this.#graph.isMade(output));
      for (const output of made.length > 0 ? made : outputs.slice(0, 1))
        this.#graph.addRecorded({ output, names, file });
    }
  }

  async #readMap(file: string, root: string, signal: AbortSignal): Promise<void> {
    await this.#try(file, signal, async () => {
      const paths = existsSync(file) ? await readMapFile(file, signal) : undefined;
      if (paths === undefined) return;
      this.#isBuild = true;
      const bases = basesOf(file, root);
      for (const path of paths)
        for (const name of spellings(path, bases)) this.#add(name, { kind: 'map-file', file });
    });
  }

  #add(name: NamedPath, evidence: LinkEvidence): void {
    for (const blob of this.#matcher.find(name)) {
      const known = this.#evidence.get(blob) ?? [];
      const isKnown = known.some(({ kind, file }) => kind === evidence.kind && file === evidence.file);
      if (!isKnown && known.length < MAX_EVIDENCE) this.#evidence.set(blob, [...known, evidence]);
    }
  }

  result(root: string): LinkedBlobs {
    const issues = [...this.#issues.values()];
    if (!this.#isBuild) issues.push(this.#hasDepfiles ? nothingLinks(root) : noBuild(root));
    return { evidence: this.#evidence, issues };
  }
}

function noBuild(root: string): Issue {
  const message = `no build is found in ${root}`;
  const hint =
    'name the directory of a configured CMake build, or of a make project with a linker map (-Wl,-Map=…) and dependency files (-MD)';
  return { severity: 'error', code: 'BLOBS_NOT_A_BUILD', message, hint };
}

/** A compiler records what it reads, never what the linker takes. */
function nothingLinks(root: string): Issue {
  const message = `what the build in ${root} links is not known: it has dependency files, but neither ninja files, CMake's Makefiles nor a linker map`;
  const hint = 'have the linker write a map, too (-Wl,-Map=…)';
  return { severity: 'error', code: 'BLOBS_NOT_A_BUILD', message, hint };
}

/** Those by their usual name before those of single configurations. */
function mainFilesFirst(files: readonly string[]): string[] {
  const isMain = (file: string): boolean => basename(file) === 'build.ninja';
  return [...files.filter(isMain), ...files.filter((file) => !isMain(file))];
}

/** The directories that a relative path in `file` may count from: those from its own to `root`, and some above. */
function basesOf(file: string, root: string): string[] {
  const bases = [dirname(file)];
  let above = 0;
  for (let at = dirname(file); above < MAX_PARENTS; at = dirname(at)) {
    if (!bases.includes(at)) bases.push(at);
    if (at === root || above > 0) above += 1;
    if (dirname(at) === at) break;
  }
  return bases;
}

function spellings(path: string, bases: readonly string[]): NamedPath[] {
  const [base = ''] = bases;
  return /^(?:[\\/]|[A-Za-z]:[\\/])/.test(path)
    ? [{ path, base }]
    : bases.map((each) => ({ path, base: each }));
}
