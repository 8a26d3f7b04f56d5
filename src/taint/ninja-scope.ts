// SPDX-License-Identifier: Apache-2.0
import { type BuildBudget, UnreadableError } from './build-budget.ts';

const MAX_VALUE_CHARACTERS = 8 * 2 ** 20;
const MAX_RULE_VARIABLES = 500;

// "$^" is a line feed of ninja 1.13.
const EXPANSION = /\$(?:\r?\n[ ]*|([$ :^])|\{([A-Za-z0-9_.-]+)\}|([A-Za-z0-9_-]+))/g;

/** `raw` with its escapes resolved and its variables replaced; see "Lexical syntax" in ninja's manual. */
export function expand(raw: string, lookUp: (name: string) => string, budget: BuildBudget): string {
  if (!raw.includes('$')) return raw;
  let characters = raw.length;
  const value = raw.replace(EXPANSION, (_all, escaped?: string, braced?: string, bare?: string) => {
    if (escaped !== undefined) return escaped === '^' ? '\n' : escaped;
    const name = braced ?? bare;
    if (name === undefined) return '';
    const replacement = lookUp(name);
    budget.spend('expansions');
    characters += replacement.length;
    if (characters > MAX_VALUE_CHARACTERS) throw new UnreadableError('the value of a variable is too long');
    return replacement;
  });
  budget.spend('characters', value.length);
  return value;
}

/** A rule of ninja: its bindings, which are expanded only when a step asks. */
export interface NinjaRule {
  readonly name: string;
  readonly bindings: ReadonlyMap<string, string>;
}

/** Variables and rules of a file; those of the file that has it as `subninja` are seen as well. */
export class NinjaScope {
  readonly variables = new Map<string, string>();
  readonly rules = new Map<string, NinjaRule>();
  readonly #parent: NinjaScope | undefined;

  constructor(parent?: NinjaScope) {
    this.#parent = parent;
  }

  /** The value of a variable; empty where there is none. */
  lookUp(name: string): string {
    for (let scope: NinjaScope | undefined = this; scope; scope = scope.#parent) {
      const value = scope.variables.get(name);
      if (value !== undefined) return value;
    }
    return '';
  }

  findRule(name: string): NinjaRule | undefined {
    for (let scope: NinjaScope | undefined = this; scope; scope = scope.#parent) {
      const rule = scope.rules.get(name);
      if (rule) return rule;
    }
    return undefined;
  }
}

/** What the variables of one `build` statement are looked up in. */
export interface StatementScope {
  readonly scope: NinjaScope;
  readonly rule: NinjaRule | undefined;
  /** The statement's own bindings, expanded. */
  readonly bindings: ReadonlyMap<string, string>;
  /** What `$in` and `$out` stand for. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly budget: BuildBudget;
  /** What the rule's variables came to; null for one that is being expanded. */
  readonly expanded: Map<string, string | null>;
}

/**
 * The value of a variable for a `build` statement: its own bindings, then the rule's, then the file's.
 *
 * @throws UnreadableError for a rule that goes in a circle, or a value that is too long
 */
export function lookUpForStatement(name: string, statement: StatementScope): string {
  if (name === 'in') return statement.inputs.map(quote).join(' ');
  if (name === 'in_newline') return statement.inputs.map(quote).join('\n');
  if (name === 'out') return statement.outputs.map(quote).join(' ');
  const own = statement.bindings.get(name);
  if (own !== undefined) return own;
  const raw = statement.rule?.bindings.get(name);
  if (raw === undefined) return statement.scope.lookUp(name);
  // Each once: what doubles with every variable would else take forever.
  const known = statement.expanded.get(name);
  if (known === null || statement.expanded.size > MAX_RULE_VARIABLES)
    throw new UnreadableError('the variables of a rule go in a circle, or are too many');
  if (known !== undefined) return known;
  statement.expanded.set(name, null);
  const value = expand(raw, (inner) => lookUpForStatement(inner, statement), statement.budget);
  statement.expanded.set(name, value);
  return value;
}

function quote(path: string): string {
  return /^[\w+,./:=@-]*$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
