// SPDX-License-Identifier: Apache-2.0
import { splitCommand } from './split-command.ts';

const MAX_SHELL_DEPTH = 8;
/** Longer ones no system runs; what they do is then not known, and they count as linking. */
const MAX_COMMAND_CHARACTERS = 8 * 2 ** 20;

/** Programs that link, or compile and link, by the end of their names: of a triple, of a path, of a variable. */
const LINKERS = new Set(
  'gcc g++ clang clang++ cc cxx c++ xcc xc++ ld lld gold armcc armclang armlink iccarm ilinkarm ccac lldac rustc'.split(
    ' ',
  ),
);
/** How they say that they do not link: they compile, preprocess, list dependencies. */
const NO_LINK = new Set(['-c', '-S', '-E', '-M', '-MM']);
const ARCHIVER = /(?:^|[-/\\_${(])(?:ar|ranlib|lib|armar|iarchive|tiarmar)[)}]?(?:-[\d.]+)?(?:\.exe)?$/i;

/** What a command of a build does: it links; it only compiles or archives; or something else. */
export type CommandKind = 'link' | 'part' | 'other';

interface KindOptions {
  /** Whether a program that is called "link…" links; CMake's own `cmake_link_script` does not. */
  readonly isLinkNamed: boolean;
}

/**
 * What the command `text` does, by the programs among its words, those after `env` and of shells included. Variables need
 * not be expanded: `$cc` is a compiler.
 */
export function kindOfCommand(text: string, options: KindOptions, depth = 0): CommandKind {
  if (depth > MAX_SHELL_DEPTH || text.length > MAX_COMMAND_CHARACTERS) return 'link';
  let kind: CommandKind = 'other';
  for (const words of splitCommand(text)) {
    const found = kindOfWords(words, options, depth);
    if (found === 'link') return 'link';
    if (found === 'part') kind = 'part';
  }
  return kind;
}

function kindOfWords(words: readonly string[], options: KindOptions, depth: number): CommandKind {
  const at = words.findIndex((word) => isLinker(word, options));
  if (at !== -1) return words.some((word, index) => index > at && NO_LINK.has(word)) ? 'part' : 'link';
  const shell = words.findIndex((word) => /^(?:-\w*c|\/c)$/i.test(word));
  const text = shell === -1 ? '' : words.slice(shell + 1).join(' ');
  const inner = text === '' ? 'other' : kindOfCommand(text, options, depth + 1);
  return inner === 'other' && isArchiver(words[0]) ? 'part' : inner;
}

/** Whether a program with this name (or path, or variable) makes archives. */
export function isArchiver(program = ''): boolean {
  return ARCHIVER.test(program);
}

function isLinker(word: string, { isLinkNamed }: KindOptions): boolean {
  const name = word
    .slice(-80)
    .toLowerCase()
    .replace(/[)}]*(?:-\d[\d.]*)?(?:\.exe|\.bfd|\.gold|\.lld)?$/, '');
  let from = name.length;
  while (from > 0 && !'/\\$({_-'.includes(name[from - 1] ?? '')) from -= 1;
  return LINKERS.has(name.slice(from)) || (isLinkNamed && /(?:^|[/\\$({_-])link\w{0,40}$/.test(name));
}
