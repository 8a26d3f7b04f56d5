// SPDX-License-Identifier: Apache-2.0
import type { Issue } from '../../core/report.ts';
import { escapeControls } from '../../core/text.ts';
import type { ValuePath, YamlDocument } from '../../yaml/yaml-document.ts';
import { findYaml11Boolean } from '../../yaml/yaml11-words.ts';

/** Whether `value`, which stands at `at`, is an unquoted word that YAML 1.1 reads as a boolean. */
export function isYaml11Boolean(document: YamlDocument, at: ValuePath, value: unknown): boolean {
  return (
    typeof value === 'string' &&
    findYaml11Boolean(value) !== undefined &&
    document.findPlainScalar(at) !== undefined
  );
}

/** The boolean that `value` is, or was in YAML 1.1; then with a warning. Undefined for anything else. */
export function findBoolean(
  document: YamlDocument,
  at: ValuePath,
  value: unknown,
): { readonly value: boolean; readonly issue?: Issue } | undefined {
  if (typeof value === 'boolean') return { value };
  if (typeof value !== 'string' || !isYaml11Boolean(document, at, value)) return undefined;
  const meant = findYaml11Boolean(value) ?? false;
  const key = escapeControls(String(at.at(-1)));
  const issue: Issue = {
    severity: 'warning',
    code: 'BLOBS_YAML11_BOOLEAN',
    message: `"${key}: ${value}" was read as ${meant}`,
    hint: `write "${key}: ${meant}"`,
    ...document.positionOf(at),
  };
  return { value: meant, issue };
}
