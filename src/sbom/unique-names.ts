// SPDX-License-Identifier: Apache-2.0

const MAX_CHARACTERS = 200;

/** Hands out names of letters, digits, "." and "-" (SPDX 2.3, idstring), none twice, even where case does not count. */
export class UniqueNames {
  readonly #taken = new Set<string>();
  readonly #next = new Map<string, number>();

  /** `wanted` where it is free and well-formed; else what is like it, with a number behind it if it must be. */
  take(wanted: string): string {
    const name = wanted.slice(0, MAX_CHARACTERS).replace(/[^A-Za-z0-9.-]+/g, '-');
    const key = name.toLowerCase();
    for (let number = this.#next.get(key) ?? 1; ; number += 1) {
      const candidate = number === 1 ? name : `${name}-${number}`;
      if (this.#taken.has(candidate.toLowerCase())) continue;
      this.#next.set(key, number + 1);
      this.#taken.add(candidate.toLowerCase());
      return candidate;
    }
  }
}
