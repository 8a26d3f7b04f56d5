// SPDX-License-Identifier: Apache-2.0
import type { LintEntry, LintModule } from './lint-module.ts';

/**
 * The value of `key` in an entry as a person reads it: a string, or an unquoted scalar as it is spelt, which an entry
 * that is not sound may have. Undefined where there is neither.
 */
export function findSpelling(
  { document }: Pick<LintModule, 'document'>,
  { index, value }: LintEntry,
  key: string,
): string | undefined {
  const found = value[key];
  if (typeof found === 'string') return found;
  return typeof found === 'number' ? document.findPlainScalar(['blobs', index, key]) : undefined;
}
