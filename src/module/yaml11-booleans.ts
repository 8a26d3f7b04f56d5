// SPDX-License-Identifier: Apache-2.0
import type { ErrorObject } from 'ajv';
import type { Issue } from '../core/report.ts';
import type { DocumentView, ValuePath } from '../yaml/document-view.ts';
import { findYaml11Boolean } from '../yaml/yaml11-words.ts';
import { pathOfPointer } from './schema-issues.ts';

/** What is left of the violations, and a warning for each that was mended. */
export interface MendedBooleans {
  readonly errors: readonly ErrorObject[];
  readonly issues: readonly Issue[];
}

/**
 * Mends unquoted `yes`, `no`, `on` and `off` where the schema wants a boolean: YAML 1.1 read them so, and west's
 * parser still does. Changes the document's value in place.
 */
export function mendBooleans(
  document: DocumentView,
  base: ValuePath,
  errors: readonly ErrorObject[],
): MendedBooleans {
  const issues: Issue[] = [];
  const left = errors.filter((error) => {
    if (error.keyword !== 'type' || error.params['type'] !== 'boolean') return true;
    const path = pathOfPointer(base, error.instancePath);
    const spelling = document.findPlainScalar(path);
    const value = spelling === undefined ? undefined : findYaml11Boolean(spelling);
    if (spelling === undefined || value === undefined) return true;
    let parent = document.value as Record<string, unknown>;
    for (const part of path.slice(0, -1)) parent = parent[part] as Record<string, unknown>;
    const key = String(path.at(-1));
    parent[key] = value;
    issues.push({
      severity: 'warning',
      code: 'BLOBS_YAML11_BOOLEAN',
      message: `"${key}: ${spelling}" was read as ${value}`,
      hint: `write "${key}: ${value}"`,
      ...document.positionOf(path),
    });
    return false;
  });
  return { errors: left, issues };
}
