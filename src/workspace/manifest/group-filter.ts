// SPDX-License-Identifier: Apache-2.0
import type { Issue } from '../../core/report.ts';
import { escapeControls, shorten } from '../../core/text.ts';
import type { YamlDocument } from '../../yaml/yaml-document.ts';
import { strip, WHITE_SPACE } from '../python/white-space.ts';
import type { IniValue } from '../west-config/ini-value.ts';
import { malformed } from './read-manifest.ts';
import type { ManifestData } from './shape.ts';

/** Items like `+name` (enable the group) and `-name` (disable it); later ones win. */
export type GroupFilter = readonly string[];

const MAX_SHOWN = 100;

const RESERVED = new RegExp(`^[+-]|[${WHITE_SPACE},:]`);

/** Whether `name` can name a group: not empty, no white space, comma or colon, no sign in front. */
export function isGroupName(name: string): boolean {
  return name !== '' && !RESERVED.test(name);
}

/**
 * The `group-filter:` of a manifest; undefined where it has none.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST` for an empty list or an item that is none
 */
export function readGroupFilter(document: YamlDocument, data: ManifestData): GroupFilter | undefined {
  const items = data['group-filter'];
  if (items === undefined) return undefined;
  const at = ['manifest', 'group-filter'];
  if (items === null || items.length === 0) throw malformed(document, at, '"group-filter" must not be empty');
  return items.map((item, index) => {
    const text = item ?? 'null';
    const problem = problemOf(text);
    if (problem === undefined) return text;
    throw malformed(document, [...at, index], `invalid item "${text}" of "group-filter": ${problem}`);
  });
}

/**
 * `manifest.group-filter` of west's configuration, its items parted by commas. As in west, an item that is none is
 * left out with a warning.
 */
export function readConfiguredGroupFilter(found: IniValue | undefined, issues: Issue[]): GroupFilter {
  const items = (found?.value ?? '').split(',').map(strip);
  return items.filter((item) => {
    if (item === '') return false;
    const problem = problemOf(item);
    if (problem === undefined) return true;
    issues.push({
      severity: 'warning',
      code: 'BLOBS_BAD_CONFIG',
      message: `ignored item "${shown(item)}" of manifest.group-filter: ${escapeControls(problem)}`,
      ...(found && { file: found.file, line: found.line }),
    });
    return false;
  });
}

/**
 * The warning for a manifest that asks for schema version 0.9 and so, as in west, for its meaning of group filters:
 * those of manifests count for nothing.
 */
export function oldGroupFilterIssue(document: YamlDocument): Issue {
  return {
    severity: 'warning',
    code: 'BLOBS_DEPRECATED_MANIFEST',
    message: '"group-filter" counts for nothing with "version: 0.9", whose meaning of it is deprecated',
    hint: 'ask for version "0.10" or later',
    ...document.positionOf(['manifest', 'version']),
  };
}

/** The groups that are disabled after all `filters`, the last of which weighs most. */
export function disabledGroups(filters: readonly GroupFilter[]): ReadonlySet<string> {
  const disabled = new Set<string>();
  for (const item of filters.flat()) {
    const group = item.slice(1);
    if (item.startsWith('-')) disabled.add(group);
    else disabled.delete(group);
  }
  return disabled;
}

function problemOf(item: string): string | undefined {
  if (!/^[+-]/.test(item)) return 'it must begin with "+" or "-"';
  return isGroupName(item.slice(1)) ? undefined : `"${shorten(item.slice(1), MAX_SHOWN)}" is no group name`;
}

function shown(item: string): string {
  return escapeControls(shorten(item, MAX_SHOWN));
}
