// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type BuildBudget, UnreadableError } from './build-budget.ts';
import { findCommandPaths } from './command-paths.ts';
import { logicalLines, parseDepfile } from './depfile.ts';
import { type CommandKind, isArchiver, kindOfCommand } from './link-command.ts';
import type { LoadContext } from './load-ninja.ts';
import { absoluteOf, type NamedPath } from './real-paths.ts';
import { splitCommand } from './split-command.ts';

/** How the recipes begin by which CMake's Makefiles run themselves and tell how far they are. */
const OWN_COMMAND =
  /^(?:cd \S+ && )?(?:\$\(MAKE\) |\$\(CMAKE_COMMAND\) (?:-E (?:cmake_|echo |touch_nocreate )|-P \S*cmake_clean)[^&;|]*$)/;

/**
 * Adds what a file of CMake's Makefiles (absolute) describes to the graph. What make runs, it runs in the top directory of
 * the build; what `link.txt` holds, in the directory that holds `CMakeFiles`.
 *
 * @throws UnreadableError; the system's error
 */
export function loadMakeFile(file: string, context: LoadContext): void {
  const text = context.files.readText(file);
  const name = basename(file);
  if (name === 'link.txt') loadLinkScript(text, file, context);
  else if (name === 'flags.make') loadFlags(text, file, context);
  else if (name === 'compiler_depend.make' || name === 'depend.make') {
    const base = topOf(file);
    for (const { targets, dependencies } of parseDepfile(text)) {
      const names = dependencies.map((path) => ({ path, base }));
      for (const target of targets) {
        // An empty rule for each header, so that make goes on where one is gone.
        if (names.length > 0)
          context.graph.addRecorded({ output: absoluteOf({ path: target, base }), names, file });
      }
    }
  } else loadRules(text, file, context);
}

function loadLinkScript(text: string, file: string, { graph, files, budget }: LoadContext): void {
  const targetDirectory = dirname(file);
  const cwd = dirname(dirname(targetDirectory));
  const [first = []] = splitCommand(text);
  const program = first[0] ?? '';
  if (program === '') throw new UnreadableError('it holds no command');
  const isArchive = isArchiver(program);
  const output = isArchive ? first[2] : first[first.indexOf('-o') + 1];
  const readResponse = (path: NamedPath): string | undefined => files.findText(absoluteOf(path));
  graph.addStep({
    outputs: output === undefined ? [] : [absoluteOf({ path: output, base: cwd })],
    // What must be made before, as far as CMake knows it, stands in Makefile2 by these names.
    inputs: isArchive ? [] : ['all', 'build'].map((goal) => join(targetDirectory, goal)),
    file,
    isLink: !isArchive,
    isPart: isArchive,
    findNames: () => findCommandPaths(text, { cwd, readResponse, budget }),
  });
}

function loadFlags(text: string, file: string, { graph, files, budget }: LoadContext): void {
  const cwd = topOf(file);
  const readResponse = (path: NamedPath): string | undefined => files.findText(absoluteOf(path));
  graph.addStep({
    outputs: [file],
    inputs: [],
    file,
    isLink: false,
    isPart: true,
    findNames: () =>
      text
        .split('\n')
        .filter((line) => !line.startsWith('#'))
        .flatMap((line) =>
          findCommandPaths(line.slice(line.indexOf('=') + 1), { cwd, readResponse, budget }),
        ),
  });
}

/** The rules of `build.make` and `Makefile2`, with their recipes. */
function loadRules(text: string, file: string, { graph, files, budget }: LoadContext): void {
  if (text.includes('cmake_link_script') && !existsSync(join(dirname(file), 'link.txt')))
    files.onError(file, new UnreadableError('the command that links is gone: link.txt'));
  const base = topOf(file);
  const readResponse = (path: NamedPath): string | undefined => files.findText(absoluteOf(path));
  const absolute = (path: string): string => absoluteOf({ path, base });
  const isMain = basename(file) === 'Makefile2';
  // Only there is it the goal that CMake builds by default.
  if (isMain) graph.goals.add(absolute('all'));
  for (const { rule, recipe } of splitRules(text)) {
    const commands = recipe.map((line) => line.replace(/^[@+-]+/, '').replaceAll('$$', '$'));
    const kind = kindOfRecipe(commands, budget);
    for (const { targets, dependencies } of parseDepfile(rule)) {
      if (targets.some((target) => target.startsWith('.') && target === target.toUpperCase())) continue;
      graph.addStep({
        outputs: targets.map(absolute),
        inputs: [...dependencies, ...(isMain ? targets.flatMap(madeByGoal) : [])].map(absolute),
        file,
        isLink: kind === 'link',
        isPart: kind === 'part',
        findNames: () => {
          const names = dependencies.map((path) => ({ path, base }));
          for (const command of commands)
            for (const name of findCommandPaths(command, { cwd: base, readResponse, budget }))
              names.push(name);
          return names;
        },
      });
    }
  }
}

/** What `Makefile2` has another make build for the goal of a target. */
function madeByGoal(target: string): string[] {
  return target.endsWith('.dir/all') ? [`${target.slice(0, -'all'.length)}build`] : [];
}

/** What CMake wrote for compilers and linkers of its own is a part, and so is a name for others; `link.txt` tells what links. */
function kindOfRecipe(commands: readonly string[], budget: BuildBudget): CommandKind {
  const kinds = commands.map((command) => {
    budget.spend('characters', command.length);
    if (OWN_COMMAND.test(command)) return 'part';
    return kindOfCommand(command, { isLinkNamed: false });
  });
  if (kinds.includes('link')) return 'link';
  return kinds.includes('other') ? 'other' : 'part';
}

interface RuleText {
  readonly rule: string;
  readonly recipe: string[];
}

function* splitRules(text: string): Generator<RuleText> {
  let last: RuleText | undefined;
  for (const line of logicalLines(text)) {
    if (line.startsWith('\t')) last?.recipe.push(line.slice(1));
    else if (/^[^#\s=]/.test(line) && line.includes(':')) {
      if (last !== undefined) yield last;
      last = { rule: line, recipe: [] };
    }
  }
  if (last !== undefined) yield last;
}

/** The top directory of the CMake build that `file` belongs to. */
function topOf(file: string): string {
  let holder = dirname(file);
  while (basename(holder) !== 'CMakeFiles' && dirname(holder) !== holder) holder = dirname(holder);
  const start = dirname(holder);
  for (let at = start; ; at = dirname(at)) {
    if (existsSync(join(at, 'CMakeCache.txt'))) return at;
    if (dirname(at) === at) return start;
  }
}
