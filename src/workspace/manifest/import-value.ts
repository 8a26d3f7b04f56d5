// SPDX-License-Identifier: Apache-2.0
import { isRecord } from '../../core/record.ts';
import type { Issue } from '../../core/report.ts';
import type { SourcePosition, ValuePath, YamlDocument } from '../../yaml/yaml-document.ts';
import { createImportFilter, type ImportFilter } from './import-filter.ts';
import { malformed, malformedKey } from './read-manifest.ts';
import { findBoolean } from './yaml11.ts';

/** One file or directory that an `import:` names. */
export interface ImportRequest {
  /** As it is written; from a project with forward slashes, relative to its top. */
  readonly file: string;
  /** Goes before the paths of all that is imported; may be empty. */
  readonly pathPrefix: string;
  readonly filter: ImportFilter | undefined;
  /** Where it is asked for. */
  readonly origin: SourcePosition;
}

const DEFAULT_FILE = 'west.yml';

// No path can be longer, and comparing takes time in proportion.
const MAX_PATTERN_LENGTH = 4096;

// The older terms are still read, as in west; where both are given, the newer one counts.
const LISTS = {
  allowedNames: ['name-allowlist', 'name-whitelist'],
  allowedPaths: ['path-allowlist', 'path-whitelist'],
  blockedNames: ['name-blocklist', 'name-blacklist'],
  blockedPaths: ['path-blocklist', 'path-blacklist'],
} as const;

const KEYS: readonly string[] = ['file', 'path-prefix', ...Object.values(LISTS).flat()];

/**
 * Whether the value of a project's `import:` asks for anything: `false`, null, zero and all that is empty do not.
 * An unquoted `no` is false, with a warning in `issues`.
 */
export function asksForImport(
  document: YamlDocument,
  at: ValuePath,
  value: unknown,
  issues: Issue[],
): boolean {
  const boolean = findBoolean(document, at, value);
  if (boolean?.issue) issues.push(boolean.issue);
  if (boolean) return boolean.value;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

/**
 * What a project's `import:` asks for, in order; lists in lists are flattened.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST` for a value of no form that west knows
 */
export function readProjectImport(
  document: YamlDocument,
  at: ValuePath,
  value: unknown,
): readonly ImportRequest[] {
  if (findBoolean(document, at, value)?.value === true) return [plainRequest(document, DEFAULT_FILE, at)];
  return readImport(document, at, value, readProjectImport);
}

/**
 * What `self: import:` asks for, in order.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST`, also for a boolean
 */
export function readSelfImport(
  document: YamlDocument,
  at: ValuePath,
  value: unknown,
): readonly ImportRequest[] {
  if (findBoolean(document, at, value)) {
    throw malformed(document, at, 'the "import" of self is a boolean; it must name a file or a directory');
  }
  return readImport(document, at, value, readSelfImport);
}

/**
 * An `import:` that is a map.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST` for an unknown key or a value of the wrong type
 */
export function readImportMap(
  document: YamlDocument,
  at: ValuePath,
  map: Readonly<Record<string, unknown>>,
): ImportRequest {
  const unknown = Object.keys(map).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    throw malformedKey(document, [...at, unknown], `unknown key "${unknown}" in an import`);
  }
  const list = (keys: readonly [string, string]): readonly string[] => {
    const key = keys.find((name) => name in map);
    return key === undefined ? [] : readList(document, [...at, key], map[key]);
  };
  const lists = {
    allowedNames: list(LISTS.allowedNames),
    allowedPaths: list(LISTS.allowedPaths),
    blockedNames: list(LISTS.blockedNames),
    blockedPaths: list(LISTS.blockedPaths),
  };
  // As in west, an empty text lists nothing, but counts as a list beside one that does.
  const isEmpty = Object.values(LISTS)
    .flat()
    .every((key) => [undefined, ''].includes(map[key] as string | undefined) || isEmptyList(map[key]));
  return {
    file: 'file' in map ? readText(document, [...at, 'file'], map['file']) : DEFAULT_FILE,
    pathPrefix: 'path-prefix' in map ? readText(document, [...at, 'path-prefix'], map['path-prefix']) : '',
    filter: isEmpty ? undefined : createImportFilter(lists),
    origin: document.positionOf(at),
  };
}

function readImport(
  document: YamlDocument,
  at: ValuePath,
  value: unknown,
  readItem: (document: YamlDocument, at: ValuePath, value: unknown) => readonly ImportRequest[],
): readonly ImportRequest[] {
  if (typeof value === 'string') return [plainRequest(document, value, at)];
  if (Array.isArray(value)) return value.flatMap((item, index) => readItem(document, [...at, index], item));
  if (isRecord(value)) return [readImportMap(document, at, value)];
  throw malformed(
    document,
    at,
    `invalid import ${JSON.stringify(value)}`,
    'an import is a file, a directory, a map, or a list of these',
  );
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function plainRequest(document: YamlDocument, file: string, at: ValuePath): ImportRequest {
  return { file, pathPrefix: '', filter: undefined, origin: document.positionOf(at) };
}

function readList(document: YamlDocument, at: ValuePath, value: unknown): readonly string[] {
  const items = Array.isArray(value) ? value : [value];
  const name = String(at.at(-1));
  for (const item of items) {
    if (typeof item !== 'string') {
      throw malformed(document, at, `"${name}" of an import must be a text or a list of texts`);
    }
    if (item.length > MAX_PATTERN_LENGTH) {
      throw malformed(document, at, `an item of "${name}" is longer than ${MAX_PATTERN_LENGTH} characters`);
    }
  }
  return items;
}

function readText(document: YamlDocument, at: ValuePath, value: unknown): string {
  if (typeof value === 'string') return value;
  throw malformed(document, at, `"${String(at.at(-1))}" of an import must be a text`);
}
