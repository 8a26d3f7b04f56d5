// SPDX-License-Identifier: Apache-2.0

/** What keeps a file of a build from being understood, in one line without its name. */
export class UnreadableError extends Error {}

/** The most work of each kind that one build may cost: far more than a large Zephyr build takes, and what memory can hold. */
const LIMITS = {
  characters: 512 * 2 ** 20,
  expansions: 5_000_000,
  lookups: 2_000_000,
  edges: 2_000_000,
  statements: 4_000_000,
  files: 100_000,
} as const;

/** What a build directory may cost in all, whatever it holds. */
export class BuildBudget {
  readonly #left: Record<keyof typeof LIMITS, number>;

  constructor(limits: Partial<Record<keyof typeof LIMITS, number>> = {}) {
    this.#left = { ...LIMITS, ...limits };
  }

  /** @throws UnreadableError when nothing is left of it. */
  spend(kind: keyof typeof LIMITS, amount = 1): void {
    this.#left[kind] -= amount;
    if (this.#left[kind] < 0) throw new UnreadableError(`the build is too large: too many ${kind}`);
  }
}
