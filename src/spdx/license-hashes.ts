// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { licenseForms } from './license-forms.ts';
import { readLines } from './license-words.ts';
import { withoutNames } from './variable-text.ts';

/** 132 bits: no two texts share them by chance, and none can be made to. */
const HASH_CHARACTERS = 22;

/** Words of titles that say nothing of which licence it is. */
const COMMON_TITLE_WORDS =
  'a agreement and clause license new of old open original revised simplified source terms text the v version';

/** How the licence's own words end where instructions follow that are no part of it (SPDX 2.3, annex B.12). */
const END_OF_TERMS = ' end of terms and conditions';

/** The notice that such instructions tell to put into each file: it names the licence, as its text does. */
const NOTICE = ' licensed under the apache license version 2 0 the license you may not use this file except';

/**
 * What a table of listed texts is looked up by, the most exact first: the key of a normalised text with its names, and
 * that of the text without them if it has any.
 */
export function hashBody(body: string): string[] {
  return [...new Set([body, withoutNames(body)])].map((text) =>
    createHash('sha256').update(text).digest('base64url').slice(0, HASH_CHARACTERS),
  );
}

/** Whether the lines above a licence's own words are its title and nothing more; `names` are its name and identifier. */
export function isTitleOf(titleWords: readonly string[], names: string): boolean {
  if (titleWords.length === 0) return true;
  const known = new Set(
    readLines(`${COMMON_TITLE_WORDS} ${names}`, Number.POSITIVE_INFINITY)?.flatMap(({ words }) => words),
  );
  return titleWords.every((word) => known.has(word));
}

/**
 * The keys of all forms that a listed text may have: with its title or without, with what follows its terms or without, and
 * of Apache-2.0 the notice for files.
 */
export function hashListedText(text: string, names: string): string[] {
  const bodies = licenseForms(text)
    .filter(({ titleWords }) => isTitleOf(titleWords, names))
    .flatMap(({ body }) => [body, ...partsOf(body)]);
  return [...new Set(bodies.flatMap(hashBody))];
}

function partsOf(body: string): string[] {
  const end = body.indexOf(END_OF_TERMS);
  const notice = body.indexOf(NOTICE);
  return [
    ...(end < 0 ? [] : [body.slice(0, end), body.slice(0, end + END_OF_TERMS.length)]),
    ...(end < 0 || notice < end ? [] : [body.slice(notice + 1)]),
  ];
}
