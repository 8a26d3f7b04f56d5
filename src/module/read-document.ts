// SPDX-License-Identifier: Apache-2.0
import type { Module } from '../core/blob.ts';
import type { ModulePlace } from '../core/modules.ts';
import { isRecord } from '../core/record.ts';
import type { Issue } from '../core/report.ts';
import { escapeControls, hasControlCharacters } from '../core/text.ts';
import type { DocumentView } from '../yaml/document-view.ts';
import type { ReadModule } from './empty-module.ts';
import { validateModule } from './generated/validate-module.js';
import { readBlobs } from './read-blobs.ts';
import { describeViolations } from './schema-issues.ts';
import { mendBooleans } from './yaml11-booleans.ts';

/**
 * The module at `place` as its module.yml describes it: what breaks the schema or the path rules is left out and
 * reported. `isLinkedOutside`: whether an entry was left out for what the file system holds, not for what the file says.
 */
export function readDocument(
  place: ModulePlace,
  document: DocumentView,
  isOnDisk = true,
): Pick<ReadModule, 'module' | 'issues'> & { readonly isLinkedOutside: boolean } {
  validateModule(document.value);
  const { errors, issues: mended } = mendBooleans(document, [], validateModule.errors ?? []);
  const root: Record<string, unknown> = isRecord(document.value) ? document.value : {};
  const issues: Issue[] = [...mended];
  // `blobs:` without a value is how a file looks whose last blob was removed.
  const nullBlobs = 'blobs' in root && root['blobs'] === null;
  const serious = errors.filter((error) => !(nullBlobs && error.instancePath === '/blobs'));
  issues.push(...describeViolations(document, [], '', serious));
  if (nullBlobs) {
    issues.push({
      severity: 'warning',
      code: 'BLOBS_NULL_BLOBS',
      message: '"blobs:" has no value and counts as an empty list',
      hint: 'remove the key, or write "blobs: []"',
      ...document.positionOfKey(['blobs']),
    });
  }
  const name = moduleName(place, root, document, issues);
  const module = { name, directory: place.directory, ...projectOf(place) };
  const entries = Array.isArray(root['blobs']) ? (root['blobs'] as unknown[]) : [];
  const {
    blobs,
    issues: blobIssues,
    isLinkedOutside,
  } = readBlobs({ document, entries, isOnDisk, ...module });
  return {
    module: { ...module, ...dependsOf(root, document), blobs },
    issues: [...issues, ...blobIssues].map((issue) => ({ module: name, ...issue })),
    isLinkedOutside,
  };
}

function moduleName(
  place: ModulePlace,
  root: Record<string, unknown>,
  document: DocumentView,
  issues: Issue[],
): string {
  const { name } = root;
  if (typeof name !== 'string' || name === '') return place.defaultName;
  if (!hasControlCharacters(name)) return name;
  issues.push({
    severity: 'error',
    code: 'BLOBS_MALFORMED_MODULE',
    message: `"name" holds a control character: ${escapeControls(name)}`,
    ...document.positionOf(['name']),
  });
  return place.defaultName;
}

function dependsOf(
  root: Record<string, unknown>,
  document: DocumentView,
): Pick<Module, 'depends' | 'dependsOrigin'> {
  const build = root['build'];
  const depends = isRecord(build) ? build['depends'] : undefined;
  if (!Array.isArray(depends) || depends.length === 0) return { depends: [] };
  return {
    depends: [...new Set(depends.filter((name) => typeof name === 'string'))],
    dependsOrigin: document.positionOf(['build', 'depends']),
  };
}

function projectOf(place: ModulePlace): { project?: string } {
  return place.project === undefined ? {} : { project: place.project };
}
