// SPDX-License-Identifier: Apache-2.0
import type { Issue } from '../core/report.ts';
import { findLeaves } from '../yaml/find-leaves.ts';
import type { ValuePath, YamlDocument } from '../yaml/yaml-document.ts';
import { findYaml11Boolean } from '../yaml/yaml11-words.ts';
import type { Fix } from './rule.ts';

interface ReadingFix {
  readonly path: ValuePath;
  readonly change: Fix;
}

/** Finds what mends something that reading found in `document`; undefined for most. */
export function readingFixFinder(document: YamlDocument): (issue: Issue) => ReadingFix | undefined {
  let fixes: ReadonlyMap<string, ReadingFix> | undefined;
  return (issue) => {
    if (issue.code !== 'BLOBS_YAML11_BOOLEAN') return undefined;
    fixes ??= booleanFixes(document);
    return fixes.get(`${issue.line}:${issue.column}`);
  };
}

/** By line and column, since one scalar may be the value of many paths: the first one counts. */
function booleanFixes(document: YamlDocument): ReadonlyMap<string, ReadingFix> {
  const fixes = new Map<string, ReadingFix>();
  for (const { path } of findLeaves(document.value, (part) => typeof part === 'boolean')) {
    const value = findYaml11Boolean(document.findPlainScalar(path) ?? '');
    if (value === undefined) continue;
    const { line, column } = document.positionOf(path);
    const place = `${line}:${column}`;
    if (!fixes.has(place)) fixes.set(place, { path, change: { value } });
  }
  return fixes;
}
