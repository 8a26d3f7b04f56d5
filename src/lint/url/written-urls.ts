// SPDX-License-Identifier: Apache-2.0

import { shorten } from '../../core/text.ts';
import { findUrl, redactUrl } from '../../core/url.ts';
import type { ValuePath } from '../../yaml/yaml-document.ts';
import type { LintEntry, LintModule } from '../lint-module.ts';
import { findForgeUrl } from './find-forge-url.ts';
import type { ForgeUrl } from './forge-url.ts';

/** A URL as an entry has it, sound or not, and what its shape says. */
export interface WrittenUrl {
  readonly entry: LintEntry;
  readonly url: string;
  /** Where it stands, below the entry. */
  readonly at: ValuePath;
  /** Whether it is meant for a Git LFS server, which is asked for a hash and knows no revisions. */
  readonly isLfs: boolean;
  /** What it spells, where it is absolute and well-formed; not to be changed. */
  readonly parsed?: URL;
  readonly forge?: ForgeUrl;
}

const known = new WeakMap<LintModule, readonly WrittenUrl[]>();

/** Every URL that bytes of `module` are to come from, those of entries that break the schema included. */
export function writtenUrls(module: LintModule): readonly WrittenUrl[] {
  const found = known.get(module) ?? module.allEntries.flatMap(urlsOfEntry);
  known.set(module, found);
  return found;
}

/** As {@link writtenUrls}, without those that are meant for Git LFS servers. */
export function fileUrls(module: LintModule): readonly WrittenUrl[] {
  return writtenUrls(module).filter(({ isLfs }) => !isLfs);
}

function urlsOfEntry(entry: LintEntry): WrittenUrl[] {
  const { url: value, fetcher } = entry.value;
  const isList = Array.isArray(value);
  return (isList ? (value as readonly unknown[]) : [value]).flatMap((url, index): WrittenUrl[] => {
    if (typeof url !== 'string') return [];
    const parsed = findUrl(url);
    const forge = findForgeUrl(url, parsed);
    const at = isList ? ['url', index] : ['url'];
    return [
      {
        entry,
        url,
        at,
        isLfs: fetcher === 'lfs',
        ...(parsed === undefined ? {} : { parsed }),
        ...(forge === undefined ? {} : { forge }),
      },
    ];
  });
}

const MAX_SHOWN_CHARACTERS = 160;

/** A URL as messages show it. */
export function shownUrl(url: string): string {
  return shorten(redactUrl(url), MAX_SHOWN_CHARACTERS);
}

const MAX_SHOWN_REF_CHARACTERS = 80;

/** A revision as messages show it. */
export function shownRef(ref: string): string {
  return `"${shorten(ref, MAX_SHOWN_REF_CHARACTERS)}"`;
}
