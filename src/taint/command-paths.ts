// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs';
import { type BuildBudget, UnreadableError } from './build-budget.ts';
import { absoluteOf, type NamedPath } from './real-paths.ts';
import { splitCommand } from './split-command.ts';

const MAX_RESPONSE_DEPTH = 8;
const MAX_SHELL_DEPTH = 3;
const SHELL = /(?:^|[\\/])(?:sh|bash|dash|cmd)(?:\.exe)?$/i;

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
 * stands in response files, and what `-l` means along all `-L` of the same command, as ld does. Much of it is no path.
 */
export function findCommandPaths(text: string, context: CommandContext, depth = 0): NamedPath[] {
  const found: NamedPath[] = [];
  let cwd = context.cwd;
  for (const words of splitCommand(text)) {
    if (words[0] === 'cd') {
      const directory = words.at(-1) ?? '';
      if (words.length > 1) cwd = absoluteOf({ path: directory, base: cwd });
      continue;
    }
    for (const inner of shellTexts(words, depth))
      found.push(...findCommandPaths(inner, { ...context, cwd }, depth + 1));
    const all = withResponses(words, { ...context, cwd });
    for (const word of all) for (const path of pathsOfWord(word)) found.push({ path, base: cwd });
    for (const path of findLibraries(all, cwd, context.budget)) found.push({ path, base: cwd });
  }
  return found;
}

/** What a shell among the words is told to run. */
function shellTexts([program = '', ...words]: readonly string[], depth: number): string[] {
  if (depth >= MAX_SHELL_DEPTH || !SHELL.test(program)) return [];
  const at = words.findIndex((word) => /^(?:-\w*c|\/c)$/i.test(word));
  return at === -1 ? [] : [words.slice(at + 1).join(' ')];
}

/** The words, those of response files in place of what names them. */
function withResponses(words: readonly string[], context: CommandContext, depth = 0): readonly string[] {
  if (!words.some((word) => word.includes('@'))) return words;
  return words.flatMap((word) => {
    const file = /^(?:-Wl,)?@(.+)$/s.exec(word)?.[1];
    if (file === undefined || depth >= MAX_RESPONSE_DEPTH) return [word];
    context.budget.spend('files');
    const text = context.readResponse({ path: file, base: context.cwd });
    if (text === undefined) {
      if (file.endsWith('.rsp')) throw new UnreadableError('a response file of a command is gone');
      return [word];
    }
    context.budget.spend('characters', text.length);
    return withResponses(splitCommand(text).flat(), context, depth + 1);
  });
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
  for (const part of [...parts]) {
    const bare = part.replace(/^["'\\]+|["'\\]+$/g, '');
    if (bare !== part) parts.add(bare);
  }
  return [...parts].filter((part) => /[./]/.test(part));
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
