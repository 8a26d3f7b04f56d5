// SPDX-License-Identifier: Apache-2.0
import { distance } from 'fastest-levenshtein';

/** At most `most` of `names`, those that are spelt most like `name` first. */
export function closestNames(name: string, names: readonly string[], most: number): string[] {
  const wanted = name.toLowerCase();
  return names
    .map((candidate) => ({ candidate, edits: distance(candidate.toLowerCase(), wanted) }))
    .sort((a, b) => a.edits - b.edits)
    .slice(0, most)
    .map(({ candidate }) => candidate);
}
