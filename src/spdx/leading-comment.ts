// SPDX-License-Identifier: Apache-2.0

import { isTermsWord } from './rights-words.ts';

// The first line that is no comment: of the preprocessor, or a declaration. Words of prose may begin a line, too.
const DIRECTIVE = /^#\s{0,8}(?:if|ifdef|ifndef|include|define|pragma|undef|error|import)\b/;
const DECLARATION =
  /^(?:extern|static|inline|typedef|struct|enum|union|const|volatile|void|bool|int|unsigned|signed|char|short|long|float|double|u?int\d{1,2}_t|size_t|namespace|template|class|using)\b.{0,400}[;{(,]$/;

// Comments, strings and, between them, code: only what is left is looked at as code.
const PIECE = /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])'/g;

// Of bits and values in comments about code.
const RESERVED = /\breserved (?:for future use|for internal use)\b/gi;

const ONLY = /\bonly (?:at|by|for|on|to|under|with)\b/;

/** Fewer words are no sentence. */
const MIN_SENTENCE_WORDS = 3;

/** Words in a row of code, such as those of a declaration. */
const MIN_CODE_SENTENCE_WORDS = 4;

// Which code has, too.
const CODE_WORDS: ReadonlySet<string> = new Set(['void', 'if', 'device', 'devices', 'user', 'copy']);

// In another comment: these may be further terms of the same file.
const TERMS = /licen[cs]e|licensing|copyright|redistribut|warrant(?:y|ies)|proprietary|confidential/i;

/**
 * The first comment of a source file in C's style, if it begins with one, code follows, and nothing behind the comment
 * speaks of further terms; of every other text the whole. Time is linear.
 */
export function leadingComment(text: string): string {
  const trimmed = text.trimStart();
  const end = trimmed.startsWith('/*') ? endOfBlock(trimmed) : endOfLines(trimmed);
  if (end <= 0) return text;
  const rest = trimmed.slice(end);
  return isCode(withoutComments(rest)) && !TERMS.test(rest) && !hasTerms(rest) ? trimmed.slice(0, end) : text;
}

/** Whether comments, strings or code hold words of which sentences about rights are made. */
function hasTerms(rest: string): boolean {
  let at = 0;
  let comments = '';
  for (const { 0: piece, index } of rest.matchAll(PIECE)) {
    const code = rest.slice(at, index);
    if (codeHasTerms(code)) return true;
    at = index + piece.length;
    // A sentence may go on in the next comment where no code is between.
    const isComment = piece.startsWith('/');
    const continues = isComment && code.trim() === '';
    if (!continues && proseHasTerms(comments)) return true;
    comments = continues ? `${comments} ${piece}` : piece;
  }
  return proseHasTerms(comments) || codeHasTerms(rest.slice(at));
}

function proseHasTerms(text: string): boolean {
  const prose = text.replace(RESERVED, ' ');
  // A sentence in another language could say anything.
  if (/[^\P{L}A-Za-zµμ]/u.test(prose)) return true;
  const words = prose.toLowerCase().match(/[a-z]+/g) ?? [];
  if (ONLY.test(words.join(' '))) return true;
  return words.length >= MIN_SENTENCE_WORDS && words.some(isTermsWord);
}

function codeHasTerms(code: string): boolean {
  return code.split(/[^A-Za-z\s,.;:]+/).some((part) => {
    const words = part.toLowerCase().match(/[a-z]+/g) ?? [];
    return (
      words.length >= MIN_CODE_SENTENCE_WORDS &&
      words.some((word) => isTermsWord(word) && !CODE_WORDS.has(word))
    );
  });
}

function isCode(text: string): boolean {
  const [line = ''] = text.slice(0, 500).split('\n', 1);
  return DIRECTIVE.test(line) || DECLARATION.test(line.trimEnd());
}

function endOfBlock(text: string): number {
  const end = text.indexOf('*/', 2);
  return end < 0 ? 0 : end + 2;
}

/** Where the first line begins that is no `//` comment; 0 if there is none before it. */
function endOfLines(text: string): number {
  let at = 0;
  while (text.startsWith('//', at)) {
    const next = text.indexOf('\n', at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  return at;
}

/** What follows the comments at the beginning of a text. */
function withoutComments(text: string): string {
  let rest = text.trimStart();
  while (rest.startsWith('/*') || rest.startsWith('//')) {
    const end = rest.startsWith('/*') ? endOfBlock(rest) : rest.indexOf('\n') + 1;
    if (end <= 0) return '';
    rest = rest.slice(end).trimStart();
  }
  return rest;
}
