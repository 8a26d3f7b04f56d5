// SPDX-License-Identifier: Apache-2.0
import { dirname } from 'node:path';
import { type BuildBudget, UnreadableError } from './build-budget.ts';
import type { BuildFiles } from './build-files.ts';
import type { BuildGraph } from './build-graph.ts';
import { findCommandPaths } from './command-paths.ts';
import { parseNinjaDeps } from './ninja-deps.ts';
import { lookUpForStatement, type StatementScope } from './ninja-scope.ts';
import { judgeSteps, scopeOf } from './ninja-steps.ts';
import { type NinjaStatement, parseNinja } from './parse-ninja.ts';
import type { Pauses } from './pauses.ts';
import { absoluteOf, type NamedPath } from './real-paths.ts';

const CHAINED_VARIABLE = /\$\{?([A-Za-z0-9_.-]+)\}?/g;

/** Where what is found goes, and by what means it is read. */
export interface LoadContext {
  readonly graph: BuildGraph;
  readonly files: BuildFiles;
  readonly budget: BuildBudget;
  readonly pauses: Pauses;
}

/** What the loaded build knows beside its steps. */
export interface LoadedNinja {
  /** The dependency files that its steps name: absolute. Those that are there were not read into ninja's log. */
  readonly depfiles: ReadonlySet<string>;
}

/**
 * Adds the steps that the `build.ninja` at `path` (absolute) and its parts describe to the graph, and what ninja's log
 * recorded of them.
 *
 * @throws UnreadableError, or the system's error, where that file cannot be read; the signal's reason
 */
export async function loadNinja(path: string, context: LoadContext): Promise<LoadedNinja> {
  const { graph, files, budget, pauses } = context;
  const base = dirname(path);
  const absolute = (name: string): string => absoluteOf({ path: name, base });
  const build = await parseNinja(path, {
    readFile: (name) => ({ text: files.readText(absolute(name)), file: absolute(name) }),
    budget,
    pauses,
    onError: files.onError,
  });
  if (build.statements.length === 0) throw new UnreadableError('it describes nothing');
  const judge = judgeSteps(build, budget);
  for (const goal of build.defaults) graph.goals.add(absolute(goal));
  const depfiles = new Set<string>();
  const known = new Set<string>();
  for (const statement of build.statements) {
    if (pauses.isDue()) await pauses.take();
    if (isGenerator(statement)) continue;
    const kind = judge(statement);
    graph.addStep({
      outputs: statement.outputs.map(absolute),
      inputs: statement.inputs.map(absolute),
      file: statement.file,
      isLink: kind === 'link',
      isPart: kind === 'part',
      findNames: () => findNames(statement, { base, files, budget, known }),
    });
    if (!statement.bindings.has('depfile') && !statement.rule?.bindings.has('depfile')) continue;
    const depfile = lookUpForStatement('depfile', scopeOf(statement, budget));
    if (depfile !== '') depfiles.add(absolute(depfile));
  }
  await loadLog(absolute(`${build.buildDirectory || '.'}/.ninja_deps`), base, context);
  return { depfiles };
}

/** Adds what ninja's log of dependencies recorded, if there is one. */
async function loadLog(log: string, base: string, { graph, files, pauses }: LoadContext): Promise<void> {
  // Several configurations share theirs.
  const bytes = files.wasRead(log) ? undefined : files.findBytes(log);
  if (bytes === undefined) return;
  try {
    const { inputsOf, isDamaged } = parseNinjaDeps(bytes);
    for (const [output, inputs] of inputsOf) {
      if (pauses.isDue()) await pauses.take();
      const names = inputs.map((input) => ({ path: input, base }));
      graph.addRecorded({ output: absoluteOf({ path: output, base }), names, file: log });
    }
    if (isDamaged) throw new UnreadableError('its end is damaged');
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    files.onError(log, error);
  }
}

/** Whether a step runs CMake again, or whatever else writes ninja files: all that it reads is no part of what is built. */
function isGenerator({ ruleName, rule, bindings }: NinjaStatement): boolean {
  return ruleName === 'RERUN_CMAKE' || Boolean(bindings.get('generator') ?? rule?.bindings.get('generator'));
}

interface NameContext {
  readonly base: string;
  readonly files: BuildFiles;
  readonly budget: BuildBudget;
  /** Values of variables that were looked at: hundreds of compilations share theirs. */
  readonly known: Set<string>;
}

/** What a step names: its inputs, and what its command holds. */
function findNames(statement: NinjaStatement, context: NameContext): NamedPath[] {
  const { base, files, budget } = context;
  const names = statement.inputs.map((path) => ({ path, base }));
  if (statement.ruleName === 'phony') return names;
  const scope = scopeOf(statement, budget);
  if (isCompilation(statement) && !hasResponseFile(statement))
    return [...names, ...findCompilationNames(scope, context)];
  const response = absoluteOf({ path: lookUpForStatement('rspfile', scope) || '.', base });
  const readResponse = (file: NamedPath): string | undefined =>
    absoluteOf(file) === response
      ? lookUpForStatement('rspfile_content', scope)
      : files.findText(absoluteOf(file));
  const found = findCommandPaths(lookUpForStatement('command', scope), { cwd: base, readResponse, budget });
  return [...names, ...found];
}

function isCompilation({ rule, bindings }: NinjaStatement): boolean {
  return bindings.has('deps') || (rule?.bindings.has('deps') ?? false);
}

function hasResponseFile({ rule, bindings }: NinjaStatement): boolean {
  return bindings.has('rspfile') || (rule?.bindings.has('rspfile') ?? false);
}

/** What each variable of a compiler's command names, if no step before it had it: all commands are hundreds of megabytes. */
function findCompilationNames(
  scope: StatementScope,
  { base, files, budget, known }: NameContext,
): NamedPath[] {
  const command = scope.rule?.bindings.get('command') ?? scope.bindings.get('command') ?? '';
  const readResponse = (file: NamedPath): string | undefined => files.findText(absoluteOf(file));
  const found: NamedPath[] = [];
  for (const text of [command, ...variablesOf(command, scope)]) {
    if (known.has(text)) continue;
    known.add(text);
    for (const name of findCommandPaths(text, { cwd: base, readResponse, budget })) found.push(name);
  }
  return found;
}

function variablesOf(command: string, scope: StatementScope): string[] {
  const names = new Set([...command.matchAll(CHAINED_VARIABLE)].map(([, name = '']) => name));
  for (const name of ['in', 'in_newline', 'out', 'DEP_FILE', 'OBJ_FILE', 'depfile']) names.delete(name);
  return [...names].map((name) => lookUpForStatement(name, scope)).filter((value) => value !== '');
}
