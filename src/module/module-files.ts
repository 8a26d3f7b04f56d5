// SPDX-License-Identifier: Apache-2.0
import { type Dirent, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { readFileHead, readRegularFile } from '../store/regular-file.ts';
import { findPathProblem, PathGuard } from './blob-path.ts';

/** What stands in a directory: a regular file, a directory, or something else, such as a symbolic link. */
export type FileKind = 'file' | 'directory' | 'other';

const NONE: ReadonlyMap<string, FileKind> = new Map();

/**
 * The files of a module, without leaving it through `..` or a symbolic link. Paths have forward slashes; "./" in them
 * is harmless and is passed over. Directories are listed once: make a new one for each moment of looking.
 */
export class ModuleFiles {
  readonly #root: string | undefined;
  readonly #guard: PathGuard | undefined;
  readonly #listed = new Map<string, ReadonlyMap<string, FileKind>>();

  constructor(moduleDirectory: string) {
    try {
      this.#guard = new PathGuard(moduleDirectory);
      this.#root = realpathSync(moduleDirectory);
    } catch {
      // A module that cannot be looked at has no files.
      this.#root = undefined;
    }
  }

  /** The bytes of the regular file at `path`; undefined where it leads outside, cannot be read, or is larger. */
  findBytes(path: string, maxBytes: number): Buffer | undefined {
    return this.#open(path, (file) => readRegularFile(file, maxBytes));
  }

  /** As {@link findBytes}, but the first `maxBytes` of a larger file. */
  findHead(path: string, maxBytes: number): Buffer | undefined {
    return this.#open(path, (file) => readFileHead(file, maxBytes));
  }

  /** What stands in the directory at `path`, the module itself for ''; nothing where there is none. */
  list(path: string): ReadonlyMap<string, FileKind> {
    const known = this.#listed.get(path);
    if (known !== undefined) return known;
    const found = this.#read(path);
    this.#listed.set(path, found);
    return found;
  }

  /** What stands at `path`; undefined for nothing, and below a symbolic link. */
  kindOf(path: string): FileKind | undefined {
    const end = path.lastIndexOf('/');
    return this.list(path.slice(0, Math.max(0, end))).get(path.slice(end + 1));
  }

  #open(path: string, read: (file: string) => Buffer): Buffer | undefined {
    const plain = plainPath(path);
    if (findPathProblem(plain) !== undefined) return undefined;
    try {
      if (this.#root === undefined || !this.#guard?.staysInside([], plain)) return undefined;
      return read(join(this.#root, ...plain.split('/')));
    } catch {
      // Whatever the reason, there is nothing that could be shown or looked at.
      return undefined;
    }
  }

  #read(path: string): ReadonlyMap<string, FileKind> {
    if (this.#root === undefined) return NONE;
    // Its parent is known then, and most of what is asked for is not there.
    if (path !== '' && (findPathProblem(path) !== undefined || this.kindOf(path) !== 'directory'))
      return NONE;
    try {
      if (path !== '' && !this.#guard?.staysInside([], path)) return NONE;
      const found = readdirSync(join(this.#root, ...path.split('/')), { withFileTypes: true });
      return new Map(found.map((one) => [one.name, kindOf(one)]));
    } catch {
      return NONE;
    }
  }
}

/** `path` without its "." segments. */
export function plainPath(path: string): string {
  return path
    .split('/')
    .filter((segment) => segment !== '.')
    .join('/');
}

function kindOf(found: Dirent): FileKind {
  if (found.isFile()) return 'file';
  return found.isDirectory() ? 'directory' : 'other';
}
