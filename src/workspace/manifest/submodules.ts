// SPDX-License-Identifier: Apache-2.0
import type { Issue } from '../../core/report.ts';
import type { YamlDocument } from '../../yaml/yaml-document.ts';
import { malformed } from './read-manifest.ts';
import type { ManifestData } from './shape.ts';
import { findBoolean } from './yaml11.ts';

/**
 * Checks the `submodules:` of every project: a boolean, or a list of maps with `path` and maybe `name`. What they
 * say changes nothing here, since west looks for modules in projects only.
 *
 * @throws BlobsError `BLOBS_MALFORMED_MANIFEST`
 */
export function checkSubmodules(document: YamlDocument, data: ManifestData): readonly Issue[] {
  const issues: Issue[] = [];
  for (const [index, { name, submodules }] of (data.projects ?? []).entries()) {
    if (submodules === undefined || submodules === null) continue;
    const at = ['manifest', 'projects', index, 'submodules'];
    if (Array.isArray(submodules)) {
      const wrong = submodules.findIndex((item) => !isSubmodule(item));
      if (wrong === -1) continue;
      const problem = `project "${name}" has an invalid submodule at index ${wrong}`;
      throw malformed(document, [...at, wrong], problem, 'a submodule is a map with path and maybe name');
    }
    const boolean = findBoolean(document, at, submodules);
    if (boolean === undefined) {
      throw malformed(
        document,
        at,
        `project "${name}" has invalid submodules: a list or a boolean is wanted`,
      );
    }
    if (boolean.issue) issues.push(boolean.issue);
  }
  return issues;
}

function isSubmodule(item: unknown): boolean {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return false;
  return 'path' in item && Object.keys(item).every((key) => key === 'path' || key === 'name');
}
