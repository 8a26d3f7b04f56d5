// SPDX-License-Identifier: Apache-2.0
import { compilePathPattern } from '../python/path-match.ts';

/** The allowlists and blocklists of one `import:` map; a list of nothing is absent. */
export interface ImportLists {
  readonly allowedNames: readonly string[];
  readonly allowedPaths: readonly string[];
  readonly blockedNames: readonly string[];
  readonly blockedPaths: readonly string[];
}

/** What an import lets through. */
export interface ImportFilter {
  /** How many characters of patterns one question may have to try. */
  readonly patternCharacters: number;
  /** Whether the project is imported. `path` is as the manifest resolves it, with every prefix. */
  readonly allows: (project: { readonly name: string; readonly path: string }) => boolean;
}

/**
 * The filter of `lists`, by west's rules: names are compared whole, paths by Python's `PurePath.match`; what an
 * allowlist names is let through even if a blocklist names it too, and where there is an allowlist, nothing else is.
 * Undefined where all lists are empty.
 */
export function createImportFilter(lists: ImportLists): ImportFilter | undefined {
  const { allowedNames, allowedPaths, blockedNames, blockedPaths } = lists;
  const hasAllowlist = allowedNames.length + allowedPaths.length > 0;
  if (!hasAllowlist && blockedNames.length + blockedPaths.length === 0) return undefined;
  const allowed = matcher(allowedNames, allowedPaths);
  const blocked = matcher(blockedNames, blockedPaths);
  return {
    patternCharacters: [...allowedPaths, ...blockedPaths].reduce((sum, { length }) => sum + length + 1, 1),
    allows: (project) => allowed(project) || (!hasAllowlist && !blocked(project)),
  };
}

function matcher(names: readonly string[], paths: readonly string[]): ImportFilter['allows'] {
  const wanted = new Set(names);
  const patterns = paths.flatMap((pattern) => compilePathPattern(pattern) ?? []);
  return ({ name, path }) => wanted.has(name) || patterns.some((matches) => matches(path));
}
