// SPDX-License-Identifier: Apache-2.0
import type { Module } from '../../core/blob.ts';
import type { Issue } from '../../core/report.ts';
import { count, escapeControls } from '../../core/text.ts';
import type { Absence } from './explain-absence.ts';
import { findCycles } from './find-cycles.ts';

// One line of output must stay readable, and a cycle may have thousands of members.
const MAX_NAMES = 10;

/**
 * Why none of `modules` could be placed in the build order, where `needs` holds the names that each still waits for and
 * `explain` says why there is no module of a name: an error for each that needs a module that is not there, for each
 * cycle, and for each that waits for one of those.
 */
export function unmetIssues(
  modules: readonly Module[],
  context: {
    readonly needs: ReadonlyMap<Module, readonly string[]>;
    readonly explain: (name: string) => Absence | undefined;
  },
): readonly Issue[] {
  const { needs, explain } = context;
  const byName = new Map<string, Module>();
  for (const module of modules) if (!byName.has(module.name)) byName.set(module.name, module);
  const needsOf = (module: Module): readonly string[] => needs.get(module) ?? [];

  const issues: Issue[] = [];
  const explained = new Set<Module>();
  for (const module of modules) {
    const missing = needsOf(module).filter((name) => !byName.has(name));
    if (missing.length === 0) continue;
    explained.add(module);
    const reasons = missing.slice(0, MAX_NAMES).flatMap((name) => explain(name) ?? []);
    issues.push({
      ...unmet(
        module,
        `depends on ${names(missing)}, which ${missing.length === 1 ? 'is' : 'are'} not there`,
      ),
      ...(reasons.length === 0 ? {} : { facts: reasons.map(({ fact }) => fact) }),
      hint: reasons[0]?.hint ?? 'correct "build: depends:" in its module.yml, or add the missing module',
    });
  }
  const cycles = findCycles(modules, (module) => needsOf(module).flatMap((name) => byName.get(name) ?? []));
  for (const cycle of cycles) {
    const [first, ...others] = cycle;
    if (first === undefined) continue;
    for (const module of cycle) explained.add(module);
    const through = others.length === 0 ? '' : ` through ${names(others.map(({ name }) => name))}`;
    issues.push({
      ...unmet(first, `depends on itself${through}: a cycle`),
      hint: 'take one of these modules out of the "build: depends:" of another',
    });
  }
  for (const module of modules) {
    if (explained.has(module)) continue;
    issues.push(unmet(module, `depends on ${names(needsOf(module))}, whose own dependencies are not met`));
  }
  return issues;
}

function unmet(module: Module, problem: string): Issue {
  return {
    severity: 'error',
    code: 'BLOBS_UNMET_DEPENDENCY',
    message: `module ${escapeControls(module.name)} ${problem}`,
    module: module.name,
    ...module.dependsOrigin,
  };
}

function names(all: readonly string[]): string {
  const shown = all.slice(0, MAX_NAMES).map(escapeControls).join(', ');
  return all.length > MAX_NAMES ? `${shown} and ${count(all.length - MAX_NAMES, 'other')}` : shown;
}
