// SPDX-License-Identifier: Apache-2.0
import { normalize } from 'node:path';
import type { Blob } from '../core/blob.ts';
import { MAX_PATH_CHARACTERS, type NamedPath, type RealPaths, speltPath } from './real-paths.ts';

const NONE: readonly Blob[] = [];

/** Knows blobs by every path that leads to them, also where their files are not there. */
export class BlobMatcher {
  readonly #byPath = new Map<string, Blob[]>();
  readonly #known = new Map<string, readonly Blob[]>();
  readonly #paths: RealPaths;

  constructor(blobs: readonly Blob[], paths: RealPaths) {
    this.#paths = paths;
    for (const blob of blobs) {
      const path = normalize(blob.abspath);
      for (const spelling of new Set([path, paths.placeOf(path), paths.targetOf(path) ?? path])) {
        const same = this.#byPath.get(spelling);
        if (same) same.push(blob);
        else this.#byPath.set(spelling, [blob]);
      }
    }
  }

  /**
   * The blobs whose file `named` means, by its spelling or by what it really is.
   *
   * @throws UnreadableError when too many paths were looked for
   */
  find(named: NamedPath): readonly Blob[] {
    if (named.path === '' || named.path.length > MAX_PATH_CHARACTERS) return NONE;
    const spelt = speltPath(named);
    const known = this.#known.get(spelt);
    if (known) return known;
    const found = this.#look(spelt);
    this.#known.set(spelt, found);
    return found;
  }

  #look(spelt: string): readonly Blob[] {
    const direct = this.#byPath.get(normalize(spelt)) ?? this.#byPath.get(this.#paths.placeOf(spelt));
    if (direct) return direct;
    const target = this.#paths.targetOf(spelt);
    return (target === undefined ? undefined : this.#byPath.get(target)) ?? NONE;
  }
}
