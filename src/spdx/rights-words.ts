// SPDX-License-Identifier: Apache-2.0

const RIGHTS = `accept agree agreement agpl are as be been being can cannot chip chips commercial condition conditions
  confidential consent copies copy device devices distribute distributed distribution evaluation except exclusive
  exclusively gpl gplv2 gplv3 grant granted grants if internal is it lgpl license licensed licensee licenses licensing may
  modification modify must need no non noncommercial nondisclosure not nothing only permission permits permitted personal
  prior prohibited proprietary provided purpose purposes redistribute redistribution require required requires restricted
  restrictions royalty secret shall should sold sole solely strictly subject term terms that their then these this those
  under unless use used user users using void was warranties warranty when where which will with without written you your`;

// What joins names to a sentence: English has few such words, and no sentence of more than a few words does without.
const JOINTS = `above across after against along alone although always am among anybody anyone anything around aside at
  because before behind below beneath beside besides between beyond both but down during each either else every everybody
  everyone everything for from had has have he her here hereby herein hers him his how however i in inside instead into its
  just least less many me merely more moreover most much my neither never none nor now off on once onto otherwise our ours
  out outside over per several she since so some such than there thereof they through throughout thus till to together too
  towards until up upon us very want wants we were what whatever whenever wherever whether while who whoever whom whose why
  within would yet
  auf aus bei dans fuer für kein keine mit nicht nur ohne para pas pour sans seulement sin solamente solo sur uniquement`;

// The beginnings of words that give or take a right.
const STEMS =
  /^(?:allow|authori[sz]ed|bann(?:ed|ing)|buy|charg|commerc|confiden|contract|costs?$|demonstration|disclos|disallow|evaluat|exclu|expir|export|fees?$|forbid|hobby|legal|licen|militar|noncommerc|obligat|paid$|pay(?:able|ing|ments?|s)?$|permi[ts]|prohibit|propriet|purchas|resale|resell|restrict|revo[ck]|royalt|sale$|sales$|sell|surrender|terminat|trial|unauthor|unlawful|us(?:able|age|es|ing)$|warrant)/;

/**
 * Words of which sentences about rights are made, and hardly any name. What is left out of a comparison because it holds
 * names must have none of them, so that no condition is left out with it.
 */
export const RIGHTS_WORDS: readonly string[] = RIGHTS.split(/\s+/);

const RIGHTS_SET: ReadonlySet<string> = new Set(RIGHTS_WORDS);
const JOINTS_SET: ReadonlySet<string> = new Set(JOINTS.split(/\s+/));

/** Whether a word, in lower case, speaks of rights. */
export function isRightsWord(word: string): boolean {
  return RIGHTS_SET.has(word) || STEMS.test(word);
}

// Comments about code are full of them.
const GRAMMAR: ReadonlySet<string> = new Set(
  `as are be been being can if is it modify only prior shall should that then these this those void was when where which will
  with without`.split(/\s+/),
);

/** Whether a word, in lower case, speaks of rights, in a comment as well. */
export function isTermsWord(word: string): boolean {
  return isRightsWord(word) && !GRAMMAR.has(word);
}

/** Whether a word, in lower case, belongs to a sentence rather than to a name. */
export function isSentenceWord(word: string): boolean {
  return isRightsWord(word) || JOINTS_SET.has(word);
}
