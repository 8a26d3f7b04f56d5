// SPDX-License-Identifier: Apache-2.0
import { Lexer } from 'yaml';

// Lexemes that stand for no character of the text: the beginning of a document or scalar, the end of a flow.
const MARKS = new Set(['\x02', '\x18', '\x1f']);

/** The comments of a YAML text, with their offsets in UTF-16 code units; what stands in scalars is none. */
export function findComments(text: string): { readonly offset: number; readonly text: string }[] {
  const found: { offset: number; text: string }[] = [];
  let offset = 0;
  let isScalar = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (MARKS.has(lexeme)) {
      isScalar = lexeme === '\x1f';
      continue;
    }
    if (!isScalar && lexeme.startsWith('#')) found.push({ offset, text: lexeme });
    isScalar = false;
    offset += lexeme.length;
  }
  return found;
}
