// SPDX-License-Identifier: Apache-2.0
import { BlobsError } from '../../core/errors.ts';
import { type EditedYaml, type EditOptions, editYaml, type YamlEdit } from './edit-yaml.ts';

export interface EditedGroups<Group> extends EditedYaml {
  /** Why the edits of a group were left out; those of all others are done. */
  readonly refused: ReadonlyMap<Group, BlobsError>;
}

/**
 * As {@link editYaml} for groups of edits, each of which is done whole or not at all: one that cannot be done keeps no
 * other from it.
 */
export function editGroups<Group extends { readonly edits: readonly YamlEdit[] }>(
  bytes: Uint8Array,
  groups: readonly Group[],
  options: EditOptions,
): EditedGroups<Group> {
  const refused = new Map<Group, BlobsError>();
  let done: { readonly groups: readonly Group[]; readonly edited: EditedYaml } = {
    groups: [],
    edited: { bytes, hunks: [] },
  };
  const attempt = (some: readonly Group[]): void => {
    if (some.length === 0) return;
    const all = [...done.groups, ...some];
    try {
      const edits = all.flatMap((group) => group.edits);
      done = { groups: all, edited: editYaml(bytes, edits, options) };
    } catch (error) {
      if (!(error instanceof BlobsError)) throw error;
      const [only] = some;
      if (only !== undefined && some.length === 1) refused.set(only, error);
      else {
        const middle = some.length >> 1;
        attempt(some.slice(0, middle));
        attempt(some.slice(middle));
      }
    }
  };
  attempt(groups);
  return { ...done.edited, refused };
}
