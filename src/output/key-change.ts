// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import type { BlobChange, KeyChange } from '../core/diff.ts';
import { escapeControls, shorten } from '../core/text.ts';
import { shownValue } from './diff-document.ts';
import { describeUrlChange } from './url-change.ts';

const MAX_VALUE_CHARACTERS = 300;
const MIN_SHARED = 3;

/** The changes of keys that all modified blobs have alike, where there are enough to be worth it. */
export function findShared(changes: readonly BlobChange[]): readonly KeyChange[] {
  const modified = changes.flatMap((change) => (change.kind === 'modified' ? [change.keys] : []));
  const [first = [], ...others] = modified;
  if (modified.length < MIN_SHARED) return [];
  return first.filter((key) => others.every((keys) => keys.some((other) => isAlike(key, other))));
}

/** URLs that differ by the same part are alike, whatever follows it. */
export function isAlike(one: KeyChange, other: KeyChange): boolean {
  if (one.key !== other.key) return false;
  if (isDeepStrictEqual(one, other)) return true;
  const shown = urlChangeText(one);
  return shown !== undefined && shown === urlChangeText(other);
}

/** Of one URL that became another; undefined for any other change. */
export function urlChangeText({ key, before, after }: KeyChange): string | undefined {
  const [old, now] = [before, after].map((value) => {
    const shown = key === 'url' || key === 'doc-url' ? shownValue(key, value) : undefined;
    const single: unknown = Array.isArray(shown) && shown.length === 1 ? shown[0] : shown;
    return typeof single === 'string' ? single : undefined;
  });
  return old === undefined || now === undefined ? undefined : describeUrlChange(old, now);
}

/** A value in one line. */
export function valueText(key: string, value: unknown): string {
  if (value === undefined) return '(none)';
  const shown = shownValue(key, value);
  const single: unknown = Array.isArray(shown) && shown.length === 1 ? shown[0] : shown;
  const text = typeof single === 'string' ? single : (JSON.stringify(single) ?? String(single));
  return escapeControls(shorten(text, MAX_VALUE_CHARACTERS));
}
