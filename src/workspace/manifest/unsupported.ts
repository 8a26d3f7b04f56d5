// SPDX-License-Identifier: Apache-2.0
import type { Issue } from '../../core/report.ts';
import { count, escapeControls } from '../../core/text.ts';
import type { ValuePath, YamlDocument } from '../../yaml/yaml-document.ts';
import type { WestConfig } from '../west-config/west-config.ts';
import type { ManifestData } from './shape.ts';
import { findBoolean } from './yaml11.ts';

/** One warning for each feature of west that the manifest uses and this version does not follow. */
export function unsupportedInManifest(document: YamlDocument, data: ManifestData): readonly Issue[] {
  const issues: Issue[] = [];
  const warn = (at: ValuePath, message: string): void => {
    issues.push(warning(message, document.positionOfKey(at)));
  };

  const importers: { readonly label: string; readonly at: ValuePath }[] = [];
  const noteImport = (label: string, at: ValuePath, value: unknown): void => {
    if (value === undefined || value === null) return;
    const boolean = findBoolean(document, at, value);
    if (boolean?.issue) issues.push(boolean.issue);
    if (boolean?.value !== false) importers.push({ label, at });
  };
  noteImport('self', ['manifest', 'self', 'import'], data.self?.import);
  const grouped: number[] = [];
  for (const [index, project] of (data.projects ?? []).entries()) {
    noteImport(`project "${project.name}"`, ['manifest', 'projects', index, 'import'], project.import);
    if (project.groups && project.groups.length > 0) grouped.push(index);
  }

  const [importer] = importers;
  if (importer) {
    const more = importers.length > 1 ? ` and ${importers.length - 1} more` : '';
    const where = escapeControls(importer.label) + more;
    warn(importer.at, `"import" of ${where} is not followed: the projects imported there are missing here`);
  }
  if (data['group-filter']) {
    const message = '"group-filter" is not followed: the projects that it makes inactive count as active';
    warn(['manifest', 'group-filter'], message);
  }
  const [first] = grouped;
  if (first !== undefined) {
    const those = count(grouped.length, 'project');
    warn(
      ['manifest', 'projects', first, 'groups'],
      `the "groups" of ${those} are not followed: each counts as active`,
    );
  }
  return issues;
}

/** The same for west's configuration. As in west, a group filter counts in the workspace's own file alone. */
export function unsupportedInConfig(config: WestConfig): readonly Issue[] {
  const filters = [
    ['group-filter', config.getLocal('manifest', 'group-filter')],
    ['project-filter', config.get('manifest', 'project-filter')],
  ] as const;
  return filters.flatMap(([option, found]) => {
    if (!found?.value) return [];
    const message = `manifest.${option} is not followed: the projects that it makes inactive count as active`;
    return [warning(message, { file: found.file, line: found.line })];
  });
}

function warning(message: string, where: Pick<Issue, 'file' | 'line' | 'column' | 'sourceLine'>): Issue {
  return {
    severity: 'warning',
    code: 'BLOBS_UNSUPPORTED_MANIFEST',
    message,
    hint: 'use -m or ZEPHYR_MODULES to name the modules yourself',
    ...where,
  };
}
