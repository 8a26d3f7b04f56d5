// SPDX-License-Identifier: Apache-2.0
import { areNames } from './names.ts';
import { RIGHTS_WORDS } from './rights-words.ts';

const WORD = `(?!(?:${RIGHTS_WORDS.join('|')})(?: |$))\\S{1,80}`;

/** One to twenty words, as few as will do; {@link areNames} tells whether they are names. */
const NAMES = `((?:${WORD} ){1,20}?)`;

/** The places of listed texts that differ between copies (SPDX 2.3, annex B.3.3), each with what all copies get. */
const PLACES: readonly (readonly [RegExp, string])[] = [
  // Of the BSD licences.
  [/\bwith or without modification is permitted\b/g, 'with or without modification are permitted'],
  [
    new RegExp(
      `\\b(?:neither the names? of ${NAMES}nor the names of (?:its |their |any )?(?:authors and )?contributors may|` +
        `none of the names of ${NAMES}and any contributors may|the names? of ${NAMES}may not|` +
        'the names of (?:its|any) contributors may not) be used to endorse or promote products derived from',
      'g',
    ),
    'neither the name of … nor the names of its contributors may be used to endorse or promote products derived from',
  ],
  [
    new RegExp(
      `\\bthis software is provided (?:by ${NAMES})?as is and any express(?:ed)? or implied\\b`,
      'g',
    ),
    'this software is provided by … as is and any express or implied',
  ],
  [
    new RegExp(`\\bthis product includes software developed by ${NAMES}(?=neither the name of )`, 'g'),
    'this product includes software developed by … ',
  ],
  // Of BSD, MIT, X11 and ISC.
  [
    new RegExp(`\\bin no event shall ${NAMES}be liable for any (?=direct |claim |special )`, 'g'),
    'in no event shall … be liable for any ',
  ],
  // Of ISC.
  [
    /\bcopy modify and distribute this software for any purpose with\b/g,
    'copy modify and or distribute this software for any purpose with',
  ],
  [
    new RegExp(`\\bthe software is provided as is and ${NAMES}disclaims? all warranties\\b`, 'g'),
    'the software is provided as is and … disclaims all warranties',
  ],
  // Of X11.
  [
    new RegExp(
      `\\bexcept as contained in this notice the names? of ${NAMES}shall not be used in advertising or otherwise to ` +
        'promote the sale use or other dealings in this software without prior written authorization from ' +
        `(${WORD}(?: ${WORD}){0,19}?)(?: x window system is a trademark of x consortium inc)?$`,
    ),
    'except as contained in this notice the name of … shall not be used',
  ],
  // Of Apache-2.0: the example in its appendix, filled in.
  [
    new RegExp(`\\bcopyright (?!notice )${NAMES}(?=licensed under the apache license version 2 0 )`, 'g'),
    'copyright … ',
  ],
];

/** A normalised text with a mark in the place of names that each copy may have of its own. Time is linear. */
export function withoutNames(body: string): string {
  let text = body;
  for (const [place, mark] of PLACES) {
    text = text.replace(place, (found: string, ...groups: unknown[]) => {
      // Behind the groups come the offset, a number, and the whole text.
      const end = groups.findIndex((group) => typeof group === 'number');
      const names = groups.slice(0, end).filter((group) => typeof group === 'string');
      return names.every(areNames) ? mark : found;
    });
  }
  return text;
}
