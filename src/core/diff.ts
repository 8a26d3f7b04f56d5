// SPDX-License-Identifier: Apache-2.0
import type { Blob } from './blob.ts';
import type { Report } from './report.ts';

/** A key of module.yml whose value differs; absent on the side where the entry does not have it. */
export interface KeyChange {
  readonly key: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What became of one blob. `renamed`: the same bytes under another path, its other keys changed or not. */
export type BlobChange =
  | { readonly kind: 'added'; readonly after: Blob }
  | { readonly kind: 'removed'; readonly before: Blob }
  | {
      readonly kind: 'modified' | 'renamed';
      readonly before: Blob;
      readonly after: Blob;
      readonly keys: readonly KeyChange[];
    };

/** What is compared: a revision and the commit that it means, or the working tree, which has none. */
export interface DiffSide {
  readonly revision?: string;
  readonly commit?: string;
}

/** A module whose blobs differ. */
export interface ModuleDiff {
  /** Its later name. */
  readonly name: string;
  /** Where it is on one side alone. */
  readonly kind: 'added' | 'removed' | 'changed';
  /** Absolute. */
  readonly directory: string;
  /** In a workspace: the project's revisions. */
  readonly before?: DiffSide;
  readonly after?: DiffSide;
  /** Never empty. */
  readonly changes: readonly BlobChange[];
}

export interface DiffReport extends Report {
  readonly before: DiffSide;
  readonly after: DiffSide;
  readonly modules: readonly ModuleDiff[];
}

/** How many blobs each kind of change has. */
export function countChanges(modules: readonly ModuleDiff[]): Record<BlobChange['kind'], number> {
  const counts = { added: 0, removed: 0, modified: 0, renamed: 0 };
  for (const { changes } of modules) for (const { kind } of changes) counts[kind] += 1;
  return counts;
}
