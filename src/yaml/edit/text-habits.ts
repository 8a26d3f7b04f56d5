// SPDX-License-Identifier: Apache-2.0
import { type Document, visit } from 'yaml';

/** The kinds of quotes. */
export type Quotes = 'single' | 'double';

/** How a YAML text is mostly written, for what is new in it. */
export interface TextHabits {
  /** For what must be quoted although its neighbours are not. */
  readonly quotes: Quotes;
  readonly lineEnd: '\n' | '\r\n';
}

/** What most quoted values of `document` and most lines of `text` have; single quotes and line feeds where none has more. */
export function findHabits(text: string, document: Document): TextHabits {
  let moreDoubles = 0;
  visit(document, {
    Scalar: (place, { type }) => {
      if (place === 'key') return;
      if (type === 'QUOTE_DOUBLE') moreDoubles += 1;
      if (type === 'QUOTE_SINGLE') moreDoubles -= 1;
    },
  });
  const feeds = text.split('\n').length - 1;
  const isCrlf = (text.split('\r\n').length - 1) * 2 > feeds;
  return { quotes: moreDoubles > 0 ? 'double' : 'single', lineEnd: isCrlf ? '\r\n' : '\n' };
}
