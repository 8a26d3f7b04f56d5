// SPDX-License-Identifier: Apache-2.0
import { Composer, type CST, type Document, Lexer, type LineCounter, Parser } from 'yaml';
import { MAX_DEPTH } from './limits.ts';

/** What stands in the way of a document, at an offset in UTF-16 code units. */
export interface SyntaxProblem {
  readonly message: string;
  readonly offset: number;
}

/** The first document of a text, or the first problem: what follows that is mostly its echo. */
export type SyntaxResult = { readonly document: Document } | { readonly problem: SyntaxProblem };

/** Ends the parse; thrown, not created by the thousand as the library's own errors would be. */
class FirstProblem extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Where the library says that a problem is. */
type ErrorSource = number | readonly number[] | { readonly offset: number };

function offsetOf(source: ErrorSource): number {
  if (typeof source === 'number') return source;
  return 'offset' in source ? source.offset : (source[0] ?? 0);
}

/**
 * Parses one YAML 1.2 document (core schema) with positions, as the library's parseDocument does, but looks at the
 * depth while the tokens come: composing what is nested deeply exhausts the stack, in places where no exception
 * can be caught.
 */
export function parseSyntax(text: string, lines: LineCounter): SyntaxResult {
  const composer = new Composer({
    schema: 'core',
    version: '1.2',
    resolveKnownTags: false,
    merge: false,
    uniqueKeys: false, // the library's own check is quadratic; toValue finds them
    prettyErrors: false,
    keepSourceTokens: false,
    lineCounter: lines,
  });
  // A hostile file can hold an error in every character: the first one ends it. On its way out, the library catches
  // it and reports it again for each node around it.
  let found: FirstProblem | undefined;
  Object.assign(composer, {
    onError: (source: ErrorSource, _code: string, message: string) => {
      found ??= new FirstProblem(message, offsetOf(source));
      throw found;
    },
  });
  try {
    let first: Document | undefined;
    for (const document of composer.compose(tokens(text, lines), true, text.length)) {
      if (first !== undefined) {
        const message = 'the file holds several documents, but only one is allowed';
        return { problem: { message, offset: document.range[0] } };
      }
      const [error] = [...document.errors, ...document.warnings];
      if (error)
        return { problem: { message: error.message.replace(/\s*\n[\s\S]*$/, ''), offset: error.pos[0] } };
      first = document;
    }
    return first ? { document: first } : { problem: { message: 'the file is empty', offset: 0 } };
  } catch (error) {
    if (!(error instanceof FirstProblem)) throw error;
    return { problem: { message: error.message, offset: error.offset } };
  }
}

function* tokens(text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > MAX_DEPTH)
      throw new FirstProblem('the file is nested too deeply', parser.offset);
  }
  yield* parser.end();
}
