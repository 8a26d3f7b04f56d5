// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path';
import type { ErrorObject } from 'ajv';
import type { Blob, BlobType } from '../core/blob.ts';
import type { ErrorCode } from '../core/errors.ts';
import type { Issue } from '../core/report.ts';
import { findSha256 } from '../core/sha256.ts';
import { count, escapeControls, shorten } from '../core/text.ts';
import type { DocumentView } from '../yaml/document-view.ts';
import { MAX_PROBLEMS } from '../yaml/limits.ts';
import {
  BLOBS_DIRECTORY,
  blobsDirectory,
  findPathProblem,
  outsideMessage,
  PathGuard,
  parentsOf,
} from './blob-path.ts';
import { BLOB_KEYS, validateBlob } from './generated/validate-module.js';
import { describeViolations } from './schema-issues.ts';
import { mendBooleans } from './yaml11-booleans.ts';

// In messages; a path may be as long as the file.
const MAX_LABEL_CHARACTERS = 120;

interface Source {
  readonly document: DocumentView;
  readonly entries: readonly unknown[];
  /** The module's name. */
  readonly name: string;
  readonly directory: string;
  /** Whether links in the directory count: not for what another revision had there. */
  readonly isOnDisk: boolean;
}

const KNOWN_KEYS = new Set(BLOB_KEYS);

/** The entries of `blobs:` that are sound, and an issue for each that is not (BLOBS_MALFORMED_MODULE, BLOBS_UNSAFE_PATH, BLOBS_DUPLICATE_PATH). */
export function readBlobs(source: Source): {
  blobs: Blob[];
  issues: Issue[];
  /** Whether an entry was left out for what the file system holds, not for what the file says. */
  isLinkedOutside: boolean;
} {
  const issues: Issue[] = [];
  const blobs: Blob[] = [];
  const claims = new PathClaims();
  const guard = source.isOnDisk ? new PathGuard(source.directory) : undefined;
  let left = 0;
  let isLinkedOutside = false;
  for (const [index, entry] of source.entries.entries()) {
    const label = `blobs[${index}]${labelOf(entry)}`;
    const found = readEntry(source, index, label, issues);
    if (found === undefined) {
      left += 1;
      continue;
    }
    const problem = (code: ErrorCode, message: string): void => {
      left += 1;
      if (issues.length >= MAX_PROBLEMS) return;
      issues.push({
        severity: 'error',
        code,
        message: escapeControls(`${label}: ${message}`),
        path: shorten(found.path, MAX_LABEL_CHARACTERS),
        ...source.document.positionOf(['blobs', index, 'path']),
      });
    };
    const badPath = findPathProblem(found.path);
    const rival = badPath === undefined ? claims.claim(found.path) : undefined;
    if (badPath !== undefined) problem('BLOBS_UNSAFE_PATH', `"path" ${badPath}`);
    else if (rival !== undefined) problem('BLOBS_DUPLICATE_PATH', rivalMessage(found.path, rival));
    else if (guard && !guard.staysInside(BLOBS_DIRECTORY, found.path)) {
      isLinkedOutside = true;
      problem('BLOBS_UNSAFE_PATH', outsideMessage(found.path));
    } else blobs.push(found);
  }
  if (issues.length >= MAX_PROBLEMS) {
    issues.push({
      severity: 'error',
      code: 'BLOBS_MALFORMED_MODULE',
      message: `${count(left, 'entry', 'entries')} left out in all; these are the first problems`,
      ...source.document.positionOf(['blobs']),
    });
  }
  return { blobs, issues, isLinkedOutside };
}

function readEntry(source: Source, index: number, label: string, issues: Issue[]): Blob | undefined {
  const base = ['blobs', index];
  const entry = source.entries[index];
  let errors: readonly ErrorObject[] = [];
  if (!validateBlob(entry)) {
    const mended = mendBooleans(source.document, base, validateBlob.errors ?? []);
    errors = mended.errors;
    issues.push(...mended.issues);
  }
  if (errors.length === 0) return toBlob(source, index, entry as Record<string, unknown>);
  const path = pathOf(entry);
  if (issues.length >= MAX_PROBLEMS) return undefined;
  const where = path === undefined ? {} : { path: shorten(path, MAX_LABEL_CHARACTERS) };
  issues.push(
    ...describeViolations(source.document, base, label, errors).map((issue) => ({ ...issue, ...where })),
  );
  return undefined;
}

/** `entry` has passed the schema. */
function toBlob(source: Source, index: number, entry: Record<string, unknown>): Blob {
  const { file, line, column } = source.document.positionOf(['blobs', index]);
  const path = entry['path'] as string;
  const sha256 = entry['sha256'] as string;
  const digest = findSha256(sha256);
  if (digest === undefined) throw new Error('the schema let a malformed digest pass');
  const url = entry['url'] as string | string[];
  const licensePath = entry['license-path'] as string;
  return {
    module: source.name,
    moduleDirectory: source.directory,
    path,
    abspath: join(blobsDirectory(source.directory), ...path.split('/')),
    digest,
    sha256,
    type: entry['type'] as BlobType,
    version: entry['version'] as string,
    licensePath,
    licenseAbspath: join(source.directory, licensePath),
    urls: typeof url === 'string' ? [url] : url,
    description: entry['description'] as string,
    ...optional('docUrl', entry['doc-url'] as string | undefined),
    ...optional('clickThrough', entry['click-through'] as boolean | undefined),
    ...optional('fetcher', entry['fetcher'] as string | undefined),
    ...optional('size', entry['size'] as number | undefined),
    ...optional('license', entry['license'] as string | undefined),
    extra: Object.fromEntries(Object.entries(entry).filter(([key]) => !KNOWN_KEYS.has(key))),
    index,
    origin: { file, line, column },
  };
}

function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
}

function pathOf(entry: unknown): string | undefined {
  const path = (entry as { path?: unknown } | null)?.path;
  return typeof path === 'string' ? path : undefined;
}

function labelOf(entry: unknown): string {
  const path = pathOf(entry);
  return path === undefined ? '' : ` (${shorten(path, MAX_LABEL_CHARACTERS)})`;
}

function rivalMessage(path: string, rival: string): string {
  if (path === rival) return 'an earlier entry has the same "path"';
  return path.startsWith(`${rival}/`)
    ? `"path" lies below "${rival}", which an earlier entry makes a file`
    : `"path" would be a file where an earlier entry needs a directory for "${rival}"`;
}

/** Which paths are taken in one module; looks up in time that depends on the path's depth alone. */
class PathClaims {
  readonly #files = new Set<string>();
  /** Directories that claimed files lie in, with one such file each. */
  readonly #directories = new Map<string, string>();

  /** Claims `path`, unless an earlier claim stands against it: then that one is returned. */
  claim(path: string): string | undefined {
    const parents = parentsOf(path);
    const rival = this.#files.has(path)
      ? path
      : (parents.find((parent) => this.#files.has(parent)) ?? this.#directories.get(path));
    if (rival !== undefined) return rival;
    this.#files.add(path);
    for (const parent of parents) if (!this.#directories.has(parent)) this.#directories.set(parent, path);
    return undefined;
  }
}
