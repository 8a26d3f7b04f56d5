// SPDX-License-Identifier: Apache-2.0
import type { Inspection } from '../binary/inspect.ts';
import type { Blob } from '../core/blob.ts';
import { shorten } from '../core/text.ts';
import { type LintEntry, soundEntries } from './lint-module.ts';
import type { LintTools } from './tools.ts';

/** An entry whose file is there, and what is in the file. */
export interface PresentFile {
  readonly entry: LintEntry & { readonly blob: Blob };
  readonly file: Inspection;
}

/**
 * The entries whose files are there, the declared ones and those that someone has just put in their place.
 *
 * @throws the signal's reason.
 */
export async function presentFiles(
  entries: readonly LintEntry[],
  { inspect }: LintTools,
): Promise<PresentFile[]> {
  const present: PresentFile[] = [];
  for (const entry of soundEntries(entries)) {
    const file = await inspect(entry.blob);
    if (file !== undefined) present.push({ entry, file });
  }
  return present;
}

/** As {@link presentFiles}, libraries alone. */
export function presentLibraries(entries: readonly LintEntry[], tools: LintTools): Promise<PresentFile[]> {
  return presentFiles(
    entries.filter(({ blob }) => blob?.type === 'lib'),
    tools,
  );
}

const MAX_NAME_CHARACTERS = 60;

/** A member of an archive as messages name it; `it` where the file is no archive. */
export function memberLabel(member: string | undefined): string {
  return member === undefined ? 'it' : `"${shorten(member, MAX_NAME_CHARACTERS)}"`;
}

/** `lines`, as many as a person reads. */
export function someOf(lines: readonly string[], maxLines: number): string[] {
  if (lines.length <= maxLines) return [...lines];
  return [...lines.slice(0, maxLines - 1), `… and ${lines.length - maxLines + 1} more`];
}
