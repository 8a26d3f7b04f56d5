// SPDX-License-Identifier: Apache-2.0
import type { LinkEvidence } from '../core/taint.ts';
import { UnreadableError } from './build-budget.ts';
import type { BuildGraph, BuildStep, RecordedInputs } from './build-graph.ts';
import type { Pauses } from './pauses.ts';
import { absoluteOf, type NamedPath } from './real-paths.ts';

/** Images that are made of linked ones: merged, signed, converted. */
const IMAGE = /\.(?:hex|bin|img|uf2|s19|s28|s37|srec|mot|elf|axf|out)$/i;

export interface GraphVisitor {
  /** Told of each path that what is linked is made of; `file` names it. */
  readonly onName: (name: NamedPath, kind: Exclude<LinkEvidence['kind'], 'map-file'>, file: string) => void;
  /** Told of each step that cannot be understood. */
  readonly onError: (file: string, error: unknown) => void;
}

/**
 * Walks from everything that is linked back to all that it is made of, through any number of steps: their inputs, what
 * their commands name, what was recorded of them. Records of files that no step makes count as well, and so does what is
 * built by default and is of no known kind.
 *
 * @throws the signal's reason
 */
export async function walkGraph(
  graph: BuildGraph,
  { onName, onError }: GraphVisitor,
  pauses: Pauses,
): Promise<void> {
  const seenSteps = new Set<BuildStep>();
  const seenPaths = new Set<string>();
  const pending: BuildStep[] = [];
  const follow = (path: string): void => {
    if (seenPaths.has(path)) return;
    seenPaths.add(path);
    for (const step of graph.makersOf(path)) pending.push(step);
    for (const recorded of graph.recordedOf(path)) useRecord(recorded);
  };
  const useRecord = ({ names, file }: RecordedInputs): void => {
    for (const name of names) {
      onName(name, 'dependency-file', file);
      const path = absoluteOf(name);
      if (graph.isMade(path)) recordedPaths.push(path);
    }
  };
  // Kept apart, so that a chain of records is no chain of calls.
  const recordedPaths: string[] = [];
  for (const recorded of graph.strayRecords()) {
    if (pauses.isDue()) await pauses.take();
    useRecord(recorded);
  }
  for (const step of findLinkSteps(graph)) pending.push(step);
  for (const step of findGoalSteps(graph)) pending.push(step);
  for (;;) {
    if (pauses.isDue()) await pauses.take();
    const path = recordedPaths.pop();
    if (path !== undefined) {
      follow(path);
      continue;
    }
    const step = pending.pop();
    if (step === undefined) return;
    if (seenSteps.has(step)) continue;
    seenSteps.add(step);
    for (const output of step.outputs) follow(output);
    for (const input of step.inputs) follow(input);
    try {
      for (const name of step.findNames()) {
        if (pauses.isDue()) await pauses.take();
        onName(name, step.isLink ? 'link-command' : 'build-step', step.file);
        const path = absoluteOf(name);
        if (graph.isMade(path)) follow(path);
      }
    } catch (error) {
      if (!(error instanceof UnreadableError)) throw error;
      onError(step.file, error);
    }
  }
}

/** The steps that link, and those that make an image of what was linked and perhaps of more. */
function findLinkSteps(graph: BuildGraph): Set<BuildStep> {
  const found = new Set(graph.steps.filter((step) => step.isLink));
  const users = new Map<string, BuildStep[]>();
  for (const step of graph.steps) {
    if (!step.outputs.some((output) => IMAGE.test(output))) continue;
    for (const input of step.inputs) {
      const known = users.get(input);
      if (known) known.push(step);
      else users.set(input, [step]);
    }
  }
  const pending = [...found];
  for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
    for (const output of step.outputs) {
      for (const user of users.get(output) ?? []) {
        if (found.has(user)) continue;
        found.add(user);
        pending.push(user);
      }
    }
  }
  return found;
}

/** The steps that the default goals need and that nothing is known of: what they make may be the product. */
function findGoalSteps(graph: BuildGraph): Set<BuildStep> {
  const found = new Set<BuildStep>();
  const seen = new Set<string>();
  const pending = [...graph.goals];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    for (const step of graph.makersOf(path)) {
      if (!step.isPart) found.add(step);
      for (const input of step.inputs) pending.push(input);
    }
  }
  return found;
}
