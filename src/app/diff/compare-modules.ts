// SPDX-License-Identifier: Apache-2.0
import type { BlobChange, DiffSide, ModuleDiff } from '../../core/diff.ts';
import type { Issue } from '../../core/report.ts';
import { isSelected, namesModule, type Selection } from '../selection.ts';
import { compareBlobs, type DeclaredBlobs } from './compare-blobs.ts';
import type { ModuleState } from './module-state.ts';

/** One module on both sides, at least one of which has it. */
export interface ModulePair {
  /** Absolute. */
  readonly directory: string;
  readonly before: ModuleState | undefined;
  readonly after: ModuleState | undefined;
  /** The project's revisions. */
  readonly sides?: { readonly before?: DiffSide; readonly after?: DiffSide };
}

const NOTHING: DeclaredBlobs = { blobs: [], unsoundPaths: new Set() };

/** The names that a module has, on either side. */
export function namesOf({ before, after }: ModulePair): readonly string[] {
  return [after, before].flatMap((state) => state?.module.name ?? []);
}

/** What of the selected blobs differs, and what was wrong with the modules; of others that is a warning. */
export function compareModules(
  pairs: readonly ModulePair[],
  selection: Selection,
): { readonly modules: readonly ModuleDiff[]; readonly issues: readonly Issue[] } {
  const modules: ModuleDiff[] = [];
  const issues: Issue[] = [];
  for (const pair of pairs) {
    const isNamed = namesOf(pair).some((name) => namesModule(selection, name));
    for (const issue of issuesOf(pair)) {
      issues.push(isNamed || issue.severity !== 'error' ? issue : { ...issue, severity: 'warning' });
    }
    const found = isNamed ? compareModule(pair, selection) : undefined;
    if (found) modules.push(found);
  }
  return { modules, issues };
}

function compareModule(pair: ModulePair, selection: Selection): ModuleDiff | undefined {
  const { before, after, directory, sides } = pair;
  const name = namesOf(pair)[0];
  // Where it is not known what one side declares, nothing is known to have come or gone.
  if (name === undefined || [before, after].some((state) => state && !state.declared)) return undefined;
  const changes = compareBlobs(before?.declared ?? NOTHING, after?.declared ?? NOTHING).filter((change) =>
    blobsOf(change).some((blob) => isSelected(selection, blob)),
  );
  if (changes.length === 0) return undefined;
  const kind = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
  return { name, kind, directory, ...sides, changes };
}

function blobsOf(change: BlobChange) {
  if (change.kind === 'added') return [change.after];
  return change.kind === 'removed' ? [change.before] : [change.before, change.after];
}

/** What is wrong with a file that both sides have is told once; of what was, only what keeps it from being compared. */
function issuesOf({ before, after }: ModulePair): readonly Issue[] {
  const isSameFile = before === after || (before?.oid !== undefined && before.oid === after?.oid);
  const earlier = isSameFile ? [] : (before?.issues ?? []);
  return [...earlier.filter(({ severity }) => severity === 'error'), ...(after?.issues ?? [])];
}
