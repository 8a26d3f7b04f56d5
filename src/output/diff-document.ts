// SPDX-License-Identifier: Apache-2.0
import type { Blob } from '../core/blob.ts';
import {
  type BlobChange,
  countChanges,
  type DiffReport,
  type DiffSide,
  type KeyChange,
} from '../core/diff.ts';
import { redactText, redactUrl } from '../core/url.ts';
import { document, type JsonDocument, optionalKeys } from './json.ts';

/** The document of `diff`. */
export function diffDocument(report: DiffReport): JsonDocument {
  const { before, after, modules } = report;
  const blobs = modules.flatMap(({ name, changes }) => changes.map((change) => changeJson(name, change)));
  return {
    ...document('diff', report, blobs, {
      total: blobs.length,
      ...countChanges(modules),
      modules: modules.length,
    }),
    before: sideJson(before),
    after: sideJson(after),
    modules: modules.map((module) => ({
      name: module.name,
      change: module.kind,
      directory: module.directory,
      ...(module.before === undefined ? {} : { before: sideJson(module.before) }),
      ...(module.after === undefined ? {} : { after: sideJson(module.after) }),
      ...countChanges([module]),
    })),
  };
}

/** Null for the working tree. */
function sideJson(side: DiffSide): DiffSide | null {
  return side.revision === undefined ? null : side;
}

function changeJson(module: string, change: BlobChange): Record<string, unknown> {
  const { kind } = change;
  const before = kind === 'added' ? undefined : change.before;
  const after = kind === 'removed' ? undefined : change.after;
  return {
    module,
    change: kind,
    path: (after ?? before)?.path,
    ...(kind === 'renamed' ? { 'old-path': before?.path } : {}),
    ...(kind === 'modified' || kind === 'renamed' ? { keys: change.keys.map(keyJson) } : {}),
    ...(before === undefined ? {} : { before: entryJson(before) }),
    ...(after === undefined ? {} : { after: entryJson(after) }),
  };
}

function keyJson({ key, before, after }: KeyChange): Record<string, unknown> {
  return {
    key,
    ...(before === undefined ? {} : { before: shownValue(key, before) }),
    ...(after === undefined ? {} : { after: shownValue(key, after) }),
  };
}

/** A value of module.yml fit to be shown. */
export function shownValue(key: string, value: unknown): unknown {
  if (typeof value === 'string') return key === 'doc-url' ? redactUrl(value) : redactText(value);
  if (Array.isArray(value)) {
    return value.map((item: unknown) => (key === 'url' ? redactUrl(String(item)) : shownValue(key, item)));
  }
  return value;
}

function entryJson(blob: Blob): Record<string, unknown> {
  return {
    path: blob.path,
    sha256: blob.sha256,
    type: blob.type,
    version: blob.version,
    'license-path': blob.licensePath,
    url: blob.urls.map(redactUrl),
    description: blob.description,
    ...optionalKeys(blob),
  };
}
