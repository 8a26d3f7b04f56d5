// SPDX-License-Identifier: Apache-2.0
import type { ModulePlace } from '../core/modules.ts';
import type { FileIndex } from '../store/file-index.ts';
import { BLOBS_DIRECTORY, isOwnFile, PathGuard } from './blob-path.ts';
import { emptyModule, type ReadModule } from './empty-module.ts';
import type { FreshModule } from './read-module.ts';

/**
 * Reads the module at `place`; `file` is its module.yml (undefined where CMakeLists.txt and Kconfig make the
 * module). What `index` remembers of the file is not read again. Never throws for bad input: what is malformed is left
 * out and reported.
 */
export async function loadModule(
  place: ModulePlace,
  file: string | undefined,
  index?: FileIndex,
): Promise<ReadModule> {
  if (file === undefined) return { module: emptyModule(place), issues: [] };
  const { directory, defaultName, project = null } = place;
  const key = JSON.stringify([file, defaultName, project]);
  const known = index?.recall('module', directory, key) as ReadModule | undefined;
  if (index && known && isStillSafe(known, file, index)) return known;
  const { readPlainModule } = await import('./read-plain-module.ts');
  const { observations, ...read } = readPlainModule(place, file) ?? (await readWhole(place, file));
  if (observations) index?.remember('module', directory, { key, observations, value: read });
  return read;
}

/** The parser is most of the program, and a good part of its time. */
async function readWhole(place: ModulePlace, file: string): Promise<Omit<FreshModule, 'document'>> {
  const { readModule } = await import('./read-module.ts');
  const { document: _, ...read } = readModule(place, file);
  return read;
}

/**
 * Whether no link leads out of the module, as far as it takes to be sure of that quickly. Where it is not, module.yml is
 * read again, which follows them and says where they lead.
 */
function isStillSafe({ module }: ReadModule, file: string, index: FileIndex): boolean {
  try {
    const guard = new PathGuard(module.directory);
    if (!isOwnFile(module.directory, file, guard)) return false;
    const inPlace = new Map<string, boolean>();
    return module.blobs.every(({ abspath, path }) => {
      const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      let isInPlace = inPlace.get(parent);
      if (isInPlace === undefined) {
        const segments = parent === '' ? [] : parent.split('/');
        isInPlace = guard.isInPlace([...BLOBS_DIRECTORY, ...segments]);
        inPlace.set(parent, isInPlace);
      }
      return isInPlace && !index.look(abspath)?.isSymbolicLink();
    });
  } catch {
    return false;
  }
}
