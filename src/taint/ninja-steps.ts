// SPDX-License-Identifier: Apache-2.0
import { type BuildBudget, UnreadableError } from './build-budget.ts';
import { type CommandKind, kindOfCommand } from './link-command.ts';
import { lookUpForStatement, type NinjaRule, type StatementScope } from './ninja-scope.ts';
import type { NinjaBuild, NinjaStatement } from './parse-ninja.ts';

/** The rules by which CMake links executables, shared libraries and modules; a static library alone is not linked. */
const CMAKE_LINKER = /_(?:EXECUTABLE|SHARED_LIBRARY|MODULE_LIBRARY)_LINKER__/;
/** Those of Meson, GN and many who write ninja files by hand. */
const FOREIGN_LINKER = /^(?!.*(?:static|alink|symlink)).*link/i;
/** Those that make what is linked only where something takes it, of CMake, Meson and GN. */
const PART_RULE =
  /_(?:COMPILER|SCAN|DYNDEP|STATIC_LIBRARY_LINKER)__|static|alink|symlink|compiler|RERUN_CMAKE/i;
const LINKED_NAME = /\.(?:elf|axf|exe|out|so|dll)$/i;

/**
 * Tells what links. Where CMake's own rules are, they do, and commands that make an executable by its name or run a compiler
 * to link. Elsewhere, so do rules with "link" in their names; where nothing links, whatever ninja builds by default.
 */
export function judgeSteps(
  { statements, defaults }: NinjaBuild,
  budget: BuildBudget,
): (statement: NinjaStatement) => CommandKind {
  const isCMake = statements.some(({ ruleName }) => /^RERUN_CMAKE$|_LINKER__/.test(ruleName));
  const kindOf = isCMake ? cmakeJudge(budget) : foreignJudge(budget);
  if (isCMake || statements.some((statement) => kindOf(statement) === 'link')) return kindOf;
  const wanted = new Set(defaults);
  const used = new Set<string>();
  if (wanted.size === 0) for (const { inputs } of statements) for (const input of inputs) used.add(input);
  return ({ outputs }) => {
    const isWanted = (output: string): boolean => wanted.has(output);
    const isUsed = (output: string): boolean => used.has(output);
    return (wanted.size > 0 ? outputs.some(isWanted) : !outputs.some(isUsed)) ? 'link' : 'other';
  };
}

function isNamedAsLinked({ outputs }: NinjaStatement): boolean {
  return outputs.some((output) => LINKED_NAME.test(output));
}

function cmakeJudge(budget: BuildBudget): (statement: NinjaStatement) => CommandKind {
  return (statement) => {
    const { ruleName } = statement;
    if (ruleName === 'phony') return 'part';
    if (CMAKE_LINKER.test(ruleName) || isNamedAsLinked(statement)) return 'link';
    if (PART_RULE.test(ruleName)) return 'part';
    try {
      const command = lookUpForStatement('command', scopeOf(statement, budget));
      budget.spend('characters', command.length);
      return kindOfCommand(command, { isLinkNamed: false }) === 'link' ? 'link' : 'other';
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      // Asked for what it names, it says what is wrong.
      return 'link';
    }
  };
}

function foreignJudge(budget: BuildBudget): (statement: NinjaStatement) => CommandKind {
  const kinds = new Map<NinjaRule, CommandKind>();
  const judge = (ruleName: string, command: string): CommandKind => {
    budget.spend('characters', command.length);
    if (FOREIGN_LINKER.test(ruleName)) return 'link';
    const kind = kindOfCommand(command, { isLinkNamed: true });
    return kind === 'other' && PART_RULE.test(ruleName) ? 'part' : kind;
  };
  return (statement) => {
    const { ruleName, rule, bindings } = statement;
    if (ruleName === 'phony') return 'part';
    if (isNamedAsLinked(statement)) return 'link';
    const own = bindings.get('command');
    if (own !== undefined || rule === undefined) return judge(ruleName, own ?? '');
    const kind = kinds.get(rule) ?? judge(ruleName, rule.bindings.get('command') ?? '');
    kinds.set(rule, kind);
    return kind;
  };
}

/** What the variables of a statement are looked up in. */
export function scopeOf(statement: NinjaStatement, budget: BuildBudget): StatementScope {
  return {
    ...statement,
    inputs: statement.inputs.slice(0, statement.explicitInputs),
    outputs: statement.outputs.slice(0, statement.explicitOutputs),
    budget,
    expanded: new Map(),
  };
}
