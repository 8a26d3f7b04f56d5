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

/** The one of `names` that `name` is probably a misspelling of: some edits away, one for three letters. */
export function findMeantName(name: string, names: readonly string[]): string | undefined {
  // Two letters that changed places are two edits.
  const maxEdits = name.length < 4 ? 1 : Math.max(2, Math.floor(name.length / 3));
  return closestNames(name, names, 1).find(
    (candidate) => distance(candidate.toLowerCase(), name.toLowerCase()) <= maxEdits,
  );
}
