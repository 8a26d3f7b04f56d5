// SPDX-License-Identifier: Apache-2.0

const PIECE_CHARACTERS = 64 * 1024;

// JSON allows these raw, and a terminal would obey them.
const CONTROLS = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** The text of a document, as it is printed: two blanks a level, a line feed at the end. */
export function jsonText(value: object): string {
  return [...jsonPieces(value)].join('');
}

/** The text of a document in pieces that are made one after the other: of a large one, none is ever held whole. */
export function* jsonPieces(value: object): Generator<string> {
  let piece = '';
  for (const text of parts(value)) {
    piece += text.replace(CONTROLS, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
    if (piece.length < PIECE_CHARACTERS) continue;
    yield piece;
    piece = '';
  }
  yield `${piece}\n`;
}

/** As `JSON.stringify(value, undefined, 2)` of an object, with the items of its lists one by one. */
function* parts(value: object): Generator<string> {
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  if (entries.length === 0) {
    yield '{}';
    return;
  }
  let before = '{\n';
  for (const [key, one] of entries) {
    yield `${before}  ${JSON.stringify(key)}: `;
    before = ',\n';
    if (Array.isArray(one) && one.length > 0) yield* listParts(one);
    else yield indent(JSON.stringify(one, undefined, 2), 2);
  }
  yield '\n}';
}

function* listParts(list: readonly unknown[]): Generator<string> {
  let before = '[\n    ';
  for (const item of list) {
    // What has no text in JSON is null in a list.
    yield before + indent(JSON.stringify(item, undefined, 2) ?? 'null', 4);
    before = ',\n    ';
  }
  yield '\n  ]';
}

/** Line feeds stand between values only: those in strings are escaped. */
function indent(text: string, blanks: number): string {
  return text.replaceAll('\n', `\n${' '.repeat(blanks)}`);
}
