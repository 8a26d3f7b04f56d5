// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { type BuildBudget, UnreadableError } from './build-budget.ts';
import { absoluteOf, MAX_PATH_CHARACTERS, type NamedPath } from './real-paths.ts';
import { splitCommand } from './split-command.ts';

const MAX_RESPONSE_DEPTH = 8;
const MAX_SHELL_DEPTH = 8;
/** More than any system lets a command have; what response files hold counts as well. */
const MAX_COMMAND_CHARACTERS = 8 * 2 ** 20;
const SHELL = /(?:^|[\\/])(?:sh|bash|dash|ash|ksh|zsh|csh|tcsh|fish|cmd)(?:\.exe)?$/i;
/** To these, `@` begins no file: a package's scope, a revision, a point in time. */
const NO_RESPONSES = /(?:^|[\\/])(?:npm|npx|yarn|pnpm|node|bun|git|date)(?:\.exe|\.cmd)?$/i;

/** What is needed to understand a command of a build. */
export interface CommandContext {
  /** The directory that it runs in, absolute. */
  readonly cwd: string;
  /** The text of a response file; undefined where there is none. May throw where it is there and cannot be read. */
  readonly readResponse: (file: NamedPath) => string | undefined;
  readonly budget: BuildBudget;
}

/**
 * Every path that the command `text` may name: its words, what options carry (`-Tfile`, `--map=file`, `-Wl,a,b`), what
 * stands in response files, what shells among the words are told to run, and what `-l` means along all `-L` of the same
 * command, as ld does. Much of it is no path.
 *
 * @throws UnreadableError where it may name more
 */
export function findCommandPaths(text: string, context: CommandContext, depth = 0): NamedPath[] {
  if (depth > MAX_SHELL_DEPTH) throw new UnreadableError('shells are told to run shells too deeply');
  if (text.length > MAX_COMMAND_CHARACTERS) throw new UnreadableError('a command is too long');
  context.budget.spend('characters', text.length);
  const found: NamedPath[] = [];
  let { cwd } = context;
  for (const words of splitCommand(text)) {
    if (words[0] === 'cd' || words[0] === 'pushd') {
      const directory = words.at(-1) ?? '';
      if (words.length > 1) cwd = absoluteOf({ path: directory, base: cwd });
      continue;
    }
    const base = directoryOf(words, cwd);
    const inner = shellText(words);
    if (inner !== undefined)
      for (const name of findCommandPaths(inner, { ...context, cwd: base }, depth + 1)) found.push(name);
    const all = withResponses(words, { ...context, cwd: base });
    for (const word of all) for (const path of pathsOfWord(word)) found.push({ path, base });
    for (const path of findLibraries(all, base, context.budget)) found.push({ path, base });
  }
  return found;
}

/** Where a simple command runs: `cmake -E chdir DIRECTORY …` runs it elsewhere. */
function directoryOf(words: readonly string[], cwd: string): string {
  const at = words.indexOf('chdir');
  return at > 0 && words[at - 1] === '-E' ? absoluteOf({ path: words[at + 1] ?? '.', base: cwd }) : cwd;
}

/** What the first shell among the words is told to run; anything may stand before it: `env`, `cmake -E env`, `time`. */
function shellText(words: readonly string[]): string | undefined {
  const shell = words.findIndex((word) => SHELL.test(word));
  if (shell === -1) return undefined;
  const at = words.findIndex((word, index) => index > shell && /^(?:-\w*c|\/c)$/i.test(word));
  return at === -1 ? undefined : words.slice(at + 1).join(' ');
}

/** The words, and those of the response files that they name. */
function withResponses(words: readonly string[], context: CommandContext, depth = 0): readonly string[] {
  if (!words.some((word) => word.includes('@'))) return words;
  const isNeeded = !NO_RESPONSES.test(words[0] ?? '');
  const found: string[] = [];
  for (const word of words) {
    found.push(word);
    for (const file of responsesOf(word)) {
      const text = textOfResponse(file, context);
      if (text === undefined && isNeeded) throw new UnreadableError('a response file of a command is gone');
      if (text === undefined) continue;
      if (depth >= MAX_RESPONSE_DEPTH) throw new UnreadableError('response files name each other too deeply');
      const inner = splitCommand(text).flat();
      for (const each of withResponses(inner, context, depth + 1)) found.push(each);
    }
  }
  return found;
}

