// SPDX-License-Identifier: Apache-2.0
import type { Issue } from '../core/report.ts';
import type { ValuePath, YamlDocument } from '../yaml/yaml-document.ts';
import { findYaml11Boolean } from '../yaml/yaml11-words.ts';
import type { Fix } from './rule.ts';

/** What mends something that reading found; undefined for most. */
export function findReadingFix(
  document: YamlDocument,
  issue: Issue,
): { readonly path: ValuePath; readonly change: Fix } | undefined {
  if (issue.code !== 'BLOBS_YAML11_BOOLEAN') return undefined;
  for (const path of booleansIn(document.value, [])) {
    const { line, column } = document.positionOf(path);
    if (line !== issue.line || column !== issue.column) continue;
    const value = findYaml11Boolean(document.findPlainScalar(path) ?? '');
    if (value !== undefined) return { path, change: { value } };
  }
  return undefined;
}

function* booleansIn(value: unknown, path: ValuePath): Generator<ValuePath> {
  if (typeof value === 'boolean') yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value))
    yield* booleansIn(item, [...path, Array.isArray(value) ? Number(key) : key]);
}
