// SPDX-License-Identifier: Apache-2.0
import { Lexer } from 'yaml';

// Lexemes that stand for no character of the text: the beginning of a document or scalar, the end of a flow.
const MARKS = new Set(['\x02', '\x18', '\x1f']);

/** The comments of a YAML text, with their offsets in UTF-16 code units; what stands in scalars is none. */
export function findComments(text: string): { readonly offset: number; readonly text: string }[] {
  return [...lexemes(text)].flatMap(({ offset, lexeme, isScalar }) =>
    !isScalar && lexeme.startsWith('#') ? [{ offset, text: lexeme }] : [],
  );
}

/** The scalars of a YAML text, block scalars from their first line on. */
function findScalars(text: string): { readonly start: number; readonly end: number }[] {
  return [...lexemes(text)].flatMap(({ offset, lexeme, isScalar }) =>
    isScalar || /^["']/.test(lexeme) ? [{ start: offset, end: offset + lexeme.length }] : [],
  );
}

function* lexemes(text: string) {
  let offset = 0;
  let isScalar = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (MARKS.has(lexeme)) {
      isScalar = lexeme === '\x1f';
      continue;
    }
    yield { offset, lexeme, isScalar };
    isScalar = false;
    offset += lexeme.length;
  }
}

/**
 * Blanks and tabs before line ends: where each run of them begins and ends, in UTF-16 code units, and whether they are
 * part of a scalar, whose value may depend on them.
 */
export function findTrailingBlanks(
  text: string,
): { readonly start: number; readonly end: number; readonly isInScalar: boolean }[] {
  const runs: { start: number; end: number }[] = [];
  for (let feed = text.indexOf('\n'); feed !== -1; feed = text.indexOf('\n', feed + 1)) {
    const end = text[feed - 1] === '\r' ? feed - 1 : feed;
    let start = end;
    while (text[start - 1] === ' ' || text[start - 1] === '\t') start -= 1;
    if (start < end) runs.push({ start, end });
  }
  if (runs.length === 0) return [];
  const scalars = findScalars(text);
  let next = 0;
  return runs.map(({ start, end }) => {
    while ((scalars[next]?.end ?? Number.POSITIVE_INFINITY) <= start) next += 1;
    return { start, end, isInScalar: (scalars[next]?.start ?? Number.POSITIVE_INFINITY) < end };
  });
}
