// SPDX-License-Identifier: Apache-2.0

// C0, DEL, C1, line and paragraph separators, bidirectional embeddings, overrides and isolates.
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Whether `text` holds a character that can move the cursor, hide or reorder what a person reads. */
export function hasControlCharacters(text: string): boolean {
  return text.search(CONTROLS) !== -1;
}

/** `text` with every control character written as an escape (`\n`, `\x1b`, `\u202e`), safe on a terminal. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (c) => {
    if (c === '\n') return '\\n';
    if (c === '\r') return '\\r';
    if (c === '\t') return '\\t';
    const code = c.charCodeAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** `text` for a terminal when its line structure is wanted: as {@link escapeControls}, but line feeds and tabs stay. */
export function escapeControlsInText(text: string): string {
  return text
    .split(/\r\n|\n/)
    .map((line) => line.split('\t').map(escapeControls).join('\t'))
    .join('\n');
}

/** `text` cut to at most `maxCharacters`, with an ellipsis where something was cut. */
export function shorten(text: string, maxCharacters: number): string {
  return text.length <= maxCharacters ? text : `${text.slice(0, Math.max(0, maxCharacters - 1))}…`;
}

/** "1 blob", "2 blobs". */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`;
}
