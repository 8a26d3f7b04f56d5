// SPDX-License-Identifier: Apache-2.0

/** One line of a text, as far as two texts are compared by it. */
export interface TextLine {
  /** As it is written, without marks at its beginning. */
  readonly text: string;
  /** Lower case, in one spelling, without the numbering at the line's beginning. */
  readonly words: readonly string[];
  /** Begins with a mark that says what the line is: ©, (c), or a tag of Doxygen about the file. */
  readonly isMarked: boolean;
  /** Ends so that the next line is its continuation, if it is a list of names. */
  readonly isOpen: boolean;
}

/** Spellings that count as equal (SPDX 2.3, annex B.9 and B.11), each with the one that is compared. */
const SPELLINGS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    acknowledgement: 'acknowledgment',
    analogue: 'analog',
    analyse: 'analyze',
    artefact: 'artifact',
    authorisation: 'authorization',
    authorised: 'authorized',
    calibre: 'caliber',
    cancelled: 'canceled',
    capitalisations: 'capitalizations',
    catalogue: 'catalog',
    categorise: 'categorize',
    centre: 'center',
    emphasised: 'emphasized',
    favour: 'favor',
    favourite: 'favorite',
    fulfil: 'fulfill',
    fulfilment: 'fulfillment',
    https: 'http',
    initialise: 'initialize',
    judgement: 'judgment',
    labelling: 'labeling',
    labour: 'labor',
    licence: 'license',
    licences: 'licenses',
    maximise: 'maximize',
    modelled: 'modeled',
    modelling: 'modeling',
    offence: 'offense',
    optimise: 'optimize',
    organisation: 'organization',
    organise: 'organize',
    practise: 'practice',
    programme: 'program',
    realise: 'realize',
    recognise: 'recognize',
    signalling: 'signaling',
    utilisation: 'utilization',
    whilst: 'while',
    wilful: 'wilfull',
  }),
);

const PHRASES: Readonly<Record<string, string>> = {
  'copyright owner': 'copyright holder',
  'copyright owners': 'copyright holders',
  'non commercial': 'noncommercial',
  'non infringement': 'noninfringement',
  'per cent': 'percent',
  'sub license': 'sublicense',
};
const PHRASE = /\b(?:copyright owners?|non commercial|non infringement|per cent|sub license)\b/g;

// A symbol is no punctuation: signs that look like letters must not vanish. Those of ASCII, and ©, ® and ™, do; and a single
// character of another encoding, which is a quote or a sign more often than a word.
const WORD = /[\p{L}\p{N}\p{M}]+|\ufffd{2,}|[^\p{L}\p{N}\p{M}\p{P}\p{Z}\p{Cc}\p{Cf}\x20-\x7e©®™´¨¯¸\ufffd]/gu;

// The same where all characters are ASCII, which most texts are: several times as fast.
const ASCII_WORD = /[a-z0-9]+/g;
const OTHER = /[^\x00-\x7f]/;

const LINE_END = /\r\n|[\n\r\f\v\u0085\u2028\u2029]/;

// Numbers of points, each known after a few characters. They begin a paragraph or follow what can end a point; inside a
// sentence a number is a word. Where lines break must make no difference, hence the same rules at a line's beginning.
const NUMBER = '(?:\\d{1,2}(?:\\.\\d{1,2}){0,3}|[a-z]|[ivx]{1,5})';
const DOTTED = `\\(?${NUMBER}(?:[.:]\\)?|\\))(?=\\s|$)`;
const IN_PARENTHESES = `\\(?${NUMBER}\\)(?=\\s|$)`;
const DECIMAL = '\\d{1,2}(?:\\.\\d{1,2}){1,3}(?=\\s)';
const CLOSING = '["”’)\\]]?';
const AT_BEGIN = new RegExp(`^(?:${DOTTED}|${DECIMAL})`, 'i');
const AFTER_PART = new RegExp(`^(?:${IN_PARENTHESES})`, 'i');
const INLINE = new RegExp(
  `(?<=[.:;]${CLOSING}\\s{1,8})${DOTTED}|(?<=(?:,${CLOSING}|\\b(?:and|or))\\s{1,8})${IN_PARENTHESES}|` +
    '(?<!\\S)\\((?:[a-z]|[ivx]{1,5}|\\d{1,2})\\)',
  'gi',
);
const PART_END = /(?:,["”’)\]]?|\b(?:and|or))$/i;
const SENTENCE_END = /[.:;]["”’)\]]?$/;
const MARKS = /^(?:(?!\()[\p{P}\p{Z}\p{Cc}\p{Cf}©®™$+<=>^`|~])+/u;
const MARK = /^[\s*#/;|>-]*(?:©|\(c\)|[@\\](?:file|brief|author|date|version)\b)/i;

const OPEN_END = /(?:[,&-]|\b(?:and|by))$/i;

const MAX_LINES = 50_000;

const EMPTY: TextLine = { text: '', words: [], isMarked: false, isOpen: false };

/**
 * The lines of a text as the SPDX matching guidelines compare them (SPDX 2.3, annex B): without white space, case,
 * punctuation, marks of comments and lists, and numbering. Undefined if there are more than `maxWords` words, or more than
 * 50,000 lines. Time is linear.
 */
export function readLines(text: string, maxWords: number): TextLine[] | undefined {
  const rawLines = text.split(LINE_END, MAX_LINES + 1);
  if (rawLines.length > MAX_LINES) return undefined;
  const wordPattern = OTHER.test(text) ? WORD : ASCII_WORD;
  const lines: TextLine[] = [];
  let count = 0;
  let numbering: RegExp | undefined = AT_BEGIN;
  for (const raw of rawLines) {
    const line = raw.trim().replace(MARKS, '');
    if (line === '') {
      lines.push(EMPTY);
      numbering = AT_BEGIN;
      continue;
    }
    const body: string = (numbering ? line.replace(numbering, '') : line).replace(INLINE, ' ');
    const words: readonly string[] = (body.toLowerCase().replaceAll('ß', 'ss').match(wordPattern) ?? []).map(
      spell,
    );
    count += words.length;
    if (count > maxWords) return undefined;
    const end = line.slice(-4);
    lines.push({ text: line, words, isMarked: MARK.test(raw), isOpen: OPEN_END.test(end) });
    numbering = SENTENCE_END.test(end) ? AT_BEGIN : PART_END.test(end) ? AFTER_PART : undefined;
  }
  return lines;
}

function spell(word: string): string {
  return SPELLINGS.get(word) ?? word.replace('licenc', 'licens');
}

/** Words in a row, with the spellings of two words that count as equal. */
export function joinWords(words: readonly string[]): string {
  return words.join(' ').replace(PHRASE, (phrase) => PHRASES[phrase] ?? phrase);
}