/** The response files that a word names: `@file`, `-Wl,…,@file`. */
function responsesOf(word: string): string[] {
  if (!word.includes('@')) return [];
  const pieces = word.startsWith('-Wl,') ? word.split(',') : [word];
  // "@NAME@" is a placeholder of CMake and autoconf, "$" a variable of ninja that is looked at by itself.
  return pieces
    .filter((piece) => piece.length > 1 && piece.startsWith('@') && !piece.endsWith('@'))
    .map((piece) => piece.slice(1))
    .filter((file) => !file.startsWith('$'));
}

function textOfResponse(file: string, { budget, cwd, readResponse }: CommandContext): string | undefined {
  budget.spend('files');
  const text = readResponse({ path: file, base: cwd });
  if (text === undefined) return undefined;
  if (text.length > MAX_COMMAND_CHARACTERS) throw new UnreadableError('a response file is too long');
  budget.spend('characters', text.length);
  return text;
}

/** What of one word may be a path. */
export function pathsOfWord(word: string): string[] {
  if (!/[./]/.test(word)) return [];
  const parts = new Set([word]);
  const pieces = /[,;]/.test(word) ? word.split(/[,;]/) : [word];
  for (const piece of pieces) {
    parts.add(piece);
    const equals = piece.indexOf('=');
    if (equals !== -1) parts.add(piece.slice(equals + 1));
    // A single letter's value, as in -Tfile.
    if (/^-[A-Za-z][^-]/.test(piece)) parts.add(piece.slice(2));
  }
  for (const part of [...parts]) parts.add(withoutQuotes(part));
  return [...parts].filter((part) => part.length <= MAX_PATH_CHARACTERS && /[./]/.test(part));
}

/** Without the quotes and backslashes that it begins and ends with. */
function withoutQuotes(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isQuote(text[from])) from += 1;
  while (to > from && isQuote(text[to - 1])) to -= 1;
  return text.slice(from, to);
}

function isQuote(character: string | undefined): boolean {
  return character === '"' || character === "'" || character === '\\';
}

/** The files that the `-l` of a link command stand for. */
function findLibraries(words: readonly string[], cwd: string, budget: BuildBudget): string[] {
  const flat = words.flatMap((word) => (word.startsWith('-Wl,') ? word.slice(4).split(',') : [word]));
  const names = valuesOf(flat, '-l', '--library');
  if (names.length === 0) return [];
  const directories = [...new Set(valuesOf(flat, '-L', '--library-path'))];
  return [...new Set(names)].flatMap((name) => {
    const files = name.startsWith(':') ? [name.slice(1)] : [`lib${name}.so`, `lib${name}.a`];
    for (const directory of directories) {
      budget.spend('lookups');
      const there = files
        .map((file) => `${directory}/${file}`)
        .filter((path) => existsSync(absoluteOf({ path, base: cwd })));
      if (there.length > 0) return there;
    }
    // Where no directory has it, it may have been there when the build was made.
    return directories.flatMap((directory) => files.map((file) => `${directory}/${file}`));
  });
}

/** The values of an option that is written `-lx`, `-l x`, `--library=x` or `--library x`. */
function valuesOf(words: readonly string[], short: string, long: string): string[] {
  const values: string[] = [];
  for (const [at, word] of words.entries()) {
    if (word === short || word === long) values.push(words[at + 1] ?? '');
    else if (word.startsWith(`${long}=`)) values.push(word.slice(long.length + 1));
    else if (word.startsWith(short)) values.push(word.slice(short.length));
  }
  return values.filter((value) => value !== '');
}
