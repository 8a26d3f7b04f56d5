// SPDX-License-Identifier: Apache-2.0
import type { Module } from '../../core/blob.ts';
import type { Workspace } from '../../core/modules.ts';
import type { Issue } from '../../core/report.ts';
import { count, escapeControls } from '../../core/text.ts';
import { explainAbsence } from './explain-absence.ts';
import { unmetIssues } from './unmet-dependencies.ts';

const MAX_DIRECTORIES = 10;

/** Modules in west's order, and an error for each that could not be placed. */
interface OrderedModules {
  readonly modules: readonly Module[];
  readonly issues: readonly Issue[];
}

/**
 * Orders modules as Zephyr's zephyr_module.py does: those that depend on nothing first, in the order given, then
 * each as soon as its last dependency has been placed, first in, first out. Of several modules with one name all are
 * kept, and the one that is placed first satisfies what depends on that name. Modules whose dependencies are missing
 * or go in circles come last, in the order given, each with an issue, which `workspace` helps to explain. Linear.
 */
export function orderModules(modules: readonly Module[], workspace?: Workspace): OrderedModules {
  const open = new Map<Module, Set<string>>();
  const waiting = new Map<string, Module[]>();
  const queue: Module[] = [];
  for (const module of modules) {
    const depends = new Set(module.depends);
    open.set(module, depends);
    if (depends.size === 0) queue.push(module);
    for (const name of depends) {
      const others = waiting.get(name);
      if (others) others.push(module);
      else waiting.set(name, [module]);
    }
  }
  // The queue grows while it is walked.
  for (const { name } of queue) {
    for (const module of waiting.get(name) ?? []) {
      const depends = open.get(module);
      depends?.delete(name);
      if (depends?.size === 0) queue.push(module);
    }
    waiting.delete(name);
  }
  if (queue.length === modules.length) return { modules: queue, issues: [] };
  const placed = new Set(queue);
  const rest = modules.filter((module) => !placed.has(module));
  return {
    modules: [...queue, ...rest],
    issues: unmetIssues(rest, {
      needs: new Map(rest.map((module) => [module, [...(open.get(module) ?? [])]])),
      explain: (name) => explainAbsence(name, modules, workspace),
    }),
  };
}

/** A warning for each name that several of `modules` have, with their directories. West would lose all but one. */
export function duplicateNameIssues(modules: readonly Module[]): readonly Issue[] {
  const byName = new Map<string, Module[]>();
  for (const module of modules) {
    const namesakes = byName.get(module.name);
    if (namesakes) namesakes.push(module);
    else byName.set(module.name, [module]);
  }
  const issues: Issue[] = [];
  for (const [name, namesakes] of byName) {
    if (namesakes.length === 1) continue;
    const shown = namesakes.slice(0, MAX_DIRECTORIES).map(({ directory }) => escapeControls(directory));
    const more = namesakes.length > shown.length ? ` and ${namesakes.length - shown.length} more` : '';
    issues.push({
      severity: 'warning',
      code: 'BLOBS_DUPLICATE_MODULE',
      message: `${count(namesakes.length, 'module')} are named ${escapeControls(name)}: ${shown.join(' and ')}${more}`,
      hint: 'west uses only one of them; give each its own "name:" in module.yml',
      module: name,
    });
  }
  return issues;
}
