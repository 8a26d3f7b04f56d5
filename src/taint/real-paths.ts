// SPDX-License-Identifier: Apache-2.0
import { lstatSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, normalize, sep } from 'node:path';
import type { BuildBudget } from './build-budget.ts';

/** No system opens a longer one. */
export const MAX_PATH_CHARACTERS = 16_384;

/** A path as a build spells it, and the directory that it counts from. */
export interface NamedPath {
  readonly path: string;
  /** Absolute. */
  readonly base: string;
}

/** The absolute path that `named` means, with its `..` as they stand. */
export function speltPath({ path, base }: NamedPath): string {
  return isAbsolute(path) ? path : `${base}${sep}${path}`;
}

/** The absolute path that `named` means, if no symbolic link stands before a `..`. */
export function absoluteOf(named: NamedPath): string {
  return normalize(speltPath(named));
}

/** Resolves symbolic links, also in paths that lead to nothing, and remembers those of directories. */
export class RealPaths {
  readonly #directories = new Map<string, string>();
  readonly #budget: BuildBudget;

  constructor(budget: BuildBudget) {
    this.#budget = budget;
  }

  /**
   * `path` (absolute) with the links of its directory resolved, as far as that is there.
   *
   * @throws UnreadableError when too much was asked
   */
  placeOf(path: string): string {
    return path.length > MAX_PATH_CHARACTERS ? path : join(this.#directoryOf(dirname(path)), basename(path));
  }

  /** What the symbolic link at `path` (absolute) leads to; undefined for anything else. @throws as {@link placeOf} */
  targetOf(path: string): string | undefined {
    this.#budget.spend('lookups');
    try {
      return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()
        ? realpathSync.native(path)
        : undefined;
    } catch {
      return undefined;
    }
  }

  #directoryOf(directory: string): string {
    const missing: string[] = [];
    let real: string | undefined;
    for (let at = directory; real === undefined; at = dirname(at)) {
      real = this.#directories.get(at) ?? this.#realOrNothing(at);
      if (real !== undefined) break;
      if (dirname(at) === at) real = at;
      else missing.push(basename(at));
    }
    const place = join(real, ...missing.reverse());
    this.#directories.set(directory, place);
    return place;
  }

  #realOrNothing(directory: string): string | undefined {
    this.#budget.spend('lookups');
    try {
      return realpathSync.native(directory);
    } catch {
      return undefined;
    }
  }
}
