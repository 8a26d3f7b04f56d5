// SPDX-License-Identifier: Apache-2.0
import type { StoreEntry } from '../core/report.ts';

export interface KeepRules {
  /** Bytes that may stay; those used last stay. */
  readonly maxBytes: number;
  /** What was not used for so long goes. */
  readonly unusedForMs: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** What stays whatever the rules say. It counts. */
  readonly isKept?: (entry: StoreEntry) => boolean;
}

/**
 * The entries that are to go. Each stays for which there is room beside those used after it, so that one that is larger
 * than all that may stay costs no other its place.
 */
export function findUnneeded(entries: readonly StoreEntry[], rules: KeepRules): ReadonlySet<StoreEntry> {
  const { maxBytes, unusedForMs, nowMs, isKept = () => false } = rules;
  const [kept, others] = [entries.filter(isKept), entries.filter((entry) => !isKept(entry))];
  let keptBytes = kept.reduce((sum, { bytes }) => sum + bytes, 0);
  const unneeded = new Set<StoreEntry>();
  for (const entry of others.sort((one, other) => other.usedMs - one.usedMs)) {
    if (keptBytes + entry.bytes > maxBytes || nowMs - entry.usedMs > unusedForMs) unneeded.add(entry);
    else keptBytes += entry.bytes;
  }
  return unneeded;
}
