// SPDX-License-Identifier: Apache-2.0
import { type ModuleFiles, plainPath } from '../module/module-files.ts';

// Directories that people take for the one that paths in module.yml count from.
const BASES = ['zephyr', 'zephyr/blobs'];
const MAX_CANDIDATES = 10;

/** Files that a path which names none may have meant. */
export interface MeantFiles {
  /** Those that differ in case or Unicode normalisation alone. */
  readonly sameName: readonly string[];
  /** Those that it names from another directory. */
  readonly otherBase: readonly string[];
}

/** Looks for what `path`, below the module, may have meant. */
export function findMeantFiles(files: ModuleFiles, path: string): MeantFiles {
  const segments = plainPath(path)
    .split('/')
    .filter((segment) => segment !== '');
  if (segments.length === 0 || segments.includes('..')) return { sameName: [], otherBase: [] };
  const plain = segments.join('/');
  const moved = [
    ...BASES.map((base) => `${base}/${plain}`),
    ...BASES.filter((base) => plain.startsWith(`${base}/`)).map((base) => plain.slice(base.length + 1)),
  ];
  return {
    // What is there under this very name is no file, or too large.
    sameName: findSameName(files, segments).filter((found) => found !== plain),
    otherBase: moved.filter((candidate) => files.kindOf(candidate) === 'file'),
  };
}

function findSameName(files: ModuleFiles, segments: readonly string[]): string[] {
  let found = [''];
  for (const [index, segment] of segments.entries()) {
    const wanted = index === segments.length - 1 ? 'file' : 'directory';
    found = found
      .flatMap((directory) =>
        [...files.list(directory)]
          .filter(([name, kind]) => kind === wanted && foldName(name) === foldName(segment))
          .map(([name]) => (directory === '' ? name : `${directory}/${name}`)),
      )
      .slice(0, MAX_CANDIDATES);
  }
  return found;
}

/** `name` as file systems compare it that ignore case and Unicode normalisation. */
export function foldName(name: string): string {
  return name.normalize('NFD').toUpperCase().toLowerCase().normalize('NFC');
}
