// SPDX-License-Identifier: Apache-2.0
import type { Issue } from '../core/report.ts';
import { isFetched, isLinked, type ModuleTaint, type TaintReport, type TaintRow } from '../core/taint.ts';
import { count, escapeControls } from '../core/text.ts';
import { sharedNameIssues } from '../taint/kconfig-name.ts';
import { isIncomplete, judgeModule } from '../taint/taint-state.ts';
import { findBlobStates } from './blob-state.ts';
import { findLinked } from './find-linked.ts';
import { type BlobQuery, type LoadedModules, loadModules } from './load-modules.ts';
import { choosesBlobs, isSelected, namesModule } from './selection.ts';

const MAX_BLOBS = 10;

export interface TaintOptions extends BlobQuery {
  /** Absolute directory of a build, to find out what it links. */
  readonly buildDirectory?: string;
  /**
   * What must not be: each module with a blob that came so far, or further, is then an error. `linked` needs a build
   * directory.
   */
  readonly failIf?: 'fetched' | 'linked';
  /**
   * Whether the answer goes into a build. The names that Kconfig has for modules matter then, and a build directory may not
   * hold a build yet: what is not known about it is a warning.
   */
  readonly isForBuild: boolean;
}

/**
 * What the selected blobs are to a build: declared, fetched, linked. Changes nothing.
 *
 * @throws BlobsError where there is nothing to look in, and for a build directory that is not there; the signal's reason.
 */
export async function taintModules(options: TaintOptions, signal: AbortSignal): Promise<TaintReport> {
  const { selection, index, buildDirectory, failIf } = options;
  const found = await loadModules(options, signal);
  const states = await findBlobStates(found.blobs, signal, index);
  await index?.save();
  const rowOf = new Map(states.map(({ row }) => [row.blob, row]));
  const linked = await findLinked(buildDirectory, found.blobs, signal);
  const isAboutSome = choosesBlobs(selection);
  const modules = found.modules
    .filter(({ name }) => namesModule(selection, name))
    .map((module) => {
      const rows = module.blobs
        .filter((blob) => isSelected(selection, blob))
        .flatMap((blob) => rowOf.get(blob) ?? []);
      const isMalformed = found.malformed.has(module);
      return judgeModule({ module, rows, isMalformed, ...(linked === undefined ? {} : { linked }) });
    })
    // What is not selected of them may be fetched: nothing may call them free of it.
    .filter(({ rows }) => !isAboutSome || rows.length > 0);
  const issues = [...found.issues, ...states.flatMap(({ issue }) => issue ?? [])];
  const isTainted = modules.some((module) => module.isTainted);
  const isKnown = isTainted || !(isIncomplete(linked) || mayLackModules(found) || modules.some(isUnknown));
  return {
    modules,
    isAboutSome,
    buildDirectory,
    isTainted: isKnown ? isTainted : undefined,
    issues: [
      ...issues,
      ...(options.isForBuild ? sharedNameIssues(modules) : []),
      ...(linked?.issues ?? []).map((issue) => weigh(issue, options)),
      ...(failIf === undefined ? [] : modules.flatMap((module) => forbid(module, failIf))),
    ],
  };
}

function isUnknown({ isTainted }: ModuleTaint): boolean {
  return isTainted === undefined;
}

/** Whether something is wrong that may hide a module, or a part of one. Their order hides none. */
function mayLackModules({ issues }: LoadedModules): boolean {
  return issues.some(({ severity, code }) => severity === 'error' && code !== 'BLOBS_UNMET_DEPENDENCY');
}

/** What could not be read of a build: a gate must not pass what it could not look at. */
function weigh(issue: Issue, { failIf, isForBuild }: TaintOptions): Issue {
  if (issue.severity === 'info') return issue;
  if (failIf !== undefined) return { ...issue, severity: 'error' };
  return isForBuild ? { ...issue, severity: 'warning' } : issue;
}

function forbid({ module, rows }: ModuleTaint, failIf: 'fetched' | 'linked'): Issue[] {
  // What is linked was fetched once, wherever its file is now.
  const wrong = rows.filter((row) => isLinked(row) || (failIf === 'fetched' && isFetched(row)));
  if (wrong.length === 0) return [];
  const blobs = count(wrong.length, 'blob');
  const are = wrong.length === 1 ? 'is' : 'are';
  const more = wrong.length - MAX_BLOBS;
  return [
    {
      severity: 'error',
      code: 'BLOBS_TAINTED',
      message: `${escapeControls(module.name)} taints the build: ${blobs} ${are} ${stateOf(wrong, failIf)}`,
      facts: [...wrong.slice(0, MAX_BLOBS).map(factOf), ...(more > 0 ? [`and ${more} more`] : [])],
      hint: wrong.some(isLinked)
        ? 'configure the build so that it does not use them'
        : '"blobs clean" removes blobs that nothing needs',
      module: module.name,
    },
  ];
}

function stateOf(wrong: readonly TaintRow[], failIf: 'fetched' | 'linked'): string {
  if (wrong.every(failIf === 'fetched' ? isFetched : isLinked)) return failIf;
  return wrong.every(isLinked) ? 'linked' : 'fetched or linked';
}

function factOf({ blob, evidence: [first] }: TaintRow): string {
  return first === undefined ? blob.path : `${blob.path}  named by ${escapeControls(first.file)}`;
}
