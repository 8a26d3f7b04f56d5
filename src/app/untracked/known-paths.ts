// SPDX-License-Identifier: Apache-2.0
import { lstatSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Paths below one directory that are accounted for, by their bytes. A file that is spelt otherwise (another case,
 * another normal form of Unicode, dots at the end) is known too where the file system says that it is the same file.
 */
export class KnownPaths {
  readonly #root: Buffer;
  readonly #exact = new Set<string>();
  readonly #folded = new Map<string, Buffer[]>();

  /** @param root Absolute. */
  constructor(root: string) {
    this.#root = Buffer.from(join(root, '/'));
  }

  /** `path` is below the root, with forward slashes. */
  add(path: Buffer): void {
    const key = path.toString('latin1');
    if (this.#exact.has(key)) return;
    this.#exact.add(key);
    const folded = fold(path);
    const same = this.#folded.get(folded);
    if (same === undefined) this.#folded.set(folded, [path]);
    else same.push(path);
  }

  has(path: Buffer): boolean {
    if (this.#exact.has(path.toString('latin1'))) return true;
    const alike = this.#folded.get(fold(path));
    if (alike === undefined) return false;
    const identity = this.#identityOf(path);
    return identity !== undefined && alike.some((other) => this.#identityOf(other) === identity);
  }

  #identityOf(path: Buffer): string | undefined {
    try {
      const { dev, ino } = lstatSync(Buffer.concat([this.#root, path]), { bigint: true });
      return `${dev}:${ino}`;
    } catch {
      return undefined;
    }
  }
}

/** The same for all spellings that any file system takes for one; for some that none does, too. */
export function fold(path: Buffer): string {
  return path
    .toString('utf8')
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .replace(/[. ]+(?=\/|$)/g, '');
}
