// SPDX-License-Identifier: Apache-2.0

import { lstatSync, readlinkSync, realpathSync } from 'node:fs';
import { dirname, isAbsolute, join, parse, relative, sep } from 'node:path';
import { BlobsError, systemCode } from '../core/errors.ts';
import { slashed } from '../core/path-below.ts';
import { hasControlCharacters } from '../core/text.ts';

/** Where blobs live below a module's directory. */
export const BLOBS_DIRECTORY = ['zephyr', 'blobs'] as const;

// As many as Linux follows before it answers ELOOP.
const MAX_SYMLINKS = 40;

// PATH_MAX of Linux; no other system allows more.
const MAX_PATH_CHARACTERS = 4096;

/** The absolute directory of a module's blobs. */
export function blobsDirectory(moduleDirectory: string): string {
  return join(moduleDirectory, ...BLOBS_DIRECTORY);
}

/**
 * What is wrong with a declared path as text, on any platform: absolute, a `..`, `.` or empty segment, a drive
 * letter, a backslash, a control character. Undefined when nothing is.
 */
export function findPathProblem(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (path.length > MAX_PATH_CHARACTERS) return `is longer than ${MAX_PATH_CHARACTERS} characters`;
  if (hasControlCharacters(path)) return 'holds a control character';
  if (path.includes('\\')) return 'holds a backslash';
  if (/^[A-Za-z]:/.test(path)) return 'begins with a drive letter';
  if (path.startsWith('/')) return 'is absolute';
  const segments = path.split('/');
  if (segments.includes('..')) return 'holds a ".." segment';
  if (segments.includes('.')) return 'holds a "." segment';
  if (segments.includes('')) return 'holds an empty segment';
  // Files in it are commands to git.
  if (segments.some((segment) => segment.toLowerCase() === '.git')) return 'holds a ".git" segment';
  return undefined;
}

/** The directories that a path names on its way, the outermost first. */
export function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let i = path.indexOf('/'); i !== -1; i = path.indexOf('/', i + 1)) parents.push(path.slice(0, i));
  return parents;
}

/**
 * Follows symbolic links below a module's directory by hand, so that a link that leads outside, even a dangling
 * one, is seen before anything is opened. Remembers directories: make a new one for each moment of checking.
 */
export class PathGuard {
  readonly #root: string;
  readonly #known = new Map<string, string | undefined>();

  /** @throws the system's error when `moduleDirectory` cannot be resolved. */
  constructor(moduleDirectory: string) {
    this.#root = realpathSync.native(moduleDirectory);
  }

  /**
   * Whether `<module>/<base>/<path>` stays below `<module>/<base>` with all symbolic links followed; what does
   * not exist yet stays where its name says. `base` is a list of segments, possibly empty.
   */
  staysInside(base: readonly string[], path: string): boolean {
    const directory = join(this.#root, ...base);
    const real = this.#follow(this.#root, [...base, ...path.split('/')]);
    return real?.startsWith(directory.endsWith(sep) ? directory : directory + sep) ?? false;
  }

  /** Whether `<module>/<base>` is at its own place, with no symbolic link on the way that leads elsewhere. */
  isInPlace(base: readonly string[]): boolean {
    return this.#follow(this.#root, base) === join(this.#root, ...base);
  }

  #follow(start: string, segments: readonly string[]): string | undefined {
    const parent = segments.slice(0, -1);
    if (parent.length === 0) return resolveLinks(start, segments);
    const key = parent.join('/');
    if (!this.#known.has(key)) this.#known.set(key, this.#follow(start, parent));
    const directory = this.#known.get(key);
    return directory === undefined ? undefined : resolveLinks(directory, segments.slice(-1));
  }
}

/**
 * Every place that must stay for `<module>/zephyr/blobs/<path>` to lead to what it leads to now: the path itself, each
 * symbolic link on the way, and where they end. `root` is the real path of the module's `zephyr/blobs`.
 */
export function placesOf(root: string, path: string): readonly string[] {
  const segments = path.split('/');
  const places = [join(root, ...segments)];
  const end = resolveLinks(root, segments, (link) => places.push(link));
  return end === undefined ? places : [...places, end];
}

/**
 * The real path of `segments` below the real directory `start`; undefined for a loop of links. `onLink` is told of
 * every link that is followed.
 */
function resolveLinks(
  start: string,
  segments: readonly string[],
  onLink?: (place: string) => void,
): string | undefined {
  let current = start;
  let pending = [...segments];
  let links = 0;
  while (pending.length > 0) {
    const [segment = '', ...rest] = pending;
    pending = rest;
    if (segment === '' || segment === '.') continue;
    if (segment === '..') {
      current = dirname(current);
      continue;
    }
    const next = join(current, segment);
    const target = findLinkTarget(next);
    if (target === undefined) {
      current = next;
      continue;
    }
    links += 1;
    if (links > MAX_SYMLINKS) return undefined;
    onLink?.(next);
    if (isAbsolute(target)) current = parse(target).root;
    pending = [...target.split(sep === '\\' ? /[\\/]/ : '/'), ...pending];
    if (isAbsolute(target) && sep === '\\') pending.shift();
  }
  return current;
}

function findLinkTarget(path: string): string | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch (error) {
    // What cannot be looked at cannot be followed either: opening it will say why.
    if (systemCode(error) !== undefined) return undefined;
    throw error;
  }
}

/**
 * Whether `file`, which lies in a module by its name, is in it with all links followed: what messages show of another
 * would be the user's. One that was named elsewhere is.
 */
export function isOwnFile(
  moduleDirectory: string,
  file: string,
  guard: PathGuard = new PathGuard(moduleDirectory),
): boolean {
  const path = slashed(relative(moduleDirectory, file));
  return path.startsWith('../') || guard.staysInside([], path);
}

/** The real path of a module's `zephyr/blobs`, if it is there and no symbolic link leads to it from elsewhere. */
export function findRealBlobsDirectory(moduleDirectory: string): string | undefined {
  try {
    const root = realpathSync.native(moduleDirectory);
    return new PathGuard(moduleDirectory).isInPlace(BLOBS_DIRECTORY) ? blobsDirectory(root) : undefined;
  } catch (error) {
    // A module that is gone has none.
    if (systemCode(error) !== undefined) return undefined;
    throw error;
  }
}

/** @throws BlobsError `BLOBS_UNSAFE_PATH` when the blob's place leads outside `zephyr/blobs` now. */
export function assertInsideBlobs(moduleDirectory: string, path: string, module: string): void {
  if (new PathGuard(moduleDirectory).staysInside(BLOBS_DIRECTORY, path)) return;
  throw new BlobsError('BLOBS_UNSAFE_PATH', outsideMessage(path), { module, path });
}

/** The message for a path that a symbolic link leads astray. */
export function outsideMessage(path: string): string {
  return `a symbolic link leads "${path}" outside zephyr/blobs`;
}
