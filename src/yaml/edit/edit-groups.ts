// SPDX-License-Identifier: Apache-2.0
import { setImmediate } from 'node:timers/promises';
import { BlobsError } from '../../core/errors.ts';
import {
  applyPlans,
  cannotEdit,
  type EditedYaml,
  type EditOptions,
  openYaml,
  type YamlEdit,
} from './edit-yaml.ts';
import { judgeGroups, type PlannedGroup } from './judge-groups.ts';

export interface EditedGroups<Group> extends EditedYaml {
  /** Why the edits of a group were left out; those of all others are done. */
  readonly refused: ReadonlyMap<Group, BlobsError>;
}

// Each parses the whole file. What nobody foresaw is found by halving: some groups of many, not hundreds.
const MAX_ATTEMPTS = 40;

/**
 * As {@link applyPlans} for groups of edits, each of which is done whole or not at all: one that cannot be done keeps no
 * other from it, but where the file holds very many of a kind that nobody foresaw.
 *
 * @throws BlobsError `BLOBS_CANNOT_EDIT` for what is no YAML; the signal's reason
 */
export async function editGroups<Group extends { readonly edits: readonly YamlEdit[] }>(
  bytes: Uint8Array,
  groups: readonly Group[],
  { signal, ...options }: EditOptions & { readonly signal: AbortSignal },
): Promise<EditedGroups<Group>> {
  const source = openYaml(bytes, options);
  const { planned, refused } = judgeGroups(source, groups);
  let done: { readonly groups: readonly PlannedGroup<Group>[]; readonly edited: EditedYaml } = {
    groups: [],
    edited: { bytes, hunks: [] },
  };
  const open = [planned];
  let attempts = 0;
  for (let some = open.pop(); some !== undefined; some = open.pop()) {
    const [only] = some;
    if (only === undefined) continue;
    // A signal is heard of in between only.
    await setImmediate();
    signal.throwIfAborted();
    if (attempts === MAX_ATTEMPTS) {
      const error = cannotEdit('too many other changes of the file cannot be made', options);
      for (const { group } of some) refused.set(group, error);
      continue;
    }
    attempts += 1;
    const all = [...done.groups, ...some];
    try {
      const plans = all.flatMap((one) => one.plans);
      done = { groups: all, edited: applyPlans(source, plans) };
    } catch (error) {
      if (!(error instanceof BlobsError)) throw error;
      if (some.length === 1) refused.set(only.group, error);
      else {
        const middle = some.length >> 1;
        open.push(some.slice(middle), some.slice(0, middle));
      }
    }
  }
  return { ...done.edited, refused };
}
