// SPDX-License-Identifier: Apache-2.0

/** Whether a backslash takes the meaning of the next character away; on Windows it is a part of paths. */
const HAS_ESCAPES = process.platform !== 'win32';

const PLAIN = /[^\s'"\\;&|<>()]+/y;

/**
 * A shell's command line in its simple commands, each in its words: quotes and escapes are resolved as in POSIX (2.2),
 * nothing is expanded. What is no shell is understood alike, as far as it goes: quotes that do not end, end with the text.
 */
export function splitCommand(text: string): string[][] {
  const commands: string[][] = [];
  let words: string[] = [];
  let word: string | undefined;
  const endWord = (): void => {
    if (word !== undefined) words.push(word);
    word = undefined;
  };
  const endCommand = (): void => {
    endWord();
    if (words.length > 0) commands.push(words);
    words = [];
  };
  for (let at = 0; at < text.length; ) {
    PLAIN.lastIndex = at;
    const plain = PLAIN.exec(text)?.[0];
    if (plain !== undefined) {
      word = (word ?? '') + plain;
      at += plain.length;
      continue;
    }
    const c = text[at] ?? '';
    if (c === "'" || c === '"') {
      const quoted = readQuoted(text, at);
      word = (word ?? '') + quoted.value;
      at = quoted.end;
    } else if (c === '\\') {
      if (!HAS_ESCAPES) word = (word ?? '') + c;
      else if (text[at + 1] !== '\n') word = (word ?? '') + (text[at + 1] ?? '');
      at += HAS_ESCAPES ? 2 : 1;
    } else {
      if (c === '\n' || !/[\s<>]/.test(c)) endCommand();
      else endWord();
      at += 1;
    }
  }
  endCommand();
  return commands;
}

function readQuoted(text: string, start: number): { readonly value: string; readonly end: number } {
  const quote = text[start] ?? '';
  const pieces: string[] = [];
  let from = start + 1;
  for (let at = from; ; ) {
    if (at >= text.length || text[at] === quote) {
      pieces.push(text.slice(from, at));
      return { value: pieces.join(''), end: at + 1 };
    }
    const next = text[at + 1] ?? '';
    if (quote === '"' && text[at] === '\\' && (next === '"' || (HAS_ESCAPES && /[\\$`\n]/.test(next)))) {
      pieces.push(text.slice(from, at));
      from = next === '\n' ? at + 2 : at + 1;
      at += 2;
    } else at += 1;
  }
}
