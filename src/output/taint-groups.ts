// SPDX-License-Identifier: Apache-2.0
import { isFetched, isLinked, type ModuleTaint, type TaintRow } from '../core/taint.ts';

/** How many blobs are in each state. A blob that is linked usually is fetched, too. */
export interface TaintCounts {
  readonly declared: number;
  /** Those of which a file is there. */
  readonly fetched: number;
  /** Those of these whose bytes are not the declared ones. */
  readonly stale: number;
  readonly linked: number;
}

export function countTaint(rows: readonly TaintRow[]): TaintCounts {
  return {
    declared: rows.length,
    fetched: rows.filter(isFetched).length,
    stale: rows.filter(({ status }) => status === 'M').length,
    linked: rows.filter(isLinked).length,
  };
}

/** The modules that are one in Kconfig and CMake. */
export interface KconfigGroup {
  readonly name: string;
  readonly modules: readonly ModuleTaint[];
  readonly rows: readonly TaintRow[];
  /** Whether one of the modules declares blobs, selected or not. */
  readonly hasBlobs: boolean;
  /** Undefined where it is not known, see {@link ModuleTaint}. */
  readonly isTainted: boolean | undefined;
}

/** `modules` by their name in Kconfig, in the order of the first with each. */
export function groupByKconfigName(modules: readonly ModuleTaint[]): KconfigGroup[] {
  const groups = new Map<string, ModuleTaint[]>();
  for (const module of modules) {
    const group = groups.get(module.kconfigName);
    if (group) group.push(module);
    else groups.set(module.kconfigName, [module]);
  }
  return [...groups].map(([name, group]) => ({
    name,
    modules: group,
    rows: group.flatMap(({ rows }) => rows),
    hasBlobs: group.some(({ module }) => module.blobs.length > 0),
    isTainted:
      group.some(({ isTainted }) => isTainted) ||
      (group.some(({ isTainted }) => isTainted === undefined) ? undefined : false),
  }));
}

/** What a file for a build says where it is not about all blobs. */
export const ABOUT_SOME_COMMENT =
  '# About the blobs alone that -l or -t selects: modules without such blobs are left out.';

/** Whether something counts as tainting the build: where nobody knows what is linked, what is fetched does. */
export function mayTaint({ rows, isTainted }: Pick<ModuleTaint, 'rows' | 'isTainted'>): boolean {
  return isTainted ?? rows.some(isFetched);
}

/** "3 declared, 2 fetched, 1 linked", of modules that taint as `isTainted` says; the last where somebody asked. */
export function countsText(
  rows: readonly TaintRow[],
  { isTainted, asked }: { readonly isTainted: boolean | undefined; readonly asked: boolean },
): string {
  const { declared, fetched, linked } = countTaint(rows);
  const known = `${declared} declared, ${fetched} fetched`;
  if (!asked) return known;
  return isTainted === undefined ? `${known}, not known what is linked` : `${known}, ${linked} linked`;
}
