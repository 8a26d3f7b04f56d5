// SPDX-License-Identifier: Apache-2.0
import { type Dirent, opendirSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { UnreadableError } from './build-budget.ts';

const MAX_DEPTH = 64;
const MAX_ENTRIES = 2_000_000;
/** How many directories behind a link are looked at for a build. */
const MAX_LINKED_DIRECTORIES = 200;
const FOREIGN = new Set(['.git', 'node_modules']);

/** The files of a build directory that say how it was built: absolute paths, those above before those below. */
export interface BuildDescription {
  readonly ninjaFiles: readonly string[];
  /** Of CMake's Makefiles: `link.txt`, `build.make`, `Makefile2`, `flags.make`, `compiler_depend.make`, `depend.make`. */
  readonly makeFiles: readonly string[];
  readonly mapFiles: readonly string[];
  readonly dependencyFiles: readonly string[];
  /** Links to directories elsewhere that hold something of a build, which is not looked at. */
  readonly foreignLinks: readonly string[];
}

const MAKE_FILES = new Set([
  'link.txt',
  'build.make',
  'Makefile2',
  'flags.make',
  'compiler_depend.make',
  'depend.make',
]);

/**
 * Looks for them below `root`. Follows no symbolic link to a directory.
 *
 * @throws the signal's reason
 */
export async function walkBuild(
  root: string,
  onError: (file: string, error: unknown) => void,
  signal: AbortSignal,
): Promise<BuildDescription> {
  const found = {
    ninjaFiles: [],
    makeFiles: [],
    mapFiles: [],
    dependencyFiles: [],
    foreignLinks: [],
  } as Record<keyof BuildDescription, string[]>;
  let level = [root];
  let entries = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    const below: string[] = [];
    for (const directory of level) {
      await setImmediate();
      signal.throwIfAborted();
      const inside = listDirectory(directory, onError);
      entries += inside.length;
      if (entries > MAX_ENTRIES || depth > MAX_DEPTH) {
        const what = depth > MAX_DEPTH ? 'directories are nested too deeply' : 'there are too many files';
        onError(directory, new UnreadableError(what));
        return found;
      }
      for (const entry of inside) {
        const path = join(directory, entry.name);
        if (entry.isDirectory()) {
          if (!FOREIGN.has(entry.name)) below.push(path);
        } else if (entry.isSymbolicLink() && leadsToBuild(path, root)) found.foreignLinks.push(path);
        else findList(found, directory, entry.name)?.push(path);
      }
    }
    level = below;
  }
  return found;
}

function listDirectory(directory: string, onError: (file: string, error: unknown) => void): Dirent[] {
  const entries: Dirent[] = [];
  try {
    const opened = opendirSync(directory);
    try {
      for (let entry = opened.readSync(); entry !== null; entry = opened.readSync()) {
        entries.push(entry);
        if (entries.length > MAX_ENTRIES) break;
      }
    } finally {
      opened.closeSync();
    }
  } catch (error) {
    onError(directory, error);
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function findList<T>(
  found: Record<keyof BuildDescription, T[]>,
  directory: string,
  name: string,
): T[] | undefined {
  // Ninja Multi-Config has one more for each configuration.
  if (/^build(?:-.*)?\.ninja$/s.test(name)) return found.ninjaFiles;
  if (name.endsWith('.map')) return found.mapFiles;
  if (name.endsWith('.d')) return found.dependencyFiles;
  if (MAKE_FILES.has(name) && /[\\/]CMakeFiles(?:[\\/][^\\/]+\.dir)?$/.test(directory))
    return found.makeFiles;
  return undefined;
}

/** Whether the link at `path` leads out of `root` to a directory with files of a build, or with too many to tell. */
function leadsToBuild(path: string, root: string): boolean {
  let target: string;
  try {
    if (!statSync(path).isDirectory()) return false;
    target = realpathSync.native(path);
  } catch {
    return false;
  }
  if (target === root || target.startsWith(`${root}${sep}`)) return false;
  const none: Record<keyof BuildDescription, string[]> = {
    ninjaFiles: [],
    makeFiles: [],
    mapFiles: [],
    dependencyFiles: [],
    foreignLinks: [],
  };
  const pending = [target];
  for (const directory of pending) {
    for (const entry of listDirectory(directory, () => {})) {
      if (!entry.isDirectory()) {
        if (findList(none, directory, entry.name) !== undefined) return true;
      } else if (!FOREIGN.has(entry.name)) pending.push(join(directory, entry.name));
    }
    if (pending.length > MAX_LINKED_DIRECTORIES) return true;
  }
  return false;
}
