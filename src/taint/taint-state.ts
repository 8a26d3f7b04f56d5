// SPDX-License-Identifier: Apache-2.0
import type { Module } from '../core/blob.ts';
import type { BlobRow } from '../core/report.ts';
import { isFetched, isLinked, type LinkedBlobs, type ModuleTaint, type TaintRow } from '../core/taint.ts';
import { kconfigNameOf } from './kconfig-name.ts';

/** What is known of a module when it is judged. */
export interface TaintFacts {
  readonly module: Module;
  /** Its selected blobs. */
  readonly rows: readonly BlobRow[];
  /** Absent where nobody asked. */
  readonly linked?: LinkedBlobs;
  /** Whether not all that it declares is known. */
  readonly isMalformed: boolean;
}

/** How far a blob came. What is linked counts as such wherever its file is now. */
export function taintOf(row: BlobRow, linked?: LinkedBlobs): TaintRow {
  const evidence = linked?.evidence.get(row.blob) ?? [];
  if (evidence.length > 0) return { ...row, taint: 'linked', evidence };
  return { ...row, taint: isFetched(row) ? 'fetched' : 'declared', evidence };
}

/** Judges a module: see {@link ModuleTaint}. */
export function judgeModule({ module, rows, linked, isMalformed }: TaintFacts): ModuleTaint {
  const judged = rows.map((row) => taintOf(row, linked));
  const isTainted = judged.some(linked === undefined ? isFetched : isLinked);
  const isKnown = isTainted || !(isMalformed || isIncomplete(linked));
  return {
    module,
    kconfigName: kconfigNameOf(module.name),
    rows: judged,
    isTainted: isKnown ? isTainted : undefined,
  };
}

/** Whether something that may name further blobs could not be read. */
export function isIncomplete(linked: LinkedBlobs | undefined): boolean {
  return linked?.issues.some(({ severity }) => severity !== 'info') ?? false;
}
