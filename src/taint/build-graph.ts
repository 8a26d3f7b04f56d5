// SPDX-License-Identifier: Apache-2.0

import type { BuildBudget } from './build-budget.ts';
import type { NamedPath, RealPaths } from './real-paths.ts';

/** A step of a build: what it makes, and of what. All paths are absolute. */
export interface BuildStep {
  readonly outputs: readonly string[];
  readonly inputs: readonly string[];
  /** Absolute path of the file that describes it. */
  readonly file: string;
  /** Whether it makes something linked: an executable, a shared library, an image. */
  readonly isLink: boolean;
  /** Whether it makes nothing that counts by itself: it compiles, archives, or only gives other steps a name. */
  readonly isPart: boolean;
  /**
   * What it names, as it is spelt: its inputs and what its command holds. Asked only of steps that matter.
   *
   * @throws UnreadableError
   */
  readonly findNames: () => readonly NamedPath[];
}

/** What a compiler, linker or ninja recorded of an output. */
export interface RecordedInputs {
  /** Absolute. */
  readonly output: string;
  readonly names: readonly NamedPath[];
  /** Absolute path of the file that says so. */
  readonly file: string;
}

/** All steps of a build, of all its parts, and what was recorded of them. */
export class BuildGraph {
  readonly steps: BuildStep[] = [];
  /** What is built where nobody asks for something else: absolute paths. */
  readonly goals = new Set<string>();
  readonly #makers = new Map<string, BuildStep[]>();
  readonly #recorded = new Map<string, RecordedInputs[]>();
  readonly #paths: RealPaths;
  readonly #budget: BuildBudget;

  constructor(paths: RealPaths, budget: BuildBudget) {
    this.#paths = paths;
    this.#budget = budget;
  }

  /** @throws UnreadableError when there are too many. */
  addStep(step: BuildStep): void {
    this.#budget.spend('edges', 1 + step.outputs.length + step.inputs.length);
    this.steps.push(step);
    for (const output of step.outputs) append(this.#makers, this.#paths.placeOf(output), step);
  }

  /** @throws UnreadableError when there are too many. */
  addRecorded(recorded: RecordedInputs): void {
    this.#budget.spend('edges', 1 + recorded.names.length);
    append(this.#recorded, this.#paths.placeOf(recorded.output), recorded);
  }

  /** Whether a step makes the file at this absolute path. */
  isMade(path: string): boolean {
    return this.#makers.has(this.#paths.placeOf(path));
  }

  /** The steps that make the file at this absolute path. */
  makersOf(path: string): readonly BuildStep[] {
    return this.#makers.get(this.#paths.placeOf(path)) ?? [];
  }

  /** What was recorded of the file at this absolute path. */
  recordedOf(path: string): readonly RecordedInputs[] {
    return this.#recorded.get(this.#paths.placeOf(path)) ?? [];
  }

  /** What was recorded of files that no step makes, as far as is known. */
  strayRecords(): RecordedInputs[] {
    return [...this.#recorded].flatMap(([output, records]) => (this.isMade(output) ? [] : records));
  }
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
