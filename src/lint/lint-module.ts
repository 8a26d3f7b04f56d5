// SPDX-License-Identifier: Apache-2.0
import type { Blob, Module } from '../core/blob.ts';
import { isRecord } from '../core/record.ts';
import { shorten } from '../core/text.ts';
import type { ValuePath, YamlDocument } from '../yaml/yaml-document.ts';

/** One entry of `blobs:`, sound or not. */
export interface LintEntry {
  /** Zero-based, in `blobs:`. */
  readonly index: number;
  /** What is written there; nothing has been checked. */
  readonly value: Readonly<Record<string, unknown>>;
  /** Absent where reading left the entry out: its values may be of any type. */
  readonly blob?: Blob;
}

/** A module.yml that is YAML, as the rules see it. */
export interface LintModule {
  readonly module: Module;
  readonly document: YamlDocument;
  /** All entries that are maps, in the file's order. */
  readonly allEntries: readonly LintEntry[];
  /** Those that the user asked about; findings about others are left out. */
  readonly entries: readonly LintEntry[];
}

/** A URL of an entry, and where it stands below it. */
export interface EntryUrl {
  readonly entry: LintEntry & { readonly blob: Blob };
  readonly url: string;
  readonly at: ValuePath;
}

/** `module` as the rules see it. Entries that reading left out count as asked about. */
export function toLintModule(
  module: Module,
  document: YamlDocument,
  isSelected: (blob: Blob) => boolean,
): LintModule {
  const { blobs } = isRecord(document.value) ? document.value : {};
  const byIndex = new Map(module.blobs.map((blob) => [blob.index, blob]));
  const allEntries = (Array.isArray(blobs) ? blobs : []).flatMap((value: unknown, index): LintEntry[] => {
    const blob = byIndex.get(index);
    if (!isRecord(value)) return [];
    return [{ index, value, ...(blob === undefined ? {} : { blob }) }];
  });
  const entries = allEntries.filter(({ blob }) => blob === undefined || isSelected(blob));
  return { module, document, allEntries, entries };
}

/** The entries of `entries` that are sound. */
export function soundEntries(entries: readonly LintEntry[]): (LintEntry & { readonly blob: Blob })[] {
  return entries.filter((entry): entry is LintEntry & { blob: Blob } => entry.blob !== undefined);
}

/** Each URL that bytes are to come from. */
export function urlsOf(entries: readonly LintEntry[]): EntryUrl[] {
  return soundEntries(entries).flatMap((entry) =>
    entry.blob.urls.map((url, index) => ({
      entry,
      url,
      at: Array.isArray(entry.value['url']) ? ['url', index] : ['url'],
    })),
  );
}

/** No value of an entry is shown with more of its characters. */
export const MAX_LABEL_CHARACTERS = 120;

/** What messages call an entry: its path where it has one, shortened, and else its place. */
export function labelOf({ index, value }: LintEntry): string {
  const { path } = value;
  return typeof path === 'string' ? shorten(path, MAX_LABEL_CHARACTERS) : `blobs[${index}]`;
}
