// SPDX-License-Identifier: Apache-2.0
import { leadingComment } from './leading-comment.ts';
import { joinWords, readLines, type TextLine } from './license-words.ts';
import { isNotice } from './names.ts';

/** A text as it is compared: what stands above the licence's own words is taken off. */
export interface LicenseForm {
  /** The words of the lines that may be the title. */
  readonly titleWords: readonly string[];
  /** In lower case, joined by spaces. */
  readonly body: string;
}

/** The longest text that SPDX lists has 7,300 words. */
const MAX_WORDS = 20_000;
const MAX_TITLES = 2;
const MAX_TITLE_WORDS = 12;
const MAX_NOTICE_LINES = 8;

const COPYRIGHT = /^(?:copyright|portions copyright|spdx filecopyrighttext)\b/;
const ALL_RIGHTS_RESERVED = 'all rights reserved';
// Longer names would cost the square of their length.
const TAG = /SPDX-[A-Za-z-]{1,40}:.*/g;
const PART_OF = ['this', 'file', 'is', 'part', 'of'];
const PART_OF_HEAD = /^this\s+file\s+is\s+part\s+of\b/i;

/**
 * The forms in which a text is compared with the listed ones, the one with most words first: without copyright notices
 * above the licence's words (SPDX 2.3, annex B.11) and with none, one or two lines taken for a title (B.13). Empty if the
 * text has no words or too many. Of a source file only the first comment counts.
 */
export function licenseForms(text: string): LicenseForm[] {
  const lines = readLines(leadingComment(text), MAX_WORDS) ?? [];
  const forms: LicenseForm[] = [];
  const titleWords: string[] = [];
  let at = 0;
  for (let titles = 0; titles <= MAX_TITLES; titles += 1) {
    at = skipNotices(lines, at);
    const title = lines[at]?.words;
    if (title === undefined) break;
    forms.push({
      titleWords: [...titleWords],
      body: joinWords(lines.slice(at).flatMap(({ words }) => words)),
    });
    if (title.length > MAX_TITLE_WORDS) break;
    titleWords.push(...title);
    at += 1;
  }
  return forms;
}

/**
 * Whether a text has words beside copyright notices and SPDX's tags, so that it may say what its licence says. Of a source
 * file only the first comment counts.
 */
export function holdsTerms(text: string): boolean {
  const lines = readLines(leadingComment(text).replace(TAG, ''), MAX_WORDS);
  return lines === undefined || skipNotices(lines, 0) < lines.length;
}

/** The first line at or after `start` that is neither empty nor a notice. */
function skipNotices(lines: readonly TextLine[], start: number): number {
  let at = start;
  for (let line = lines[at]; line !== undefined; line = lines[at]) {
    const length = line.words.length === 0 ? 1 : noticeLength(lines, at);
    if (length === 0) break;
    at += length;
  }
  return at;
}

/** How many lines from here on are one notice of a copyright, or one of what a file is; 0 if there is none. */
function noticeLength(lines: readonly TextLine[], start: number): number {
  const first = lines[start];
  if (first === undefined) return 0;
  const begin = first.words.slice(0, PART_OF.length).join(' ');
  if (begin === ALL_RIGHTS_RESERVED && first.words.length === 3) return 1;
  const isPart = begin === PART_OF.join(' ');
  if (!isPart && !first.isMarked && !COPYRIGHT.test(begin)) return 0;
  const paragraph = linesWhile(lines, start, ({ words }) => words.length > 0);
  if (areNotice(paragraph)) return paragraph.length;
  if (isPart) return 0;
  const sentence = linesWhile(lines, start, (_, before) => before === undefined || before.isOpen);
  return areNotice(sentence) ? sentence.length : 0;
}

/** The lines from here on that continue a notice; one more than any has if they are too many. */
function linesWhile(
  lines: readonly TextLine[],
  start: number,
  isPart: (line: TextLine, before: TextLine | undefined) => boolean,
): TextLine[] {
  const found: TextLine[] = [];
  for (const line of lines.slice(start, start + MAX_NOTICE_LINES + 1)) {
    if (line.words.length === 0 || !isPart(line, found.at(-1))) break;
    found.push(line);
  }
  return found;
}

function areNotice(lines: readonly TextLine[]): boolean {
  const text = lines.map((line) => line.text).join(' ');
  return lines.length <= MAX_NOTICE_LINES && isNotice(text.replace(PART_OF_HEAD, ' '));
}
