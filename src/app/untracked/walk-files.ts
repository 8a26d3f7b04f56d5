// SPDX-License-Identifier: Apache-2.0
import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { systemCode } from '../../core/errors.ts';
import { withAnchoredDirectory } from '../../store/anchored-directory.ts';

const MAX_DEPTH = 200;
const SLASH = Buffer.from('/');

/** Anything but a directory. */
export interface FoundFile {
  /** The directory that it is in, below the root, with forward slashes; empty for the root. */
  readonly directory: Buffer;
  readonly name: Buffer;
  /** 0 for what is no regular file. */
  readonly bytes: number;
}

export interface WalkOptions {
  /** Whether a file is wanted; `path` is below the root. */
  readonly isWanted: (path: Buffer) => boolean;
  /** Whether a directory is not to be looked into. One that is the top of a git work tree never is. */
  readonly isForeign: (path: Buffer) => boolean;
  /** Told of each directory that cannot be read. */
  readonly onError: (path: Buffer, error: unknown) => void;
  /** Of files and directories. */
  readonly maxEntries: number;
  readonly signal: AbortSignal;
}

/** What a walk found. */
export interface Walk {
  readonly files: readonly FoundFile[];
  /** Every directory that was looked into but for the root, those above before those below. */
  readonly directories: readonly Buffer[];
}

/** There is more than a walk looks at. */
export class WalkLimitError extends Error {}

/**
 * The files below `root` (a real path) that are wanted. Follows no symbolic link: one is a file like any other. A
 * missing root has none.
 *
 * @throws WalkLimitError; the signal's reason
 */
export function walkFiles(root: string, options: WalkOptions): Walk {
  const files: FoundFile[] = [];
  const directories: Buffer[] = [];
  const pending: { readonly path: Buffer; readonly depth: number }[] = [{ path: Buffer.alloc(0), depth: 0 }];
  let entries = 0;
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    options.signal.throwIfAborted();
    const { path, depth } = at;
    if (depth > MAX_DEPTH) throw new WalkLimitError(`directories are nested more than ${MAX_DEPTH} deep`);
    try {
      const found = look(root, path, options);
      if (found === undefined) continue;
      entries += found.entries;
      if (entries > options.maxEntries)
        throw new WalkLimitError(`there are more than ${options.maxEntries} files and directories`);
      if (depth > 0) directories.push(path);
      for (const file of found.files) files.push(file);
      for (const directory of found.directories) pending.push({ path: directory, depth: depth + 1 });
    } catch (error) {
      if (error instanceof WalkLimitError) throw error;
      const isMissing = systemCode(error) === 'ENOENT' || (depth === 0 && systemCode(error) === 'ENOTDIR');
      if (!isMissing) options.onError(path, error);
    }
  }
  return { files, directories };
}

/** What is in one directory; undefined where it belongs to another repository. */
function look(
  root: string,
  directory: Buffer,
  { isWanted, isForeign, maxEntries }: WalkOptions,
): (Walk & { readonly entries: number }) | undefined {
  return withAnchoredDirectory(below(root, directory), root, (anchored) => {
    const entries = readdirSync(anchored, { withFileTypes: true, encoding: 'buffer' });
    const isRoot = directory.length === 0;
    if (!isRoot && entries.some(({ name }) => isGitName(name))) return undefined;
    if (entries.length > maxEntries) return { files: [], directories: [], entries: entries.length };
    const files: FoundFile[] = [];
    const directories: Buffer[] = [];
    for (const entry of entries.sort(byName)) {
      const { name } = entry;
      const path = joinPath(directory, name);
      if (isGitName(name)) continue;
      if (entry.isDirectory()) {
        if (!isForeign(path)) directories.push(path);
      } else if (isWanted(path)) {
        const stats = lstatSync(Buffer.concat([Buffer.from(`${anchored}/`), name]), {
          throwIfNoEntry: false,
        });
        if (stats) files.push({ directory, name, bytes: stats.isFile() ? stats.size : 0 });
      }
    }
    return { files, directories, entries: entries.length };
  });
}

/** `path` below the absolute directory `root`. */
export function below(root: string, path: Buffer): Buffer {
  return joinPath(Buffer.from(root), path);
}

/** The path of `name` in `directory`; either may be empty. */
export function joinPath(directory: Buffer, name: Buffer): Buffer {
  if (directory.length === 0 || name.length === 0) return Buffer.concat([directory, name]);
  return Buffer.concat([directory, SLASH, name]);
}

/** File systems that know no case find a repository by any spelling. */
function isGitName(name: Buffer): boolean {
  return name.length === 4 && name.toString('latin1').toLowerCase() === '.git';
}

function byName(a: Dirent<Buffer>, b: Dirent<Buffer>): number {
  return Buffer.compare(a.name, b.name);
}
