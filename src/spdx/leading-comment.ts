// SPDX-License-Identifier: Apache-2.0

// The first line that is no comment: of the preprocessor, or a declaration. Words of prose may begin a line, too.
const DIRECTIVE = /^#\s{0,8}(?:if|ifdef|ifndef|include|define|pragma|undef|error|import)\b/;
const DECLARATION =
  /^(?:extern|static|inline|typedef|struct|enum|union|const|volatile|void|bool|int|unsigned|signed|char|short|long|float|double|u?int\d{1,2}_t|size_t|namespace|template|class|using)\b.{0,400}[;{(,]$/;

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
  return isCode(withoutComments(rest)) && !TERMS.test(rest) ? trimmed.slice(0, end) : text;
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
