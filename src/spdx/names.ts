// SPDX-License-Identifier: Apache-2.0
import { isRightsWord, isSentenceWord } from './rights-words.ts';

// A line that is longer is no notice; it bounds what comparing costs.
const MAX_NOTICE_CHARACTERS = 600;
const MAX_WORDS = 16;
const MAX_NOTICE_NAME_WORDS = 8;
const MAX_LOWER_CASE_WORDS = 3;
const MAX_PLACE_NAME_WORDS = 5;

// A sentence in another language could say anything.
const NAME_WORD = /^[\p{Script=Latin}\p{N}\p{M}]+$/u;
const NUMBER = /^\p{N}+$/u;

const COMPANY = `ab ag asa bros bv co company corp corporation eg ev gmbh inc incorporated kg kk limited llc llp lp ltd nv oy
  plc pte pty sa sarl sas se spa srl ulc`;

/** Words that say nothing of themselves: of holders in general, of the kinds of companies, and what stands between names. */
const PLAIN = new Set(
  `${COMPANY} a affiliates al all and any author authors brief by c contributor contributors copyright date de del der di
  email et file foundation holder holders individual institute its jr la licensors le mr name names of organization or other
  others owner owners portions present project regents see sr subsidiaries suppliers team the trustees university van
  version von year years yyyy`.split(/\s+/),
);

const ABBREVIATIONS = new Set(`${COMPANY} al dr ed etc jr mr mrs ms prof sr st`.split(/\s+/));

const ALL_RIGHTS_RESERVED = /(?:[.,;]|\s-)?\s*\ball rights reserved[.\s]*$/i;
const HEAD =
  /^(?:portions\s+)?(?:copyright|spdx-filecopyrighttext|[@\\]?(?:author|brief|date|file|version))\s*:/i;
const SIGN = /\(c\)|[©\ufffd]/gi;
const CONTACT = /@|^(?:https?:|www\.)|^[\w-]+(?:\.[\w-]+)+\/?$/i;
const EDGES = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu;
const SENTENCE_END = /[.;:!?]["”’')\]>]*$/;

/**
 * Whether a notice says nothing but whose a work is: years, a name of a few words, addresses, "All rights reserved". Names
 * have capital letters, or are short; nothing but "All rights reserved" follows the end of a sentence.
 */
export function isNotice(text: string): boolean {
  if (text.length > MAX_NOTICE_CHARACTERS) return false;
  const tokens = text
    .trim()
    .replace(ALL_RIGHTS_RESERVED, '')
    .replace(HEAD, ' ')
    .replace(SIGN, ' ')
    .split(/\s+/)
    .filter((token) => /[\p{L}\p{N}]/u.test(token));
  const names: string[] = [];
  let words = 0;
  for (const [at, token] of tokens.entries()) {
    const core = token.replace(EDGES, '');
    if (at < tokens.length - 1 && SENTENCE_END.test(token) && !isAbbreviation(core)) return false;
    const parts = core.split(/[^\p{L}\p{N}\p{M}]+/u).filter((part) => part !== '' && !NUMBER.test(part));
    words += parts.length;
    if (CONTACT.test(core)) {
      if (parts.some((part) => part.length > 2 && isRightsWord(part.toLowerCase()))) return false;
      continue;
    }
    for (const part of parts) {
      const word = part.toLowerCase();
      if (word !== 'its' && isSentenceWord(word)) return false;
      if (!NAME_WORD.test(part)) return false;
      if (!PLAIN.has(word)) names.push(part);
    }
  }
  const isShort = names.length <= MAX_LOWER_CASE_WORDS;
  const areCapital = names.every((name) => /[\p{Lu}\p{N}]/u.test(name));
  return words <= MAX_WORDS && names.length <= MAX_NOTICE_NAME_WORDS && (isShort || areCapital);
}

/** Whether words inside a licence, in lower case, are the names for which it has a place there. */
export function areNames(text: string): boolean {
  const words = text.split(' ').filter((word) => word !== '' && !NUMBER.test(word));
  const names = words.filter((word) => !PLAIN.has(word));
  return (
    words.length <= MAX_WORDS &&
    names.length <= MAX_PLACE_NAME_WORDS &&
    names.every((word) => NAME_WORD.test(word) && !isSentenceWord(word))
  );
}

function isAbbreviation(core: string): boolean {
  return core.length <= 1 || /^(?:\p{L}\.)+\p{L}$/u.test(core) || ABBREVIATIONS.has(core.toLowerCase());
}
