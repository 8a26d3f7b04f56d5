// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import {
  cannotEdit,
  describe,
  type EditPlan,
  planEdit,
  SAME_CHARACTERS,
  type YamlEdit,
  type YamlSource,
} from './edit-yaml.ts';
import { findShared } from './find-shared.ts';
import type { Splice } from './splice.ts';

/** A group of edits that may be done, as far as can be told before. */
export interface PlannedGroup<Group> {
  readonly group: Group;
  readonly plans: readonly EditPlan[];
}

// That a change is left out may bring another's value to its place, through its alias; files without malice have one such step.
const MAX_ROUNDS = 4;

/**
 * Which groups can be done together, the earlier ones first, and why the others cannot: all that can be told from the
 * file as it is, without parsing what would come of it.
 */
export function judgeGroups<Group extends { readonly edits: readonly YamlEdit[] }>(
  source: YamlSource,
  groups: readonly Group[],
): {
  readonly planned: readonly PlannedGroup<Group>[];
  readonly refused: Map<Group, BlobsError>;
} {
  const refused = new Map<Group, BlobsError>();
  const planned = groups.flatMap((group) => {
    try {
      return [{ group, plans: group.edits.map((edit) => planEdit(source, edit)) }];
    } catch (error) {
      if (!(error instanceof BlobsError)) throw error;
      refused.set(group, error);
      return [];
    }
  });
  const left = (): PlannedGroup<Group>[] => planned.filter(({ group }) => !refused.has(group));
  for (const group of findClashes(planned)) refused.set(group, cannotEdit(SAME_CHARACTERS, source.options));
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const marked = left().flatMap(({ group, plans }) => plans.map((plan) => ({ ...plan, group })));
    const shared = findShared(source, marked);
    for (const { group, edit } of shared) {
      const problem = `${describe(edit)} cannot be changed: it is shared with other places through an alias or a merge key`;
      if (!refused.has(group)) refused.set(group, cannotEdit(problem, source.options));
    }
    if (shared.size === 0) break;
  }
  return { planned: left(), refused };
}

/** The groups that change something which an earlier one changes too. */
function findClashes<Group>(planned: readonly PlannedGroup<Group>[]): ReadonlySet<Group> {
  const clashes = new Set<Group>();
  const owners = new Map<string, Group>();
  for (const { group, plans } of planned) {
    const paths = plans.flatMap(({ edit }) => ('cut' in edit ? [] : [JSON.stringify(edit.path)]));
    if (paths.some((path) => owners.has(path))) clashes.add(group);
    else for (const path of paths) owners.set(path, group);
  }
  const splices = planned.flatMap(({ group, plans }, order) =>
    plans.flatMap(({ splice }) => (splice === undefined ? [] : [{ splice, group, order }])),
  );
  splices.sort((a, b) => a.splice.start - b.splice.start || a.splice.end - b.splice.end);
  let last: { readonly splice: Splice; readonly group: Group; readonly order: number } | undefined;
  for (const next of splices) {
    if (clashes.has(next.group)) continue;
    if (last === undefined || clashes.has(last.group) || next.splice.start >= last.splice.end) last = next;
    else if (next.order > last.order) clashes.add(next.group);
    else if (next.order < last.order) {
      clashes.add(last.group);
      last = next;
    }
  }
  return clashes;
}
